//! What operators do, over the fakes.

mod standing;
mod world;
