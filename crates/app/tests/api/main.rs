//! Black box: over HTTP, against the simulator, as a front end or a backend sees the service.

mod answer;
mod check_wechat;
mod decrypt;
mod faults;
mod idempotency;
mod instances;
mod login;
mod login_methods;
mod me;
mod phone;
mod problems;
mod session;
mod stores;
mod test_app;
mod user_info;
mod users;
mod wechat_stub;

use test_app::TestApp;
