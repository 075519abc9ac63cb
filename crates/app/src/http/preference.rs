//! What a request would rather have (RFC 9110 section 12.4.2).

use actix_web::http::header::{AsHeaderName, HeaderMap};

/// Something that a request accepts, and how much: from 0 (not at all) to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Preference<'a> {
    pub(crate) what: &'a str,
    pub(crate) weight: f32,
}

/// Everything in the header of this name. What cannot be read is left out, and costs the rest nothing.
pub(crate) fn preferences(
    headers: &HeaderMap,
    name: impl AsHeaderName,
) -> impl Iterator<Item = Preference<'_>> {
    headers
        .get_all(name)
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .filter_map(Preference::parse)
}

impl<'a> Preference<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let what = parts.next().filter(|what| !what.is_empty())?;
        let weight = parts
            .filter_map(|parameter| parameter.split_once('='))
            .find(|(name, _)| name.eq_ignore_ascii_case("q"));
        // Some write ".5", which the grammar does not know and everybody understands.
        let weight = weight.map_or(Some(1.0), |(_, weight)| weight.parse().ok());
        let weight = weight.filter(|weight| (0.0..=1.0).contains(weight))?;
        Some(Self { what, weight })
    }
}

#[cfg(test)]
mod tests {
    use actix_web::{http::header, test::TestRequest};

    use super::*;

    #[test]
    fn what_cannot_be_read_costs_the_rest_nothing() {
        let request = TestRequest::default()
            .append_header((header::ACCEPT, "a, b;q=.5,c ; x=y; Q=0.25 ,;q=1,d;q=2,e;q=x,"))
            .append_header((header::ACCEPT, "f;q=0,g;q=-1,h;q=NaN,i;q=1.000"))
            .to_http_request();
        let found = preferences(request.headers(), header::ACCEPT)
            .map(|preference| (preference.what, preference.weight));
        let expected = [("a", 1.0), ("b", 0.5), ("c", 0.25), ("f", 0.0), ("i", 1.0)];
        assert_eq!(found.collect::<Vec<_>>(), expected);
    }
}
