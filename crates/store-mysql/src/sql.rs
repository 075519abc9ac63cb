use std::borrow::Cow;

use diesel::{
    QueryResult,
    mysql::Mysql,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{Binary, Bool, Datetime, Integer, Nullable, Text, Untyped},
};

use crate::sql_types::Moment;

/// SQL with a `?` for each value. Other than with `diesel::sql_query` the prepared statement is kept, which saves a round trip each time.
pub(crate) struct Sql<'a> {
    text: Cow<'static, str>,
    values: Vec<Value<'a>>,
    is_kept: bool,
}

/// A value in SQL.
#[derive(Clone, Copy)]
pub(crate) enum Value<'a> {
    Bytes(&'a [u8]),
    OptionalBytes(Option<&'a [u8]>),
    Text(&'a str),
    OptionalText(Option<&'a str>),
    OptionalNumber(Option<i32>),
    Flag(bool),
    Moment(Moment),
    OptionalMoment(Option<Moment>),
}

impl<'a> Sql<'a> {
    pub(crate) fn new(
        text: impl Into<Cow<'static, str>>,
        values: impl IntoIterator<Item = Value<'a>>,
    ) -> Self {
        let (text, values) = (text.into(), values.into_iter().collect::<Vec<_>>());
        debug_assert_eq!(text.matches('?').count(), values.len(), "{text}");
        Self {
            text,
            values,
            is_kept: true,
        }
    }

    /// SQL that lists many values. To prepare it costs as much as to run it, and to keep it for every number of values would fill the
    /// cache: what lists a usual number of them is kept, and the rest is not.
    pub(crate) fn of_many(text: String, values: impl IntoIterator<Item = Value<'a>>, is_kept: bool) -> Self {
        Self {
            is_kept,
            ..Self::new(text, values)
        }
    }

    /// The same, as a question how the server would go about it.
    #[cfg(test)]
    pub(crate) fn explain(&self) -> Self {
        Self {
            text: format!("EXPLAIN {}", self.text).into(),
            values: self.values.clone(),
            is_kept: self.is_kept,
        }
    }

    #[cfg(test)]
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

impl QueryFragment<Mysql> for Sql<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Mysql>) -> QueryResult<()> {
        if !self.is_kept {
            out.unsafe_to_cache_prepared();
        }
        let mut parts = self.text.split('?');
        out.push_sql(parts.next().unwrap_or_default());
        for (value, part) in self.values.iter().zip(parts) {
            match value {
                Value::Bytes(bytes) => out.push_bind_param::<Binary, _>(bytes)?,
                Value::OptionalBytes(bytes) => out.push_bind_param::<Nullable<Binary>, _>(bytes)?,
                Value::Text(text) => out.push_bind_param::<Text, _>(text)?,
                Value::OptionalText(text) => out.push_bind_param::<Nullable<Text>, _>(text)?,
                Value::OptionalNumber(number) => out.push_bind_param::<Nullable<Integer>, _>(number)?,
                Value::Flag(flag) => out.push_bind_param::<Bool, _>(flag)?,
                Value::Moment(moment) => out.push_bind_param::<Datetime, _>(moment)?,
                Value::OptionalMoment(moment) => out.push_bind_param::<Nullable<Datetime>, _>(moment)?,
            }
            out.push_sql(part);
        }
        Ok(())
    }
}

// Without a static id the text itself is the statement's key in the cache.
impl QueryId for Sql<'_> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Sql<'_> {
    type SqlType = Untyped;
}
