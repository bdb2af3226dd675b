//! The server: listens, takes connections up to a limit, and stops politely.
//!
//! In: addresses, the [`House`]. Out: connections served until it is told to stop. Never: lets one connection
//! wait for another.
//! Spec: RFC 9112.

use super::assets::Assets;
use super::desk::Desk;
use super::hold::Patience;
use super::house::House;
use super::metrics::Counted;
use super::wire::Wire;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// Connections that are open at once; one more is answered 503 and closed.
pub const CONNECTIONS_MAX: usize = 16_384;
/// How long a request's head may take, and how long a kept connection may wait for the next: 20 s.
pub const HEAD_WAIT_MAX: Duration = Duration::from_secs(20);
/// How long a peer may take nothing of what is written to it; then its connection is cut. As long as chunks are kept.
pub const STALL_MAX: Duration = Duration::from_secs(30);
/// How long a request is held: three target durations (draft section 6.2.5.2), then 503.
pub const HOLD_MAX: Duration = Duration::from_secs(6);
/// How long a held request may still wait once the server stops: two parts at least.
pub const HOLD_CLOSING_MAX: Duration = Duration::from_millis(1500);
/// How long stopping takes at most; then what is left is cut.
pub const DRAIN_MAX: Duration = Duration::from_secs(5);
/// A comment is sent to an event stream that was silent for this long, so that nothing on the way forgets it.
pub const EVENTS_SILENT_MAX: Duration = Duration::from_secs(15);
/// What the system holds for a connection that takes nothing, in bytes: 8 s of a stream of 128 kb/s. The system
/// doubles it for its own needs.
pub const SEND_BUFFER_BYTES: u32 = 128 * 1024;
/// The head of a request and what is gathered for a write, in bytes.
const BUFFER_BYTES_MAX: usize = 64 * 1024;
/// Headers of a request; more is answered 431.
const HEADERS_MAX: usize = 64;
/// Connections that wait to be taken.
const BACKLOG: u32 = 1024;
/// How long taking connections rests when the system has no more to give.
const ACCEPT_REST: Duration = Duration::from_millis(100);
/// Tries to find a port that is free on both loopback addresses.
const PORT_TRIES: usize = 16;

/// Where the server is on its way from start to end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// It takes connections.
    #[default]
    Open,
    /// It takes no more, and ends those that it has.
    Draining,
    /// What is left is cut.
    Closed,
}

/// How long and how many. The defaults are the named constants of this module.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// [`CONNECTIONS_MAX`].
    pub connections: usize,
    /// [`HEAD_WAIT_MAX`].
    pub head_wait: Duration,
    /// [`STALL_MAX`].
    pub stall: Duration,
    /// [`HOLD_MAX`].
    pub hold: Duration,
    /// [`HOLD_CLOSING_MAX`].
    pub hold_closing: Duration,
    /// [`DRAIN_MAX`].
    pub drain: Duration,
    /// [`EVENTS_SILENT_MAX`].
    pub events_silent: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: CONNECTIONS_MAX,
            head_wait: HEAD_WAIT_MAX,
            stall: STALL_MAX,
            hold: HOLD_MAX,
            hold_closing: HOLD_CLOSING_MAX,
            drain: DRAIN_MAX,
            events_silent: EVENTS_SILENT_MAX,
        }
    }
}

impl Limits {
    pub(super) fn patience(&self) -> Patience {
        Patience { open: self.hold, closing: self.hold_closing }
    }
}

/// Why a server can't start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The text is no address with a port.
    #[error("can't listen on `{listen}`: {source}")]
    Address {
        /// As it was given.
        listen: String,
        /// What is wrong.
        source: io::Error,
    },
    /// The address is taken, or not ours.
    #[error("can't listen on {address}: {source}")]
    Bind {
        /// Where.
        address: SocketAddr,
        /// What is wrong.
        source: io::Error,
    },
}

/// A server that listens.
pub struct Server {
    listeners: Vec<(TcpListener, SocketAddr)>,
    limits: Limits,
}

impl Server {
    /// Listens on addresses, `host:port`. `localhost` is both loopback addresses, as far as the machine has them,
    /// on one port. Port 0 is one that is free.
    ///
    /// # Errors
    /// If one of them is no address or can't be had.
    pub async fn bind(listen: &[String]) -> Result<Self, ServeError> {
        let mut listeners = Vec::new();
        for text in listen {
            match text.strip_prefix("localhost:").and_then(|port| port.parse().ok()) {
                Some(port) => listeners.extend(loopback(port)?),
                None => {
                    let address = |source| ServeError::Address { listen: text.clone(), source };
                    for at in tokio::net::lookup_host(text.as_str()).await.map_err(address)? {
                        listeners.push(open(at)?);
                    }
                }
            }
        }
        Ok(Self { listeners, limits: Limits::default() })
    }

    /// With other limits.
    pub fn limited(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Where it listens, with the real ports.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.listeners.iter().map(|(_, address)| *address).collect()
    }

    /// Serves until `shutdown` is done, then stops politely: takes no more connections, gives held requests their
    /// answer or 503, ends endless streams, and cuts what is left after [`Limits::drain`].
    pub async fn run(self, house: Arc<House>, shutdown: impl Future<Output = ()>) {
        let phase = watch::Sender::new(Phase::Open);
        let slots = Arc::new(Semaphore::new(self.limits.connections));
        let assets = Arc::new(Assets::new());
        for (listener, local) in self.listeners {
            let desk = Arc::new(Desk {
                house: house.clone(),
                assets: assets.clone(),
                phase: phase.subscribe(),
                limits: self.limits,
                local,
            });
            tokio::spawn(accept(listener, desk, slots.clone()));
        }
        shutdown.await;
        phase.send_replace(Phase::Draining);
        let all = u32::try_from(self.limits.connections).unwrap_or(u32::MAX);
        let drained = tokio::time::timeout(self.limits.drain, slots.acquire_many(all)).await;
        if drained.is_err() {
            tracing::warn!("connections were cut that did not end in time");
        }
        phase.send_replace(Phase::Closed);
    }
}

/// Both loopback addresses on one port, or the one that the machine has.
fn loopback(port: u16) -> Result<Vec<(TcpListener, SocketAddr)>, ServeError> {
    let v6 = |port| SocketAddr::from((IpAddr::V6(Ipv6Addr::LOCALHOST), port));
    for tries in 1.. {
        let first = match open(SocketAddr::from((Ipv4Addr::LOCALHOST, port))) {
            Err(ServeError::Bind { source, .. }) if lacks(&source) => return Ok(vec![open(v6(port))?]),
            first => first?,
        };
        match open(v6(first.1.port())) {
            Ok(second) => return Ok(vec![first, second]),
            Err(ServeError::Bind { source, .. }) if lacks(&source) => return Ok(vec![first]),
            // The port that was free on one address is taken on the other: another will do.
            Err(_) if port == 0 && tries < PORT_TRIES => {}
            Err(error) => return Err(error),
        }
    }
    unreachable!("the last try returns")
}

/// Whether the machine has no such address at all.
fn lacks(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::AddrNotAvailable | io::ErrorKind::Unsupported)
}

fn open(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let listen = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        // A restart may not wait for the connections of the process before it.
        socket.set_reuseaddr(true)?;
        // Taken over by each connection.
        socket.set_send_buffer_size(SEND_BUFFER_BYTES)?;
        socket.bind(address)?;
        let listener = socket.listen(BACKLOG)?;
        let local = listener.local_addr()?;
        Ok((listener, local))
    };
    listen().map_err(|source| ServeError::Bind { address, source })
}

async fn accept(listener: TcpListener, desk: Arc<Desk>, slots: Arc<Semaphore>) {
    let mut phase = desk.phase.clone();
    loop {
        let taken = tokio::select! {
            taken = listener.accept() => taken,
            _ = phase.wait_for(|phase| *phase != Phase::Open) => return,
        };
        let stream = match taken {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection can't be taken");
                tokio::time::sleep(ACCEPT_REST).await;
                continue;
            }
        };
        match slots.clone().try_acquire_owned() {
            Ok(slot) => {
                tokio::spawn(connection(stream, desk.clone(), slot));
            }
            Err(_) => refuse(&stream, &desk),
        }
    }
}

/// Says in one write that there is no room; whoever does not take it learns by the close.
fn refuse(stream: &TcpStream, desk: &Desk) {
    const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\n\
        Retry-After: 5\r\nConnection: close\r\nContent-Length: 27\r\n\r\nthere are too many of you\r\n";
    desk.house.metrics.connections_refused.inc();
    // Nothing more can be done for it if this fails.
    let _ = stream.try_write(FULL);
}

async fn connection(stream: TcpStream, desk: Arc<Desk>, slot: OwnedSemaphorePermit) {
    let _counted = Counted::new(&desk.house.metrics.connections);
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection is slower than it could be");
    }
    let stalled = desk.house.metrics.connections_stalled.clone();
    let wire = Wire::new(stream, desk.limits.stall, stalled);
    let mut phase = desk.phase.clone();
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(desk.limits.head_wait)
        .max_buf_size(BUFFER_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        .serve_connection(TokioIo::new(wire), service_fn(|request| desk.answer(request)));
    tokio::pin!(served);
    let ended = tokio::select! {
        ended = served.as_mut() => Some(ended),
        _ = phase.wait_for(|phase| *phase != Phase::Open) => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            served.as_mut().graceful_shutdown();
            tokio::select! {
                ended = served => ended,
                _ = phase.wait_for(|phase| *phase == Phase::Closed) => Ok(()),
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
    drop(slot);
}
