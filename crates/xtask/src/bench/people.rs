use super::http::{Client, field};

/// Whom the simulator knows, and who therefore can sign in.
pub(super) struct Person {
    pub(super) name: String,
    pub(super) openid: String,
    pub(super) unionid: String,
}

/// The first app of the simulator: a mini-program, at the Open Platform account `default`.
pub(super) struct App {
    pub(super) app_id: String,
    pub(super) secret: String,
}

/// # Errors
/// That the simulator does not answer.
pub(super) fn app(simulator: &mut Client) -> Result<App, String> {
    let apps = simulator.get("/simulator/apps")?;
    Ok(App {
        app_id: field(&apps, "app_id")?.to_owned(),
        secret: field(&apps, "secret")?.to_owned(),
    })
}

/// # Errors
/// That the simulator does not answer.
pub(super) fn make(simulator: &mut Client, app: &App, count: u64) -> Result<Vec<Person>, String> {
    let make = |n| {
        let name = format!("person-{n}");
        let made = simulator.post("/simulator/people", &format!(r#"{{"name":"{name}"}}"#))?;
        Ok(Person {
            openid: field(&made, &app.app_id)?.to_owned(),
            unionid: field(&made, "default")?.to_owned(),
            name,
        })
    };
    (0..count).map(make).collect()
}

/// A code with which this person can sign in.
///
/// # Errors
/// That the simulator does not answer.
pub(super) fn code(simulator: &mut Client, app: &App, person: &Person) -> Result<String, String> {
    let body = format!(r#"{{"app_id":"{}","person":"{}"}}"#, app.app_id, person.name);
    Ok(field(&simulator.post("/simulator/codes", &body)?, "code")?.to_owned())
}
