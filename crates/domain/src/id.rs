//! Identifiers of our own: UUIDv7 (RFC 9562), so that they sort by the time of their making.

use std::{fmt, str::FromStr};

use time::OffsetDateTime;
use uuid::Uuid;

use crate::ports::Entropy;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id for this moment.
            #[must_use]
            pub fn generate(now: OffsetDateTime, entropy: &dyn Entropy) -> Self {
                Self(uuid_v7(now, entropy))
            }

            /// The id with these 16 bytes, as a store kept it.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// The 16 bytes that a store keeps.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self)
            }
        }
    };
}

id! {
    /// One of our users.
    UserId
}
id! {
    /// One login method of a user.
    LoginMethodId
}
id! {
    /// A session, as its owner sees it in a list of devices; it opens nothing.
    SessionId
}
id! {
    /// One WeChat account: the openids and the unionid that are the same person at WeChat share it.
    AccountId
}

fn uuid_v7(now: OffsetDateTime, entropy: &dyn Entropy) -> Uuid {
    let mut random = [0; 10];
    entropy.fill(&mut random);
    let milliseconds = u64::try_from(now.unix_timestamp_nanos() / 1_000_000).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid()
}
