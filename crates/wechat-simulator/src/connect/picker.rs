use std::sync::Arc;

use actix_web::http::header::HeaderMap;

use super::holder::usual_holder;
use super::words::Words;
use crate::page::html::escape;
use crate::person::Person;
use crate::world::World;

const SHOWN: usize = 6;
const SUGGESTED: usize = 50;

/// Whose phone it is, for a form: radio buttons for a few, and a field for everybody else.
pub(super) struct Picker {
    chosen: Arc<Person>,
    people: Vec<Arc<Person>>,
}

impl Picker {
    pub(super) fn new(world: &World, chosen: Arc<Person>) -> Self {
        let people = world.people.all().iter().take(SUGGESTED).cloned().collect();
        Self { chosen, people }
    }

    /// For whoever held this browser's phone the last time. Where the world is full and they are new there is none.
    pub(super) fn usual(world: &mut World, headers: &HeaderMap, words: &Words) -> String {
        usual_holder(world, headers).map_or_else(
            |_full| String::new(),
            |person| Self::new(world, person).html(words),
        )
    }

    pub(super) fn html(&self, words: &Words) -> String {
        let chosen_is_shown = self
            .people
            .iter()
            .take(SHOWN)
            .any(|person| person.id == self.chosen.id);
        let shown = if chosen_is_shown { SHOWN } else { SHOWN - 1 };
        let chips: String = self
            .people
            .iter()
            .take(shown)
            .chain((!chosen_is_shown).then_some(&self.chosen))
            .map(|person| self.chip(person))
            .collect();
        let names: String = self.people.iter().map(|person| suggestion(person)).collect();
        format!(
            r#"<fieldset class="people"><legend>{}</legend><div class="chips">{chips}</div>
<label class="other">{}<input id="name" name="name" list="names" maxlength="64" autocomplete="off" placeholder="{}"></label>
<datalist id="names">{names}</datalist></fieldset>"#,
            words.who, words.somebody_else, words.name_hint
        )
    }

    fn chip(&self, person: &Person) -> String {
        let checked = if person.id == self.chosen.id {
            " checked"
        } else {
            ""
        };
        let name = escape(&person.name);
        format!(
            r#"<label class="chip"><input type="radio" name="person" value="{}" data-person="{name}"{checked}><span>{name}</span></label>"#,
            person.id.as_str(),
        )
    }
}

fn suggestion(person: &Person) -> String {
    format!(r#"<option value="{}"></option>"#, escape(&person.name))
}
