use std::any::Any;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use socket2::{SockRef, Socket};

/// A second handle to a connection's socket: the server does not lend its own.
struct Handle(Socket);

/// Keeps the handle for as long as the connection lives.
pub(crate) fn remember(connection: &dyn Any, data: &mut Extensions) {
    let socket = connection
        .downcast_ref::<TcpStream>()
        .and_then(|stream| SockRef::from(stream).try_clone().ok());
    if let Some(socket) = socket {
        data.insert(Handle(socket));
    }
}

/// From now on the connection's end is a TCP reset.
pub(super) fn end_with_reset(request: &HttpRequest) {
    let outcome = request
        .conn_data::<Handle>()
        .map(|Handle(socket)| socket.set_linger(Some(Duration::ZERO)));
    if !matches!(outcome, Some(Ok(()))) {
        tracing::warn!("the connection can be closed, but not reset");
    }
}
