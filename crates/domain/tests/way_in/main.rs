//! Ways in: linking, binding and unlinking them, and what a mini-program's own data is worth.

mod link;
mod own_data;
mod phone;
mod unlink;
mod world;
