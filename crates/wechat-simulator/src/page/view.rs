use std::sync::Arc;
use std::time::Duration;

use super::card;
use super::curl;
use super::events;
use super::html::{document, escape};
use super::language::Language;
use super::words::Words;
use crate::app::{App, Channel};
use crate::code;
use crate::person::{DEMO_PERSON, Person};
use crate::push::Pushed;
use crate::rejection::Rejection;

const SCRIPT: &str = "<script src=\"/simulator/page.js\" defer></script>\n";

/// All that one showing of the page needs.
pub(super) struct View<'a> {
    pub(super) language: Language,
    pub(super) service_url: &'a str,
    pub(super) apps: Vec<Arc<App>>,
    pub(super) people: Vec<Arc<Person>>,
    pub(super) people_not_shown: usize,
    pub(super) ticket: Option<Result<Ticket, Rejection>>,
    pub(super) pushed: Option<Result<Pushed, Rejection>>,
}

/// A code that was just handed out.
pub(super) struct Ticket {
    pub(super) app: Arc<App>,
    pub(super) person: Arc<Person>,
    pub(super) code: Arc<str>,
    pub(super) life: Duration,
}

impl View<'_> {
    pub(super) fn html(&self) -> String {
        let words = Words::of(self.language);
        let Words {
            html_lang,
            title,
            not_wechat,
            apps_heading,
            people_heading,
            ..
        } = words;
        let (switch, language, form, ticket) = (
            self.switch(),
            self.language.tag(),
            self.form(words),
            self.ticket(words),
        );
        let apps: String = self.apps.iter().map(|app| card::app(app, words)).collect();
        let people: String = self
            .people
            .iter()
            .map(|person| card::person(person, &self.apps, words))
            .collect();
        let events = events::section(self, words);
        let more = match self.people_not_shown {
            0 => String::new(),
            count => format!("<p class=\"quiet\">{} {count}</p>", words.more_people),
        };
        let body = format!(
            r#"<body>
<header><h1>{title}</h1><nav>{switch}</nav></header>
<p class="warning" role="note">{not_wechat}</p>
<main>
<section><h2>{}</h2><p>{}</p>
<form method="post" action="/?lang={language}">{form}</form>
{ticket}</section>
<section><h2>{}</h2><p>{} <a id="phone" href="/simulator/phone?lang={language}">{}</a></p></section>
<section><h2>{apps_heading}</h2><div class="cards">{apps}</div></section>
<section><h2>{people_heading}</h2><div class="cards">{people}</div>{more}</section>
{events}</main>
</body>"#,
            words.code_heading, words.code_intro, words.phone_heading, words.phone_intro, words.phone_link
        );
        document(html_lang, title, SCRIPT, &body)
    }

    /// For the fields that take a name.
    pub(super) fn names(&self) -> String {
        self.people.iter().map(|person| suggestion(person)).collect()
    }

    fn switch(&self) -> String {
        [(Language::Chinese, "中文"), (Language::English, "English")]
            .map(|(language, name)| {
                let current = if language == self.language {
                    r#" aria-current="true""#
                } else {
                    ""
                };
                format!(
                    r#"<a href="/?lang={tag}" lang="{tag}"{current}>{name}</a>"#,
                    tag = language.tag()
                )
            })
            .join(" ")
    }

    fn form(&self, words: &Words) -> String {
        let chosen = self.ticket.as_ref().and_then(|ticket| ticket.as_ref().ok());
        let chosen_app = chosen.map(|ticket| ticket.app.app_id.as_str());
        let options: String = self.mini_programs().map(|app| choice(app, chosen_app)).collect();
        let names = self.names();
        let person = escape(chosen.map_or(DEMO_PERSON, |ticket| &ticket.person.name));
        format!(
            r#"<label>{}<select name="app">{options}</select></label>
<label>{}<input name="person" list="names" value="{person}" maxlength="64" autocomplete="off" title="{hint}"><small>{hint}</small></label>
<datalist id="names">{names}</datalist>
<button>{}</button>"#,
            words.app,
            words.person,
            words.get_code,
            hint = words.person_hint,
        )
    }

    /// Before a code was asked for, the mock one: a line that works is there from the start.
    fn ticket(&self, words: &Words) -> String {
        let (code, note, app) = match &self.ticket {
            Some(Err(rejection)) => {
                return format!(
                    r#"<p class="refused" role="alert">{} {}</p>"#,
                    words.refused,
                    escape(&rejection.to_string())
                );
            }
            Some(Ok(ticket)) => {
                let several = self.mini_programs().nth(1).is_some();
                let note = format!("{} {}", words.once, ticket.life.as_secs());
                (
                    ticket.code.as_ref(),
                    note,
                    several.then_some(ticket.app.app_id.as_str()),
                )
            }
            None => (code::MOCK, words.always.to_owned(), None),
        };
        let line = escape(&curl::mini_program_login(self.service_url, code, app));
        format!(
            r#"<div class="ticket"><p>{}: <code id="code">{}</code></p><p class="quiet">{note}</p>
<p>{}</p><pre><code id="line">{line}</code></pre>
<button type="button" data-copy="line" data-copied="{}" hidden>{}</button></div>"#,
            words.ticket,
            escape(code),
            words.paste,
            words.copied,
            words.copy,
        )
    }

    fn mini_programs(&self) -> impl Iterator<Item = &Arc<App>> {
        self.apps.iter().filter(|app| app.channel == Channel::MiniProgram)
    }
}

pub(super) fn choice(app: &App, chosen: Option<&str>) -> String {
    let selected = if chosen == Some(&app.app_id) {
        " selected"
    } else {
        ""
    };
    format!(
        r#"<option value="{}"{selected}>{}</option>"#,
        escape(&app.app_id),
        escape(&app.name)
    )
}

fn suggestion(person: &Person) -> String {
    format!(r#"<option value="{}"></option>"#, escape(&person.name))
}
