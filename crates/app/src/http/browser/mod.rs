//! What browsers bring and keep: cookies, and the word of where a page comes from.

mod cookies;
mod cors;
mod few_logins;
mod origins;

pub(crate) use self::{cookies::Cookies, cors::cors, few_logins::few_logins, origins::Origins};
