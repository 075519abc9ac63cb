use std::convert::Infallible;
use std::io;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody as _, SizedStream};
use actix_web::web::Bytes;
use futures_util::{StreamExt as _, stream};

use super::kind::LONGEST;

const CHUNK: usize = 16 * 1024;
const NESTED: usize = 10_000;

/// The connection's end, without a byte before it: the server drops the head of an answer whose body fails at once.
pub(super) fn nothing() -> BoxBody {
    SizedStream::new(1, stream::iter([Err::<Bytes, _>(ended())])).boxed()
}

/// The first half, and then the connection's end.
pub(super) fn cut_off(body: &Bytes) -> BoxBody {
    let (size, half) = (body.len() as u64, body.slice(..body.len() / 2));
    let pieces = stream::once(async { Ok(half) }).chain(stream::once(async {
        // What was written until here is sent when the server finds the next piece missing.
        tokio::task::yield_now().await;
        Err(ended())
    }));
    SizedStream::new(size, Box::pin(pieces)).boxed()
}

/// Byte after byte. Ends the connection where that would take too long.
pub(super) fn drip(body: Bytes, pause: Duration) -> BoxBody {
    let size = body.len() as u64;
    let deadline = tokio::time::Instant::now() + LONGEST;
    let pieces = stream::unfold(body, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        let next = tokio::time::Instant::now() + pause;
        tokio::time::sleep_until(next.min(deadline)).await;
        let piece = if next > deadline {
            Err(ended())
        } else {
            Ok(rest.split_to(1))
        };
        Some((piece, rest))
    });
    SizedStream::new(size, Box::pin(pieces)).boxed()
}

/// The JSON object with a text in it that makes it this large, if it is not already.
pub(super) fn oversized(body: &Bytes, size: usize) -> BoxBody {
    const BEFORE: &[u8] = br#","padding":""#;
    const AFTER: &[u8] = br#""}"#;
    let missing = (size + 1).saturating_sub(body.len() + BEFORE.len() + AFTER.len());
    let Some(rest) = body.strip_suffix(b"}").filter(|_| missing > 0) else {
        return body.clone().boxed();
    };
    let head = Bytes::from([rest, BEFORE].concat());
    let chunk = Bytes::from_static(&[b'x'; CHUNK]);
    let padding = (0..missing)
        .step_by(CHUNK)
        .map(move |sent| chunk.slice(..CHUNK.min(missing - sent)));
    let pieces = std::iter::once(head)
        .chain(padding)
        .chain([Bytes::from_static(AFTER)])
        .map(Ok::<_, Infallible>);
    SizedStream::new(size as u64, stream::iter(pieces)).boxed()
}

/// The JSON object with lists in lists in it: a reader that calls itself for each runs out of stack.
pub(super) fn deeply_nested(body: &Bytes) -> Bytes {
    let Some(rest) = body.strip_suffix(b"}") else {
        return body.clone();
    };
    let (open, close) = ("[".repeat(NESTED), "]".repeat(NESTED));
    Bytes::from([rest, format!(r#","nested":{open}{close}}}"#).as_bytes()].concat())
}

fn ended() -> io::Error {
    io::Error::other("a fault was asked for that ends the connection here")
}
