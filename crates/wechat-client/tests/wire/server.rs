//! A server that knows no HTTP: it does to each connection what the script says.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    time::sleep,
};

/// What happens to one connection, step by step; it is closed after the last.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Reads a request, and keeps it.
    Read,
    Write(Vec<u8>),
    /// Writes byte by byte, 50 ms apart.
    Drip(Vec<u8>),
    /// Writes the same bytes again and again.
    WriteForever(Vec<u8>),
    /// Keeps the connection open and says nothing.
    Silence,
    /// Closes with RST instead of FIN.
    Reset,
}

#[derive(Default)]
struct Seen {
    connections: usize,
    requests: Vec<String>,
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

impl Server {
    /// The first connection gets the first script, and so on; there the last one stands for all others.
    pub(crate) async fn start(scripts: Vec<Vec<Step>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            seen: Arc::default(),
        };
        let seen = Arc::clone(&server.seen);
        tokio::spawn(async move {
            let mut scripts = scripts.into_iter().peekable();
            let mut script = Vec::new();
            while let Ok((stream, _)) = listener.accept().await {
                seen.lock().unwrap().connections += 1;
                script = scripts.next().unwrap_or(script);
                tokio::spawn(play(script.clone(), stream, Arc::clone(&seen)));
            }
        });
        server
    }

    /// One that reads a request and answers it.
    pub(crate) async fn answering(answer: impl Into<Vec<u8>>) -> Self {
        Self::start(vec![vec![Step::Read, Step::Write(answer.into())]]).await
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().requests.clone()
    }
}

/// An error is the client hanging up, which it may.
async fn play(script: Vec<Step>, mut stream: TcpStream, seen: Arc<Mutex<Seen>>) -> std::io::Result<()> {
    for step in script {
        match step {
            Step::Read => {
                let request = read(&mut stream).await?;
                seen.lock().unwrap().requests.push(request);
            }
            Step::Write(bytes) => stream.write_all(&bytes).await?,
            Step::Drip(bytes) => {
                for byte in bytes {
                    stream.write_u8(byte).await?;
                    sleep(Duration::from_millis(50)).await;
                }
            }
            Step::WriteForever(bytes) => loop {
                stream.write_all(&bytes).await?;
            },
            Step::Silence => std::future::pending().await,
            Step::Reset => stream.set_zero_linger()?,
        }
    }
    Ok(())
}

/// The head, and as much of a body as it announces.
async fn read(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&request).to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    request.extend(body);
    Ok(String::from_utf8_lossy(&request).into_owned())
}

/// A port that is taken, so that no other test gets it, and refuses every connection.
pub(crate) struct ClosedPort(TcpSocket);

impl ClosedPort {
    pub(crate) fn reserve() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        Self(socket)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.0.local_addr().unwrap()
    }
}
