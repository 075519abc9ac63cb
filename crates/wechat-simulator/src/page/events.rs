use super::html::escape;
use super::view::{View, choice};
use super::words::Words;
use crate::person::DEMO_PERSON;

/// The form that lets somebody take back their consent, and what came of it.
pub(super) fn section(view: &View<'_>, words: &Words) -> String {
    let apps: String = view.apps.iter().map(|app| choice(app, None)).collect();
    let Words {
        events_heading,
        events_intro,
        any_app,
        person,
        event,
        revoked,
        cancelled,
        event_url,
        event_url_hint,
        send_event,
        ..
    } = words;
    let language = view.language.tag();
    format!(
        r#"<section id="events"><h2>{events_heading}</h2><p>{events_intro}</p>
<form method="post" action="/simulator/push?lang={language}#events">
<label>{any_app}<select name="app">{apps}</select></label>
<label>{person}<input name="person" list="names" value="{DEMO_PERSON}" maxlength="64" autocomplete="off"></label>
<label>{event}<select name="event"><option value="user_authorization_revoke">{revoked}</option><option value="user_authorization_cancellation">{cancelled}</option></select></label>
<label>{event_url}<input name="url" type="url" maxlength="2048" autocomplete="off" title="{event_url_hint}"><small>{event_url_hint}</small></label>
<button>{send_event}</button></form>
{}</section>
"#,
        outcome(view, words)
    )
}

fn outcome(view: &View<'_>, words: &Words) -> String {
    match &view.pushed {
        None => String::new(),
        Some(Ok(pushed)) => format!(
            r#"<div class="ticket" id="pushed" role="status"><p>{} <b>{}</b></p><pre><code>{}</code></pre><pre><code>{}</code></pre></div>"#,
            words.event_answer,
            pushed.status,
            escape(&pushed.url),
            escape(&pushed.body)
        ),
        Some(Err(fault)) => format!(
            r#"<p class="refused" role="alert">{} {}</p>"#,
            words.refused,
            escape(&fault.to_string())
        ),
    }
}
