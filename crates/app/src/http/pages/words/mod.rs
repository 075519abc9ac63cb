//! What the pages say, in each language. A table has a field for each text: a translation that is missing does not compile.

mod account;
mod common;
mod failure;
mod login;

pub(super) use self::{
    account::Account,
    common::Common,
    failure::{Failure, Told},
    login::Login,
};
use crate::config::Language;

/// All texts of a language.
pub(super) struct Words {
    pub(super) common: Common,
    pub(super) login: Login,
    pub(super) account: Account,
    pub(super) failure: Failure,
}

/// The texts of that language.
pub(super) const fn of(language: Language) -> &'static Words {
    match language {
        Language::Chinese => &CHINESE,
        Language::English => &ENGLISH,
    }
}

static CHINESE: Words = Words {
    common: common::CHINESE,
    login: login::CHINESE,
    account: account::CHINESE,
    failure: failure::CHINESE,
};

static ENGLISH: Words = Words {
    common: common::ENGLISH,
    login: login::ENGLISH,
    account: account::ENGLISH,
    failure: failure::ENGLISH,
};
