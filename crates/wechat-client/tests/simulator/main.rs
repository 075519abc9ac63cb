//! The client against the simulator, which knows WeChat's documents and not this client.

#[cfg(test)]
mod mini_program;
#[cfg(test)]
mod world;
