//! Black box: over HTTP, against the simulator, as a front end or a backend sees the service.

mod answer;
mod faults;
mod idempotency;
mod instances;
mod introspect;
mod login;
mod me;
mod own_redis;
mod problems;
mod session;
mod session_cache;
mod sessions;
mod stores;
mod test_app;
mod user_info;
mod users;
mod verify;
mod wechat_stub;

use test_app::TestApp;
