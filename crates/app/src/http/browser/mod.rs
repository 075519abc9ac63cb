//! What browsers bring and keep: cookies, and the word of where a page comes from.

mod cookies;
mod cors;
mod origins;

pub(crate) use self::{cookies::Cookies, cors::cors, origins::Origins};
