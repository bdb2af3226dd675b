//! What speakers, radios and their players insist on, rule by rule.

use super::client::{Client, Head, ask, get};
use super::studio::{COVER, OPEN, On};
use longwave::station::Codec;

const STREAMS: [(&str, Codec); 2] =
    [("/harbour/stream.mp3", Codec::Mp3), ("/harbour/stream.aac", Codec::Aac)];

/// Every address of the server, with the media type of its answer.
fn addresses() -> Vec<(String, &'static str)> {
    let hls = "application/vnd.apple.mpegurl";
    let text = "text/plain; charset=utf-8";
    let mut all: Vec<(String, &str)> = [
        ("/", "text/html; charset=utf-8"),
        ("/harbour", "text/html; charset=utf-8"),
        ("/static/page.css", "text/css; charset=utf-8"),
        ("/static/hls.min.js", "text/javascript; charset=utf-8"),
        ("/favicon.ico", "image/svg+xml"),
        ("/robots.txt", text),
        ("/harbour/art", "image/svg+xml"),
        ("/harbour/live.m3u8", hls),
        ("/harbour/opus.m3u8", hls),
        ("/harbour/hls.m3u8", hls),
        ("/harbour/radio.m3u8", hls),
        ("/harbour/opus-96/live.m3u8", hls),
        ("/harbour/aac-128/live.m3u8", hls),
        ("/harbour/aac-128/hls.m3u8", hls),
        ("/harbour/aac-128/radio.m3u8", hls),
        ("/harbour/opus-96/init.mp4", "audio/mp4"),
        ("/harbour/stream.mp3", "audio/mpeg"),
        ("/harbour/stream.aac", "audio/aac"),
        ("/harbour/listen.m3u", "audio/x-mpegurl"),
        ("/harbour/listen.pls", "audio/x-scpls"),
        ("/harbour/events", "text/event-stream"),
        ("/api/v1/stations", "application/json"),
        ("/api/v1/stations/harbour", "application/json"),
        ("/api/v1/stations/harbour/now", "application/json"),
        ("/api/v1/stations/harbour/next", "application/json"),
        ("/api/v1/stations/harbour/history", "application/json"),
        ("/health/live", text),
        ("/health/ready", text),
    ]
    .map(|(path, media_type)| (path.to_owned(), media_type))
    .into();
    all.extend([
        (format!("/harbour/art/{COVER:016x}"), "image/png"),
        (format!("/harbour/opus-96/{}.m4s", OPEN - 1), "audio/mp4"),
        (format!("/harbour/opus-96/{}.2.m4s", OPEN - 1), "audio/mp4"),
        (format!("/harbour/aac-128/{}.ts", OPEN / 3 - 1), "video/mp2t"),
    ]);
    all
}

async fn head_of(on: &On, method: &str, path: &str) -> Head {
    ask(on.at, &format!("{method} {path} HTTP/1.1\nHost: h:1")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_1_an_http_1_0_request_gets_a_body_that_ends_with_the_connection() {
    let (on, studio) = On::harbour().await;
    for (path, codec) in STREAMS {
        let mut client = Client::connect(on.at).await;
        client.send(&format!("GET {path} HTTP/1.0\nUser-Agent: old radio")).await;
        let head = client.head().await;
        assert_eq!((&*head.version, head.status), ("HTTP/1.0", 200), "{path}");
        assert_eq!(head.get("transfer-encoding"), None, "{path}");
        assert_eq!(head.get("content-length"), None, "{path}");
        let burst = studio.heard(codec, studio.burst_from());
        assert!(client.exactly(burst.len()).await == burst, "{path}: audio begins right after the head");
    }
    let mut client = Client::connect(on.at).await;
    client.send("GET /harbour/aac-128/radio.m3u8 HTTP/1.0").await;
    let reply = client.reply(false).await;
    assert_eq!((&*reply.head.version, reply.head.status), ("HTTP/1.0", 200));
    assert!(reply.text().starts_with("#EXTM3U") && client.rest().await.is_empty());
    on.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_2_an_endless_stream_is_never_chunked_whatever_the_version() {
    let (on, studio) = On::harbour().await;
    for (path, codec) in STREAMS {
        for extra in ["", "\nIcy-MetaData: 1", "\nConnection: keep-alive"] {
            let mut client = Client::connect(on.at).await;
            client.send(&format!("GET {path} HTTP/1.1\nHost: h{extra}")).await;
            let head = client.head().await;
            assert_eq!(head.status, 200, "{path}{extra}");
            assert_eq!(head.get("connection"), Some("close"), "{path}{extra}");
            assert_eq!(head.get("transfer-encoding"), None, "{path}{extra}");
            assert_eq!(head.get("content-length"), None, "{path}{extra}");
            let first = client.exactly(1000).await;
            assert!(first == studio.heard(codec, studio.burst_from())[..1000], "{path}{extra}");
        }
        let fake = head_of(&on, "GET", &format!("{path}?len=fake")).await;
        assert_eq!(fake.get("content-length"), Some("2147483647"), "{path}");
        assert_eq!(fake.get("transfer-encoding"), None, "{path}");
    }
    on.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_3_head_answers_with_the_headers_of_get_on_every_address() {
    let (on, _studio) = On::harbour().await;
    for (path, _) in addresses() {
        let get = head_of(&on, "GET", &path).await;
        let mut client = Client::connect(on.at).await;
        client.send(&format!("HEAD {path} HTTP/1.1\nHost: h:1\nConnection: close")).await;
        let mut head = client.head().await;
        assert_eq!(head.status, 200, "{path}");
        assert!(client.rest().await.is_empty(), "{path}: HEAD has no body");
        // How the connection goes on is said of the connection, not of what was asked for.
        let mut get = get.lasting();
        for headers in [&mut get.headers, &mut head.headers] {
            headers.remove("connection");
            headers.remove("transfer-encoding");
        }
        assert_eq!(head.lasting(), get, "{path}");
    }
    let gone = head_of(&on, "HEAD", "/harbour/opus-96/1.m4s").await;
    assert_eq!(gone.status, 404);
    on.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_4_a_range_of_a_live_stream_is_the_stream_and_of_a_segment_the_range() {
    let (on, _studio) = On::harbour().await;
    for (path, _) in STREAMS {
        for range in ["bytes=0-", "bytes=0-1", "bytes=100000-"] {
            let head = ask(on.at, &format!("GET {path} HTTP/1.1\nHost: h\nRange: {range}")).await;
            assert_eq!(head.status, 200, "{path} {range}");
            assert_eq!(head.get("accept-ranges"), Some("none"), "{path} {range}");
        }
    }
    for file in [
        format!("opus-96/{}.m4s", OPEN - 1),
        format!("opus-96/{}.0.m4s", OPEN - 1),
        "opus-96/init.mp4".into(),
    ] {
        for (range, status) in [("bytes=0-3", 206), ("bytes=-3", 206), ("bytes=9999999-", 416)] {
            let head = ask(on.at, &format!("GET /harbour/{file} HTTP/1.1\nHost: h\nRange: {range}")).await;
            assert_eq!(head.status, status, "{file} {range}");
        }
    }
    on.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_5_titles_are_interleaved_only_in_streams_and_only_for_those_who_ask() {
    let (on, _studio) = On::harbour().await;
    let asking = ["Icy-MetaData: 1", "icy-metadata:1", "ICY-METADATA:  1 "];
    let not_asking = ["Icy-MetaData: 0", "Icy-MetaData: yes", "X-None: 1"];
    for (header, expected) in
        asking.map(|h| (h, Some("16000"))).into_iter().chain(not_asking.map(|h| (h, None)))
    {
        for (path, _) in STREAMS {
            let head = ask(on.at, &format!("GET {path} HTTP/1.1\nHost: h\n{header}")).await;
            assert_eq!(head.get("icy-metaint"), expected, "{path} {header}");
        }
    }
    for (path, _) in addresses().into_iter().filter(|(path, _)| !path.contains("/stream.")) {
        let head = ask(on.at, &format!("GET {path} HTTP/1.1\nHost: h\nIcy-MetaData: 1")).await;
        assert_eq!(head.get("icy-metaint"), None, "{path}");
    }
    on.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_6_a_title_block_stands_after_each_16000_bytes() {
    let (on, studio) = On::harbour().await;
    let mut client = Client::connect(on.at).await;
    client.send("GET /harbour/stream.mp3 HTTP/1.1\nHost: h:1\nIcy-MetaData: 1").await;
    let head = client.head().await;
    assert_eq!(head.get("icy-name"), Some("Harbour & Sea"));
    assert_eq!(head.get("icy-br"), Some("128"));
    let heard = studio.heard(Codec::Mp3, studio.burst_from());
    assert!(client.exactly(16_000).await == heard[..16_000]);
    let length = usize::from(client.exactly(1).await[0]) * 16;
    let block = String::from_utf8(client.exactly(length).await).unwrap();
    let text = "StreamTitle='Ana - Maré';StreamUrl='http://h:1/harbour/art/000000000000c0de';";
    assert_eq!(block.trim_end_matches('\0'), text);
    assert!(client.exactly(16_000).await == heard[16_000..32_000]);
    assert_eq!(client.exactly(1).await, [0], "nothing new");
    on.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_7_every_answer_has_the_type_that_devices_know() {
    let (on, _studio) = On::harbour().await;
    for (path, media_type) in addresses() {
        let head = head_of(&on, "GET", &path).await;
        assert_eq!((head.status, head.get("content-type")), (200, Some(media_type)), "{path}");
    }
    for path in ["/harbour/stream.ogg", "/harbour/stream.mp3/", "/nowhere/stream.mp3", "/harbour/x.m3u8"] {
        let browser = "Accept: text/html,application/xhtml+xml,*/*;q=0.8";
        let head = ask(on.at, &format!("GET {path} HTTP/1.1\nHost: h\n{browser}")).await;
        let plain = Some("text/plain; charset=utf-8");
        assert_eq!((head.status, head.get("content-type")), (404, plain), "{path}");
    }
    on.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_8_playlists_name_their_version_and_codecs_and_relative_addresses() {
    let (on, _studio) = On::harbour().await;
    let mut client = Client::connect(on.at).await;
    for (path, media_type) in addresses() {
        if media_type != "application/vnd.apple.mpegurl" {
            continue;
        }
        let reply = client.get(&path).await;
        let text = reply.text();
        assert_eq!(text.lines().filter(|line| line.starts_with("#EXT-X-VERSION:")).count(), 1, "{path}");
        let uris = text.lines().filter(|line| !line.starts_with('#'));
        assert!(uris.clone().count() > 0, "{path} lists nothing");
        for uri in uris {
            assert!(!uri.starts_with('/') && !uri.contains("://") && !uri.contains('?'), "{path}: {uri}");
        }
        for line in text.lines().filter(|line| line.starts_with("#EXT-X-STREAM-INF")) {
            assert!(line.contains("CODECS=\""), "{path}: {line}");
        }
    }
    on.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_9_a_segment_carries_its_title() {
    let (on, mut studio) = On::harbour().await;
    studio.title = "Bia - Vento".into();
    (0..6).for_each(|_| studio.air());
    for playlist in ["live.m3u8", "hls.m3u8"] {
        let reply = get(on.at, &format!("/harbour/aac-128/{playlist}")).await;
        assert!(
            reply.text().contains(",Ana - Maré\n") && reply.text().contains(",Bia - Vento\n"),
            "{playlist}"
        );
    }
    on.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_10_pages_of_any_origin_may_read_everything_and_ask_for_ranges() {
    let (on, _studio) = On::harbour().await;
    let unknown = ["/harbour/opus-96/1.m4s", "/nowhere", "/harbour/opus-96/live.m3u8?_HLS_part=1"];
    let paths = addresses().into_iter().map(|(path, _)| path).chain(unknown.map(str::to_owned));
    for path in paths {
        let head = ask(on.at, &format!("GET {path} HTTP/1.1\nHost: h\nOrigin: https://page.example")).await;
        assert_eq!(head.get("access-control-allow-origin"), Some("*"), "{path}");
        let exposed = head.get("access-control-expose-headers").unwrap();
        for name in ["Age", "Date", "Content-Length", "Content-Range"] {
            assert!(exposed.split(", ").any(|exposed| exposed == name), "{path}: {name} in {exposed}");
        }
    }
    on.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_11_nothing_redirects_and_nothing_forces_https() {
    let (on, _studio) = On::harbour().await;
    for (path, _) in addresses() {
        let head = head_of(&on, "GET", &path).await;
        assert_eq!(head.status, 200, "{path}");
        assert_eq!(head.get("location"), None, "{path}");
        assert_eq!(head.get("strict-transport-security"), None, "{path}");
    }
    on.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_13_a_listener_starts_with_two_to_four_seconds() {
    let (on, studio) = On::harbour().await;
    for (path, codec) in STREAMS {
        let mut client = Client::connect(on.at).await;
        client.send(&format!("GET {path} HTTP/1.1\nHost: h")).await;
        client.head().await;
        let burst = studio.heard(codec, studio.burst_from());
        let seconds = 0.32 * (burst.len() / studio.heard(codec, studio.burst_from() + 11).len()) as f64;
        assert!((2.0..=4.0).contains(&seconds), "{path}: {seconds} s");
        assert!(client.exactly(burst.len()).await == burst, "{path}");
    }
    on.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_15_lists_have_the_absolute_address_by_which_they_were_reached() {
    let (on, _studio) = On::harbour().await;
    for (headers, base) in [
        ("Host: radio.example:8000", "http://radio.example:8000".to_owned()),
        ("Host: [::1]:8000", "http://[::1]:8000".to_owned()),
        ("Host: radio.example\nX-Forwarded-Proto: https", "https://radio.example".to_owned()),
        ("Host: a/b\"c", format!("http://{}", on.at)),
    ] {
        for (file, line) in [("listen.m3u", ""), ("listen.pls", "File1=")] {
            let mut client = Client::connect(on.at).await;
            client.send(&format!("GET /harbour/{file} HTTP/1.1\n{headers}")).await;
            let reply = client.reply(false).await;
            let wanted = format!("{line}{base}/harbour/stream.mp3");
            assert!(reply.text().lines().any(|l| l == wanted), "{headers}: no {wanted} in\n{}", reply.text());
        }
    }
    // HTTP/1.0 needs no Host.
    let mut client = Client::connect(on.at).await;
    client.send("GET /harbour/listen.pls HTTP/1.0").await;
    let reply = client.reply(false).await;
    assert!(reply.text().contains(&format!("File1=http://{}/harbour/stream.mp3", on.at)), "{}", reply.text());
    on.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_16_directives_are_ignored_where_there_is_no_low_latency() {
    let (on, studio) = On::harbour().await;
    let mut client = Client::connect(on.at).await;
    for playlist in ["aac-128/hls.m3u8", "aac-128/radio.m3u8", "live.m3u8", "hls.m3u8", "radio.m3u8"] {
        let plain = client.get(&format!("/harbour/{playlist}")).await;
        for query in ["_HLS_msn=99999999999", "_HLS_part=1", "_HLS_skip=YES", "_HLS_msn=x&_HLS_part=y"] {
            let reply = client.get(&format!("/harbour/{playlist}?{query}")).await;
            assert_eq!(reply.head.status, 200, "{playlist}?{query}");
            assert_eq!(reply.body, plain.body, "{playlist}?{query}");
        }
    }
    assert_eq!(studio.channel.metrics.held.get(), 0, "none of them waited");
    on.stop().await;
}
