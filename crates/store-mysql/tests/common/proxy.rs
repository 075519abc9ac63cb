//! What lies between a program and its database, and may fail in every way.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use mysql_async::Opts;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::JoinHandle,
};

use super::TestDatabase;

/// Passes on what it gets, as long as it is told nothing else.
pub(crate) struct Proxy {
    port: u16,
    wire: Arc<Wire>,
    accepting: JoinHandle<()>,
}

struct Wire {
    trips: AtomicUsize,
    delay_ms: AtomicU64,
    /// How many packets of clients still pass before every connection is cut; below zero all do.
    packets_left: AtomicI64,
    is_frozen: watch::Sender<bool>,
    /// Changes when all connections are cut.
    cut: watch::Sender<u32>,
}

impl Proxy {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let wire = Arc::new(Wire {
            trips: AtomicUsize::new(0),
            delay_ms: AtomicU64::new(0),
            packets_left: AtomicI64::new(-1),
            is_frozen: watch::Sender::new(false),
            cut: watch::Sender::new(0),
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&wire)));
        Self {
            port,
            wire,
            accepting,
        }
    }

    /// The URL of the database through this.
    pub(crate) fn url(&self, database: &TestDatabase) -> String {
        let server = Opts::from_url(&super::server()).unwrap();
        let (user, password) = (server.user().unwrap(), server.pass().unwrap_or_default());
        let (port, name) = (self.port, &database.name);
        format!("mysql://{user}:{password}@127.0.0.1:{port}/{name}")
    }

    /// Like a server that was stopped: it takes connections and everything else, and answers nothing.
    pub(crate) fn freeze(&self) {
        self.wire.is_frozen.send_replace(true);
    }

    pub(crate) fn thaw(&self) {
        self.wire.is_frozen.send_replace(false);
    }

    /// Answers come so much later from now on.
    pub(crate) fn delay(&self, delay: Duration) {
        let delay = u64::try_from(delay.as_millis()).unwrap();
        self.wire.delay_ms.store(delay, Ordering::Relaxed);
    }

    /// Closes every connection.
    pub(crate) fn cut(&self) {
        self.wire.cut.send_modify(|cuts| *cuts += 1);
    }

    /// Closes every connection instead of passing on the packet after the next so many.
    pub(crate) fn cut_after(&self, packets: i64) {
        self.wire.packets_left.store(packets, Ordering::Relaxed);
    }

    /// How many commands of clients had to wait for an answer.
    pub(crate) fn trips(&self) -> usize {
        self.wire.trips.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.cut();
    }
}

async fn accept(listener: TcpListener, wire: Arc<Wire>) {
    while let Ok((client, _)) = listener.accept().await {
        let wire = Arc::clone(&wire);
        tokio::spawn(async move {
            let mut cut = wire.cut.subscribe();
            tokio::select! {
                () = connect(client, &wire) => {}
                _ = cut.changed() => {}
            }
        });
    }
}

async fn connect(client: TcpStream, wire: &Wire) {
    let server = Opts::from_url(&super::server()).unwrap();
    let address = (server.ip_or_hostname(), server.tcp_port());
    let Ok(server) = TcpStream::connect(address).await else {
        return;
    };
    for stream in [&client, &server] {
        stream.set_nodelay(true).unwrap();
    }
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    tokio::select! {
        _ = ask(from_client, to_server, wire) => {}
        _ = answer(from_server, to_client, wire) => {}
    }
}

/// A packet has its length and its number before it; one with the number zero begins a command.
async fn ask(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, wire: &Wire) -> std::io::Result<()> {
    const QUIT: u8 = 0x01;
    const CLOSE_STATEMENT: u8 = 0x19;
    loop {
        let mut packet = vec![0; 4];
        from.read_exact(&mut packet).await?;
        let length = u32::from_le_bytes([packet[0], packet[1], packet[2], 0]);
        packet.resize(4 + usize::try_from(length).unwrap(), 0);
        from.read_exact(&mut packet[4..]).await?;
        let is_command = packet[3] == 0;
        if is_command && ![QUIT, CLOSE_STATEMENT].contains(&packet[4]) {
            wire.trips.fetch_add(1, Ordering::Relaxed);
        }
        let left = wire.packets_left.load(Ordering::Relaxed);
        if left >= 0 {
            wire.packets_left.store(left - 1, Ordering::Relaxed);
            if left == 0 {
                wire.cut.send_modify(|cuts| *cuts += 1);
                return Ok(());
            }
        }
        wire.flow().await;
        to.write_all(&packet).await?;
    }
}

async fn answer(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, wire: &Wire) -> std::io::Result<()> {
    let mut bytes = vec![0; 64 * 1024];
    loop {
        let length = from.read(&mut bytes).await?;
        if length == 0 {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(wire.delay_ms.load(Ordering::Relaxed))).await;
        wire.flow().await;
        to.write_all(&bytes[..length]).await?;
    }
}

impl Wire {
    async fn flow(&self) {
        let mut is_frozen = self.is_frozen.subscribe();
        is_frozen.wait_for(|is_frozen| !is_frozen).await.unwrap();
    }
}
