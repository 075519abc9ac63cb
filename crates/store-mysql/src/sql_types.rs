//! What diesel has no type for: ids and digests are bytes of one length, moments are in UTC.

use diesel::{
    backend::Backend,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    mysql::{
        Mysql,
        data_types::{MysqlTime, MysqlTimestampType},
    },
    serialize::{self, Output, ToSql},
    sql_types::{Binary, Datetime},
};
use time::{Date, Month, OffsetDateTime, Time, UtcOffset};
use wechat_login_domain::{AccountId, LoginMethodId, TokenDigest, UserId};

macro_rules! bytes {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
        #[diesel(sql_type = Binary)]
        pub(crate) struct $name(pub(crate) [u8; $length]);

        impl FromSql<Binary, Mysql> for $name {
            fn from_sql(value: <Mysql as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                let bytes: Vec<u8> = FromSql::<Binary, Mysql>::from_sql(value)?;
                let bytes = bytes.try_into();
                bytes.map(Self).map_err(|_| concat!("is not ", $length, " bytes long").into())
            }
        }

        impl ToSql<Binary, Mysql> for $name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Mysql>) -> serialize::Result {
                <[u8] as ToSql<Binary, Mysql>>::to_sql(&self.0, out)
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

/// A moment, kept as a date and a time in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = Datetime)]
pub(crate) struct Moment(pub(crate) OffsetDateTime);

impl FromSql<Datetime, Mysql> for Moment {
    fn from_sql(value: <Mysql as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let read: MysqlTime = FromSql::<Datetime, Mysql>::from_sql(value)?;
        let month = Month::try_from(u8::try_from(read.month)?)?;
        let date = Date::from_calendar_date(i32::try_from(read.year)?, month, u8::try_from(read.day)?)?;
        let (hour, minute) = (u8::try_from(read.hour)?, u8::try_from(read.minute)?);
        let microsecond = u32::try_from(read.second_part)?;
        let time = Time::from_hms_micro(hour, minute, u8::try_from(read.second)?, microsecond)?;
        Ok(Self(date.with_time(time).assume_utc()))
    }
}

impl ToSql<Datetime, Mysql> for Moment {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Mysql>) -> serialize::Result {
        let utc = self.0.to_offset(UtcOffset::UTC);
        let written = MysqlTime::new(
            u32::try_from(utc.year())?,
            u8::from(utc.month()).into(),
            utc.day().into(),
            utc.hour().into(),
            utc.minute().into(),
            utc.second().into(),
            utc.microsecond().into(),
            false,
            MysqlTimestampType::MYSQL_TIMESTAMP_DATETIME,
            0,
        );
        <MysqlTime as ToSql<Datetime, Mysql>>::to_sql(&written, &mut out.reborrow())
    }
}
