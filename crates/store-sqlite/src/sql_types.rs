//! What SQLite has no type for: ids and digests are BLOBs, moments are microseconds.

use diesel::{
    backend::Backend,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::{BigInt, Binary},
    sqlite::Sqlite,
};
use time::OffsetDateTime;
use wechat_login_domain::{AccountId, LoginMethodId, SessionId, TokenDigest, UserId};

macro_rules! bytes {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
        #[diesel(sql_type = Binary)]
        pub(crate) struct $name(pub(crate) [u8; $length]);

        impl FromSql<Binary, Sqlite> for $name {
            fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                let bytes: Vec<u8> = FromSql::<Binary, Sqlite>::from_sql(value)?;
                let bytes = bytes.try_into();
                bytes.map(Self).map_err(|_| concat!("is not ", $length, " bytes long").into())
            }
        }

        impl ToSql<Binary, Sqlite> for $name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                out.set_value(self.0.as_slice());
                Ok(IsNull::No)
            }
        }
    };
}

bytes! {
    /// Any of our ids.
    Id, 16
}
bytes! {
    /// SHA-256 of something.
    Digest, 32
}

macro_rules! id {
    ($domain:ident, $into:ident) => {
        impl From<$domain> for Id {
            fn from(id: $domain) -> Self {
                Self(*id.as_bytes())
            }
        }

        impl Id {
            pub(crate) const fn $into(self) -> $domain {
                $domain::from_bytes(self.0)
            }
        }
    };
}

id!(UserId, user);
id!(LoginMethodId, login_method);
id!(SessionId, session);
id!(AccountId, account);

impl From<&TokenDigest> for Digest {
    fn from(digest: &TokenDigest) -> Self {
        Self(*digest.as_bytes())
    }
}

impl Digest {
    pub(crate) const fn token(self) -> TokenDigest {
        TokenDigest::from_bytes(self.0)
    }
}

/// A moment, kept as whole microseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = BigInt)]
pub(crate) struct Moment(pub(crate) OffsetDateTime);

impl Moment {
    pub(crate) fn microseconds(self) -> i64 {
        i64::try_from(self.0.unix_timestamp_nanos() / 1_000).expect("the years that a date can have fit")
    }
}

impl FromSql<BigInt, Sqlite> for Moment {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let microseconds: i64 = FromSql::<BigInt, Sqlite>::from_sql(value)?;
        let nanoseconds = i128::from(microseconds) * 1_000;
        Ok(Self(OffsetDateTime::from_unix_timestamp_nanos(nanoseconds)?))
    }
}

impl ToSql<BigInt, Sqlite> for Moment {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.microseconds());
        Ok(IsNull::No)
    }
}
