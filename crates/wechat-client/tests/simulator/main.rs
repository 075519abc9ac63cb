//! The client against the simulator, which knows WeChat's documents and not this client.

/// Makes each scenario a test with a world of its own, and all of them a list.
#[cfg(test)]
macro_rules! scenarios {
    ($($module:ident: [$($scenario:ident),+ $(,)?])+) => {
        $($(
            #[tokio::test(flavor = "multi_thread")]
            async fn $scenario() {
                crate::$module::$scenario(&crate::world::World::start()).await;
            }
        )+)+

        /// Runs every scenario with this world, which forgets everything in between.
        async fn all(world: &crate::world::World) -> usize {
            let mut count = 0;
            $($(
                crate::$module::$scenario(world).await;
                world.reset().await;
                count += 1;
            )+)+
            count
        }
    };
}

#[cfg(test)]
mod app_token;
#[cfg(test)]
mod faults;
#[cfg(test)]
#[path = "../common/log.rs"]
mod log;
#[cfg(test)]
mod mini_program;
#[cfg(test)]
mod oauth;
#[cfg(test)]
mod phone;
#[cfg(test)]
mod suite;
#[cfg(test)]
mod world;
