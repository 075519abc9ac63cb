//! The same logins at two services in turn.

use std::time::{Duration, Instant};

use super::{
    http::Client,
    latency::Latencies,
    people::{self, App, Person},
    scale::{BUDGET, FEW},
};

/// These come before anything is measured.
const WARM_UP: usize = 1_000;
/// How long each of the two rounds may take; who has not logged in by then is not measured.
const PATIENCE: Duration = Duration::from_mins(5);
/// A machine that is busy with something else may fail a login. With more than these it tells nothing.
const MOST_FAILURES: u32 = 20;

/// A service, and how long logins there took.
pub(super) struct Side {
    client: Client,
    latencies: Latencies,
}

impl Side {
    pub(super) fn new(client: Client) -> Self {
        Self {
            client,
            latencies: Latencies::default(),
        }
    }
}

/// The same people at both services: the one with few users comes first.
pub(super) struct Bench {
    pub(super) simulator: Client,
    pub(super) app: App,
    pub(super) people: Vec<Person>,
    pub(super) sides: Vec<Side>,
}

impl Bench {
    /// Everybody logs in once at each side. Gives the ratio at the worst.
    ///
    /// # Errors
    /// That logins fail.
    pub(super) fn round(&mut self, what: &str, many: u64) -> Result<f64, String> {
        let until = Instant::now() + PATIENCE;
        let mut failed = 0;
        let services = self.sides.iter_mut().map(|side| &mut side.client);
        for client in services.chain([&mut self.simulator]) {
            client.connect_again()?;
        }
        // Neither in the order of the keys nor twice.
        let order: Vec<_> = (0..self.people.len())
            .map(|n| n * 7_919 % self.people.len())
            .collect();
        for (n, person) in order.into_iter().enumerate() {
            if Instant::now() > until {
                break;
            }
            // Each of them goes first every other time. Both count or neither.
            let sides = [n % 2, (n + 1) % 2];
            match sides.map(|side| self.log_in(person, side)) {
                [Ok(one), Ok(other)] if n >= WARM_UP => {
                    self.sides[sides[0]].latencies.add(one);
                    self.sides[sides[1]].latencies.add(other);
                }
                [Ok(_), Ok(_)] => {}
                [Err(fault), _] | [_, Err(fault)] if failed == MOST_FAILURES => return Err(fault),
                _ => failed += 1,
            }
        }
        if failed > 0 {
            eprintln!("{failed} logins failed: something else keeps the machine busy.");
        }
        let times: Vec<_> = std::mem::take(&mut self.sides)
            .into_iter()
            .map(|mut side| {
                let times = [50, 99].map(|percent| side.latencies.percentile(percent));
                self.sides.push(Side {
                    latencies: Latencies::default(),
                    ..side
                });
                times
            })
            .collect();
        let ratio = [0, 1].map(|n| times[1][n] / times[0][n]);
        println!("{what}");
        for (count, [p50, p99]) in [FEW, many].iter().zip(&times) {
            println!("  {:43}{p50:>9.3}{p99:>10.3}", format!("with {count} users"));
        }
        println!(
            "  {:43}{:>9.2}{:>10.2}",
            format!("ratio, at most {BUDGET}"),
            ratio[0],
            ratio[1]
        );
        Ok(ratio[0].max(ratio[1]))
    }

    fn log_in(&mut self, person: usize, side: usize) -> Result<Duration, String> {
        let code = people::code(&mut self.simulator, &self.app, &self.people[person])?;
        let body = format!(r#"{{"code":"{code}"}}"#);
        let begun = Instant::now();
        let login = self.sides[side].client.post("/v1/login/mini-program", &body)?;
        let took = begun.elapsed();
        if login.contains(r#""is_new_user":false"#) {
            Ok(took)
        } else {
            Err(format!(
                "somebody who was there is new: {}",
                self.people[person].name
            ))
        }
    }
}
