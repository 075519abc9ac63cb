use std::collections::HashMap;
use std::sync::Arc;

use crate::person::{Person, PersonId, demo_people};
use crate::rejection::Rejection;

const MOST: usize = 1_000_000;
const LONGEST_NAME: usize = 64;

/// Everybody, in the order of arrival.
#[derive(Debug)]
pub(crate) struct People {
    in_order: Vec<Arc<Person>>,
    by_id: HashMap<PersonId, usize>,
    most: usize,
}

impl Default for People {
    fn default() -> Self {
        let mut people = Self {
            in_order: Vec::new(),
            by_id: HashMap::new(),
            most: MOST,
        };
        for person in demo_people() {
            people.add(person);
        }
        people
    }
}

impl People {
    pub(crate) fn all(&self) -> &[Arc<Person>] {
        &self.in_order
    }

    /// The person, who has a phone number now: WeChat's button makes who has none bind one first.
    pub(crate) fn bind_phone(&mut self, id: &PersonId) -> Option<Arc<Person>> {
        let place = *self.by_id.get(id)?;
        let person = &mut self.in_order[place];
        if person.phone.is_none() {
            Arc::make_mut(person).phone = Some(id.phone());
        }
        Some(Arc::clone(person))
    }

    pub(crate) fn is_blocked(&self, id: &PersonId) -> bool {
        self.by_id
            .get(id)
            .is_some_and(|place| self.in_order[*place].blocked)
    }

    /// The person of that id, who is one of the people as long as nobody resets the world.
    pub(crate) fn by_id(&self, id: &PersonId) -> Option<Arc<Person>> {
        self.by_id.get(id).map(|place| Arc::clone(&self.in_order[*place]))
    }

    /// Whom an id or a name means. An unknown name is a new person's, an unknown id is refused.
    pub(crate) fn called(&mut self, id_or_name: &str) -> Result<Arc<Person>, Rejection> {
        let text = id_or_name.trim();
        let place = match PersonId::parse(text) {
            Some(id) => *self
                .by_id
                .get(&id)
                .ok_or_else(|| Rejection::not_found(format!("There is no person {text}.")))?,
            None => self.named(text)?,
        };
        Ok(Arc::clone(&self.in_order[place]))
    }

    /// Creates the person of that name, or changes what is given of the one there is.
    pub(crate) fn put(
        &mut self,
        name: &str,
        phone: Option<String>,
        nickname: Option<String>,
        blocked: Option<bool>,
    ) -> Result<Arc<Person>, Rejection> {
        let name = name.trim();
        if PersonId::parse(name).is_some() {
            return Err(Rejection::invalid(
                "\"name\" looks like a person's id; give a name.",
            ));
        }
        if phone.as_deref().is_some_and(|phone| !is_phone(phone)) {
            return Err(Rejection::invalid(
                "\"phone\" must be 5 to 15 digits, with a + in front if you like.",
            ));
        }
        if let Some(nickname) = &nickname {
            check_text("nickname", nickname)?;
        }
        let place = self.named(name)?;
        let person = Arc::make_mut(&mut self.in_order[place]);
        person.phone = phone.or_else(|| person.phone.take());
        person.nickname = nickname.or_else(|| person.nickname.take());
        person.blocked = blocked.unwrap_or(person.blocked);
        Ok(Arc::clone(&self.in_order[place]))
    }

    /// The place of the person of that name, who is created where there is none.
    fn named(&mut self, name: &str) -> Result<usize, Rejection> {
        check_text("name", name)?;
        let person = Person::new(name);
        if let Some(place) = self.by_id.get(&person.id) {
            return Ok(*place);
        }
        if self.in_order.len() >= self.most {
            return Err(Rejection::conflict(format!(
                "There are {} people already; reset the simulator.",
                self.most
            )));
        }
        Ok(self.add(person))
    }

    fn add(&mut self, person: Person) -> usize {
        let place = self.in_order.len();
        self.by_id.insert(person.id.clone(), place);
        self.in_order.push(Arc::new(person));
        place
    }
}

fn check_text(field: &str, text: &str) -> Result<(), Rejection> {
    let is_long = text.chars().count() > LONGEST_NAME;
    if text.trim().is_empty() || is_long || text.chars().any(char::is_control) {
        return Err(Rejection::invalid(format!(
            "A person's {field} has 1 to {LONGEST_NAME} characters that are no control characters."
        )));
    }
    Ok(())
}

fn is_phone(phone: &str) -> bool {
    let digits = phone.strip_prefix('+').unwrap_or(phone);
    (5..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_person_comes_first() {
        assert_eq!(People::default().all()[0].name, crate::person::DEMO_PERSON);
    }

    #[test]
    fn a_name_is_one_person_and_its_id_finds_it_again() {
        let mut people = People::default();
        let alice = people.called(" alice ").unwrap();
        assert_eq!(people.called("alice").unwrap().id, alice.id);
        assert_eq!(people.called(alice.id.as_str()).unwrap().name, "alice");
        assert_eq!(people.all().len(), 4);
    }

    #[test]
    fn putting_changes_only_what_is_given() {
        let mut people = People::default();
        let put = people.put("张三", None, Some("三哥".to_owned()), None).unwrap();
        assert_eq!(
            (put.phone.as_deref(), put.nickname.as_deref()),
            (Some("13800138000"), Some("三哥"))
        );
        assert_eq!(people.all().len(), 3);
    }

    #[test]
    fn nonsense_is_refused_and_creates_nobody() {
        let mut people = People::default();
        let long = "长".repeat(65);
        for name in ["", "  ", &long, "person_0123456789abcdef"] {
            assert!(people.put(name, None, None, None).is_err(), "{name}");
            assert!(people.called(name).is_err(), "{name}");
        }
        for phone in [
            "",
            "1234",
            "+1234567890123456",
            "13800-13800",
            "１３８００１３８０００",
        ] {
            assert!(
                people.put("bob", Some(phone.to_owned()), None, None).is_err(),
                "{phone}"
            );
        }
        assert!(people.put("bob", None, Some(" ".to_owned()), None).is_err());
        assert_eq!(people.all().len(), 3);
    }

    #[test]
    fn the_number_of_people_is_bounded() {
        let mut people = People {
            most: 4,
            ..People::default()
        };
        assert!(
            people.called("alice").is_ok() && people.called("bob").is_err() && people.called("alice").is_ok()
        );
    }
}
