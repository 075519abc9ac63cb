use std::{
    collections::{HashMap, VecDeque},
    sync::Mutex,
};

use wechat_login_domain::ports::WeChatError;

type Answer<T> = Result<T, WeChatError>;

/// What [`super::FakeWeChat`] says to one kind of call, by what the call is about.
#[derive(Debug)]
pub struct Script<T>(Mutex<HashMap<String, VecDeque<Answer<T>>>>);

impl<T> Default for Script<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Script<T> {
    /// Answers what is asked about this with each of these in turn, and goes on with the last one.
    pub fn answers(&self, about: &str, answers: impl IntoIterator<Item = Answer<T>>) {
        let mut all = self.0.lock().expect("no holder panics");
        all.insert(about.to_owned(), answers.into_iter().collect());
    }

    /// The next answer. What no test spoke of is refused.
    pub(super) fn next(&self, about: &str) -> Answer<T> {
        let mut all = self.0.lock().expect("no holder panics");
        let answers = all.get_mut(about).ok_or(WeChatError::CodeRejected)?;
        if answers.len() > 1 {
            answers.pop_front().expect("it was counted")
        } else {
            answers.front().cloned().ok_or(WeChatError::CodeRejected)?
        }
    }
}
