//! What can be seen only from within.

mod administer;
#[expect(dead_code, reason = "not every test needs all of it")]
#[path = "../../tests/common/mod.rs"]
mod common;
pub(crate) mod plans;
