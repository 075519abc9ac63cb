//! Black box: over HTTP, against the simulator, as a front end or a backend sees the service.

mod answer;
mod below_a_path;
mod browser;
mod check_wechat;
mod cookies;
mod cors;
mod decrypt;
mod faults;
mod front_end;
mod idempotency;
mod instances;
mod introspect;
mod login;
mod login_methods;
mod me;
mod mobile_app;
mod official_account;
mod openapi;
mod own_redis;
mod pages;
mod phone;
mod problems;
mod session;
mod session_cache;
mod sessions;
mod stores;
mod stories;
mod test_app;
mod user_info;
mod users;
mod verify;
mod web_login;
mod web_login_over;
mod wechat_stub;

use test_app::TestApp;
