//! A client that sees bytes: no library between the test and the wire.

use std::collections::BTreeMap;
use std::io::Read;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Longer than anything here should take; a test that waits for what never comes fails then.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connection.
pub struct Client {
    stream: TcpStream,
    unread: Vec<u8>,
}

/// The first line and the headers of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    pub version: String,
    pub status: u16,
    pub headers: BTreeMap<String, String>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    pub head: Head,
    pub body: Vec<u8>,
}

pub async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("what was waited for came in time")
}

impl Head {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
    /// Without what differs from one moment to the next.
    pub fn lasting(&self) -> Self {
        let mut head = self.clone();
        head.headers.remove("date");
        head
    }
}

impl Reply {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is text")
    }
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }
    /// The body without its compression.
    pub fn unpacked(&self) -> String {
        assert_eq!(self.head.get("content-encoding"), Some("gzip"));
        let mut text = String::new();
        flate2::read::GzDecoder::new(&*self.body).read_to_string(&mut text).expect("the body is gzip");
        text
    }
}

impl Client {
    pub async fn connect(to: SocketAddr) -> Self {
        Self::over(within(TcpStream::connect(to)).await.unwrap())
    }

    pub fn over(stream: TcpStream) -> Self {
        Self { stream, unread: Vec::new() }
    }

    /// Sends a request as it is written here, but for its line ends.
    pub async fn send(&mut self, text: &str) {
        let raw = format!("{}\r\n\r\n", text.trim().replace('\n', "\r\n"));
        within(self.stream.write_all(raw.as_bytes())).await.unwrap();
    }

    /// The next bytes; none at the end.
    async fn more(&mut self) -> bool {
        let mut buffer = [0; 16 * 1024];
        let count = within(self.stream.read(&mut buffer)).await.unwrap_or(0);
        self.unread.extend_from_slice(&buffer[..count]);
        count > 0
    }

    pub async fn head(&mut self) -> Head {
        let end = loop {
            if let Some(at) = self.unread.windows(4).position(|four| four == b"\r\n\r\n") {
                break at;
            }
            assert!(
                self.more().await,
                "the connection ended in a head: {:?}",
                String::from_utf8_lossy(&self.unread)
            );
        };
        let text = String::from_utf8(self.unread.drain(..end + 4).collect()).expect("a head is UTF-8");
        let mut lines = text.lines();
        let mut first = lines.next().unwrap().splitn(3, ' ');
        let version = first.next().unwrap().to_owned();
        let status = first.next().unwrap().parse().unwrap();
        let headers = lines
            .take_while(|line| !line.is_empty())
            .map(|line| line.split_once(": ").map(|(n, v)| (n.to_lowercase(), v.to_owned())).unwrap())
            .collect();
        Head { version, status, headers }
    }

    pub async fn exactly(&mut self, count: usize) -> Vec<u8> {
        while self.unread.len() < count {
            assert!(self.more().await, "the connection ended {} bytes early", count - self.unread.len());
        }
        self.unread.drain(..count).collect()
    }

    /// Up to and with a text.
    pub async fn up_to(&mut self, text: &str) -> String {
        loop {
            let at = self.unread.windows(text.len()).position(|bytes| bytes == text.as_bytes());
            if let Some(at) = at {
                return String::from_utf8(self.unread.drain(..at + text.len()).collect()).unwrap();
            }
            assert!(self.more().await, "the connection ended before {text:?}");
        }
    }

    /// Everything up to the end of the connection.
    pub async fn rest(&mut self) -> Vec<u8> {
        while self.more().await {}
        std::mem::take(&mut self.unread)
    }

    /// An answer with a body of known length; `HEAD` answers have none.
    pub async fn reply(&mut self, to_head: bool) -> Reply {
        let head = self.head().await;
        let length = head.get("content-length").map_or(0, |length| length.parse().unwrap());
        let bodiless = to_head || head.status == 204 || head.status == 304;
        let body = self.exactly(if bodiless { 0 } else { length }).await;
        Reply { head, body }
    }

    pub async fn get(&mut self, path: &str) -> Reply {
        self.get_with(path, "").await
    }

    /// With further headers, each a line.
    pub async fn get_with(&mut self, path: &str, headers: &str) -> Reply {
        self.send(&format!("GET {path} HTTP/1.1\nHost: radio.test:8000\n{headers}")).await;
        self.reply(false).await
    }
}

/// One request on a connection of its own.
pub async fn get(to: SocketAddr, path: &str) -> Reply {
    Client::connect(to).await.get(path).await
}

/// One request, the head of its answer alone.
pub async fn ask(to: SocketAddr, request: &str) -> Head {
    let mut client = Client::connect(to).await;
    client.send(request).await;
    client.head().await
}
