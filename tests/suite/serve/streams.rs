//! Endless streams: the burst, the pace, titles, and listeners who are too slow.

use super::client::{Client, within};
use super::studio::{On, Studio, station};
use longwave::package::snapshot::CHUNKS_KEPT;
use longwave::station::Codec;
use longwave::units::{Latency, StationId};
use tokio::net::TcpSocket;

const METAINT: usize = 16_000;

/// Until so many listen to the MP3 stream.
async fn listening(studio: &Studio, count: i64) {
    let gauge = studio.channel.metrics.listeners("mp3");
    within(async {
        while gauge.get() != count {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

async fn listen(on: &On, request: &str) -> Client {
    let mut client = Client::connect(on.at).await;
    client.send(request).await;
    assert_eq!(client.head().await.status, 200, "{request}");
    client
}

/// Audio and titles apart, as a radio does it.
fn apart(stream: &[u8]) -> (Vec<u8>, Vec<String>) {
    let (mut audio, mut titles, mut rest) = (Vec::new(), Vec::new(), stream);
    while rest.len() > METAINT {
        audio.extend_from_slice(&rest[..METAINT]);
        let length = usize::from(rest[METAINT]) * 16;
        let block = &rest[METAINT + 1..METAINT + 1 + length];
        if length > 0 {
            titles.push(std::str::from_utf8(block).unwrap().trim_end_matches('\0').to_owned());
        }
        rest = &rest[METAINT + 1 + length..];
    }
    audio.extend_from_slice(rest);
    (audio, titles)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_hears_a_burst_and_then_every_chunk_once() {
    for latency in [Latency::Low, Latency::Steady] {
        check_every_chunk(latency, Codec::Mp3, "/harbour/stream.mp3").await;
        check_every_chunk(latency, Codec::Aac, "/harbour/stream.aac").await;
    }
}

async fn check_every_chunk(latency: Latency, codec: Codec, path: &str) {
    let on = On::air().await;
    let mut studio = on.studio(station("harbour", latency));
    let from = studio.burst_from();
    let mut client = listen(&on, &format!("GET {path} HTTP/1.1\nHost: h")).await;
    let burst = studio.heard(codec, from);
    assert!(client.exactly(burst.len()).await == burst, "{path}: the burst");
    for _ in 0..CHUNKS_KEPT + 20 {
        let edge = studio.burst_from() + 12;
        studio.air();
        let next = studio.heard(codec, edge);
        assert!(client.exactly(next.len()).await == next, "{path}: the chunk of {edge}");
    }
    on.stop().await;
    assert!(client.rest().await.is_empty(), "{path}: nothing after the end");
}

#[tokio::test(flavor = "multi_thread")]
async fn titles_come_to_those_who_ask_and_change_with_the_programme() {
    let (on, mut studio) = On::harbour().await;
    let from = studio.burst_from();
    let mut client = listen(&on, "GET /harbour/stream.mp3 HTTP/1.1\nHost: h:1\nicy-metadata: 1").await;
    studio.title = "Don't - 'Stop'".into();
    for _ in 0..20 {
        studio.air();
    }
    let expected = studio.heard(Codec::Mp3, from);
    let mut got = client.up_to("Don’t - ’Stop’").await.into_bytes();
    on.house.remove(&StationId::new("harbour").unwrap());
    got.extend(client.rest().await);
    let (audio, titles) = apart(&got);
    assert!(expected.starts_with(&audio) && audio.len() > METAINT);
    assert_eq!(
        titles,
        [
            "StreamTitle='Ana - Maré';StreamUrl='http://h:1/harbour/art/000000000000c0de';",
            "StreamTitle='Don’t - ’Stop’';StreamUrl='http://h:1/harbour/art/000000000000c0de';"
        ]
    );
    on.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_listener_loses_its_own_connection_alone() {
    let (on, mut studio) = On::harbour().await;
    studio.chunk_repeats = 32;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(8 * 1024).unwrap();
    let mut slow = Client::over(socket.connect(on.at).await.unwrap());
    slow.send("GET /harbour/stream.mp3 HTTP/1.1\nHost: h").await;
    slow.head().await;
    let edge = studio.burst_from() + 12;
    let mut quick = listen(&on, "GET /harbour/stream.mp3 HTTP/1.1\nHost: h").await;
    let burst = quick.exactly(12 * 200 * "<mp3 5610000000>".len()).await;
    assert!(burst.starts_with(b"<mp3 "));
    listening(&studio, 2).await;
    // Three times what is kept, far more than any buffer between holds.
    for _ in 0..3 * CHUNKS_KEPT as i64 {
        let at = studio.burst_from() + 12;
        studio.air();
        let next = studio.heard(Codec::Mp3, at);
        assert!(quick.exactly(next.len()).await == next, "the quick listener lacks the chunk of {at}");
    }
    // The slow one takes what lay in the buffers, and then its stream has ended.
    let got = slow.rest().await;
    let sent = studio.heard(Codec::Mp3, edge);
    assert!(got.len() < sent.len(), "{} of {} bytes", got.len(), sent.len());
    listening(&studio, 1).await;
    assert_eq!(studio.channel.metrics.dropped("mp3").get(), 1);
    studio.air();
    quick.exactly(studio.heard(Codec::Mp3, studio.burst_from() + 11).len()).await;
    on.stop().await;
}
