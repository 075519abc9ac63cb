//! A WeChat that answers as badly as a test wants, and counts how often it was asked.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::TestApp;

/// What an exchange and a profile have in common.
pub(crate) const SOMEBODY: &str = r#"{"access_token":"a-token","openid":"oGZUI0egBJY1zhBYw2KhdUfwVJJE","unionid":"ocMvos6NjeKLIBqg5Mr9QjxrP1FA","nickname":"小明"}"#;

/// What a request gets.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Behaviour {
    /// These bytes as the body of a 200.
    Body(&'static str),
    /// These bytes and nothing else.
    Raw(&'static str),
    /// The body, after this time.
    Slow(Duration, &'static str),
    /// Nothing, ever.
    Silence,
    /// A closed connection.
    Close,
}

/// A listening stub.
pub(crate) struct WeChatStub {
    pub(crate) address: SocketAddr,
    calls: Arc<AtomicUsize>,
}

impl WeChatStub {
    pub(crate) async fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let calls = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&calls);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, behaviour, Arc::clone(&counter)));
            }
        });
        Self { address, calls }
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// A service that takes this for WeChat.
    pub(crate) async fn app(&self) -> TestApp {
        let url = format!("http://{}", self.address);
        TestApp::spawn_with(&[("wechat.api_url", &url), ("wechat.timeout", "700ms")]).await
    }
}

async fn serve(mut stream: TcpStream, behaviour: Behaviour, calls: Arc<AtomicUsize>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    calls.fetch_add(1, Ordering::SeqCst);
    let answer = match behaviour {
        Behaviour::Body(body) => with_head(body),
        Behaviour::Raw(bytes) => bytes.to_owned(),
        Behaviour::Slow(delay, body) => {
            tokio::time::sleep(delay).await;
            with_head(body)
        }
        Behaviour::Silence => return std::future::pending().await,
        Behaviour::Close => return,
    };
    let _ = stream.write_all(answer.as_bytes()).await;
}

fn with_head(body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}
