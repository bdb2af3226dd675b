//! Reloads that wait, deltas, odd directives, hints, and how long caches may keep what they got.

use super::client::{Client, get};
use super::studio::{OPEN, On, part, station};
use longwave::serve::Limits;
use longwave::units::{Latency, StationId};
use std::time::Duration;

const LIVE: &str = "/harbour/opus-96/live.m3u8";

/// A request waits, as the count of held requests shows; then parts are published one by one. It must not be answered
/// before the last of them, and the answer must contain the text.
async fn check_held(latency: Latency, path: &str, parts: usize, contains: &str) {
    let on = On::air().await;
    let mut studio = on.studio(station("harbour", latency));
    let mut client = Client::connect(on.at).await;
    client.send(&format!("GET {path} HTTP/1.1\nHost: h")).await;
    studio.held(1).await;
    for made in 1..=parts {
        studio.air();
        if made < parts {
            // Whoever was woken has decided again once another request was served whole.
            get(on.at, LIVE).await;
            assert_eq!(studio.channel.metrics.held.get(), 1, "{path} waits for {parts} parts, not {made}");
        }
    }
    let reply = client.reply(false).await;
    assert_eq!(reply.head.status, 200, "{path}");
    assert!(reply.text().contains(contains), "{path} lacks {contains}:\n{}", reply.text());
    studio.held(0).await;
    on.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocking_reload_is_answered_when_its_part_is_published() {
    let low = Latency::Low;
    let listed = |msn, part| format!("URI=\"{msn}.{part}.m4s\",INDEPENDENT=YES");
    check_held(low, &format!("{LIVE}?_HLS_msn={OPEN}&_HLS_part=0"), 1, &listed(OPEN, 0)).await;
    check_held(low, &format!("{LIVE}?_HLS_msn={OPEN}&_HLS_part=2"), 3, &listed(OPEN, 2)).await;
    check_held(low, &format!("{LIVE}?_HLS_msn={OPEN}"), 6, &format!("\n{OPEN}.m4s\n")).await;
    check_held(low, &format!("{LIVE}?_HLS_msn={}&_HLS_part=6", OPEN - 1), 1, &listed(OPEN, 0)).await;
    check_held(low, &format!("{LIVE}?_HLS_msn={OPEN}&_HLS_part=1&_HLS_skip=YES"), 2, "#EXT-X-SKIP:").await;
    check_held(Latency::Steady, &format!("{LIVE}?_HLS_msn={OPEN}&_HLS_part=2"), 3, &listed(OPEN, 2)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hinted_part_is_answered_with_its_bytes_when_it_is_published() {
    let text = |n| String::from_utf8(part("opus-96", OPEN, n).to_vec()).unwrap();
    check_held(Latency::Low, &format!("/harbour/opus-96/{OPEN}.0.m4s"), 1, &text(0)).await;
    check_held(Latency::Steady, &format!("/harbour/opus-96/{OPEN}.0.m4s"), 1, &text(0)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_odd_directive_has_its_answer() {
    let (on, mut studio) = On::harbour().await;
    studio.air();
    let whole = get(on.at, LIVE).await.body;
    let delta = get(on.at, &format!("{LIVE}?_HLS_skip=YES")).await.body;
    assert!(!whole.windows(10).any(|w| w == b"EXT-X-SKIP"));
    assert!(delta.windows(26).any(|w| w == b"EXT-X-SKIP:SKIPPED-SEGMENT"));
    let mut client = Client::connect(on.at).await;
    for (query, status, body) in [
        ("".to_owned(), 200, Some(&whole)),
        ("_HLS_skip=v2".to_owned(), 200, Some(&delta)),
        ("_HLS_skip=NO".to_owned(), 200, Some(&whole)),
        ("_HLS_future=1&token=x".to_owned(), 200, Some(&whole)),
        (format!("_HLS_msn={}", OPEN - 1), 200, Some(&whole)),
        (format!("_HLS_msn={}&_HLS_part=0", OPEN), 200, Some(&whole)),
        (format!("_HLS_msn={}&_HLS_part=0&_HLS_skip=YES", OPEN), 200, Some(&delta)),
        ("_HLS_msn=1".to_owned(), 200, Some(&whole)),
        ("_HLS_msn=1&_HLS_part=3&_HLS_skip=YES".to_owned(), 200, Some(&whole)),
        ("_HLS_part=1".to_owned(), 400, None),
        ("_HLS_msn=x".to_owned(), 400, None),
        ("_HLS_msn=-1".to_owned(), 400, None),
        ("_HLS_msn=".to_owned(), 400, None),
        (format!("_HLS_msn={OPEN}&_HLS_part=1.5"), 400, None),
        (format!("_HLS_msn={}", OPEN + 2), 400, None),
        (format!("_HLS_msn={}", u64::MAX), 400, None),
        (format!("_HLS_msn={OPEN}&_HLS_part=200"), 400, None),
    ] {
        let reply = client.get(&format!("{LIVE}?{query}")).await;
        assert_eq!(reply.head.status, status, "{query}: {}", reply.text());
        match body {
            Some(body) => assert!(reply.body == *body, "{query}:\n{}", reply.text()),
            None => assert_eq!(reply.head.get("content-type"), Some("text/plain; charset=utf-8"), "{query}"),
        }
    }
    on.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_neither_published_nor_hinted_is_unknown_at_once() {
    let (on, _studio) = On::harbour().await;
    let mut client = Client::connect(on.at).await;
    for path in [
        format!("/harbour/opus-96/{OPEN}.1.m4s"),
        format!("/harbour/opus-96/{}.0.m4s", OPEN + 1),
        format!("/harbour/opus-96/{}.6.m4s", OPEN - 1),
        format!("/harbour/opus-96/{OPEN}.m4s"),
        "/harbour/opus-96/1.m4s".to_owned(),
        "/harbour/opus-96/1.0.m4s".to_owned(),
        "/harbour/opus-96/1.ts".to_owned(),
        format!("/harbour/opus-96/{}.ts", OPEN / 3 - 1),
        "/harbour/opus-32/live.m3u8".to_owned(),
        "/harbour/opus-32/init.mp4".to_owned(),
        "/harbour/opus-96/radio.m3u8".to_owned(),
        "/nowhere/opus-96/live.m3u8".to_owned(),
        "/nowhere/live.m3u8".to_owned(),
    ] {
        let reply = client.get(&path).await;
        assert_eq!(reply.head.status, 404, "{path}");
        assert_eq!(reply.head.get("content-type"), Some("text/plain; charset=utf-8"), "{path}");
    }
    on.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_that_nothing_answers_is_refused_in_the_end() {
    let on = On::limited(Limits { hold: Duration::from_millis(50), ..Limits::default() }).await;
    let _studio = on.studio(station("harbour", Latency::Low));
    for path in [format!("{LIVE}?_HLS_msn={OPEN}"), format!("/harbour/opus-96/{OPEN}.0.m4s")] {
        let reply = get(on.at, &path).await;
        assert_eq!(reply.head.status, 503, "{path}");
        assert_eq!(reply.head.get("retry-after"), Some("1"), "{path}");
        assert_eq!(reply.head.get("content-type"), Some("text/plain; charset=utf-8"), "{path}");
    }
    on.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_station_answers_whoever_waits_for_it() {
    let (on, studio) = On::harbour().await;
    let mut client = Client::connect(on.at).await;
    client.send(&format!("GET {LIVE}?_HLS_msn={OPEN} HTTP/1.1\nHost: h")).await;
    studio.held(1).await;
    on.house.remove(&StationId::new("harbour").unwrap());
    assert_eq!(client.reply(false).await.head.status, 404);
    assert_eq!(client.get(LIVE).await.head.status, 404);
    on.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_station_that_has_published_nothing_asks_for_patience() {
    let on = On::air().await;
    on.house.add(station("harbour", Latency::Low).into());
    let mut client = Client::connect(on.at).await;
    for path in [
        LIVE,
        "/harbour/live.m3u8",
        "/harbour/opus-96/hls.m3u8",
        "/harbour/stream.mp3",
        "/harbour/opus-96/1.m4s",
    ] {
        let reply = client.get(path).await;
        assert_eq!(reply.head.status, 503, "{path}");
        assert_eq!(reply.head.get("retry-after"), Some("1"), "{path}");
        assert_eq!(reply.head.get("content-type"), Some("text/plain; charset=utf-8"), "{path}");
    }
    on.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_who_takes_gzip_gets_the_same_text_compressed() {
    let (on, _studio) = On::harbour().await;
    let mut client = Client::connect(on.at).await;
    for path in [
        LIVE,
        "/harbour/opus-96/live.m3u8?_HLS_skip=YES",
        "/harbour/aac-128/hls.m3u8",
        "/harbour/aac-128/radio.m3u8",
        "/harbour/live.m3u8",
        "/harbour/opus.m3u8",
        "/static/page.css",
        "/static/hls.min.js",
    ] {
        let plain = client.get(path).await;
        let packed = client.get_with(path, "Accept-Encoding: deflate, gzip").await;
        let refused = client.get_with(path, "Accept-Encoding: gzip;q=0").await;
        assert_eq!(packed.unpacked(), plain.text(), "{path}");
        assert!(packed.body.len() < plain.body.len() || plain.body.len() < 300, "{path}");
        assert_eq!(refused.body, plain.body, "{path}");
        assert_eq!(refused.head.get("content-encoding"), None, "{path}");
        for reply in [plain, packed] {
            assert_eq!(reply.head.get("vary"), Some("Accept-Encoding"), "{path}");
        }
    }
    on.stop().await;
}

/// Draft appendix B.1, with a target duration of 2 s.
#[tokio::test(flavor = "multi_thread")]
async fn caches_may_keep_what_they_got_for_as_long_as_the_draft_says() {
    let (on, mut studio) = On::harbour().await;
    studio.air();
    let mut client = Client::connect(on.at).await;
    for (path, status, keep) in [
        (LIVE.to_owned(), 200, "public, max-age=1"),
        (format!("{LIVE}?_HLS_skip=YES"), 200, "public, max-age=1"),
        (format!("{LIVE}?_HLS_msn={OPEN}&_HLS_part=0"), 200, "public, max-age=12"),
        ("/harbour/opus-32/live.m3u8?_HLS_msn=1".to_owned(), 404, "public, max-age=8"),
        ("/harbour/opus-32/live.m3u8".to_owned(), 404, "public, max-age=2"),
        (format!("{LIVE}?_HLS_part=0"), 400, "public, max-age=2"),
        ("/harbour/aac-128/hls.m3u8".to_owned(), 200, "public, max-age=1"),
        ("/harbour/aac-128/radio.m3u8".to_owned(), 200, "public, max-age=1"),
        ("/harbour/live.m3u8".to_owned(), 200, "public, max-age=12"),
        (format!("/harbour/opus-96/{OPEN}.0.m4s"), 200, "public, max-age=3600, immutable"),
        (format!("/harbour/opus-96/{}.m4s", OPEN - 1), 200, "public, max-age=3600, immutable"),
        ("/harbour/opus-96/1.m4s".to_owned(), 404, "public, max-age=2"),
        ("/harbour/opus-96/init.mp4".to_owned(), 200, "public, max-age=60"),
        ("/harbour/art".to_owned(), 200, "public, max-age=300"),
        ("/harbour/art/000000000000c0de".to_owned(), 200, "public, max-age=31536000, immutable"),
        ("/static/page.css".to_owned(), 200, "public, max-age=60"),
        ("/api/v1/stations".to_owned(), 200, "no-store"),
        ("/harbour".to_owned(), 200, "no-store"),
    ] {
        let reply = client.get(&path).await;
        assert_eq!(reply.head.status, status, "{path}");
        assert_eq!(reply.head.get("cache-control"), Some(keep), "{path}");
        assert!(reply.head.get("date").is_some(), "{path}");
    }
    on.stop().await;
}
