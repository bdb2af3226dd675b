//! Segments, parts and pictures, whole and in ranges.

use super::client::{Client, get};
use super::studio::{COVER, OPEN, On, PICTURE, part};

fn segment(rendition: &str, msn: u64) -> Vec<u8> {
    (0..6).flat_map(|n| part(rendition, msn, n)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_file_that_is_listed_has_the_bytes_that_were_published() {
    let (on, mut studio) = On::harbour().await;
    studio.air();
    let ts = |run: u64| (0..3).flat_map(|n| format!("<aac-128 {} ts>", 3 * run + n).into_bytes()).collect();
    let mut client = Client::connect(on.at).await;
    for (path, media_type, expected) in [
        ("opus-96/init.mp4".to_owned(), "audio/mp4", b"<opus-96 init>".to_vec()),
        (format!("opus-96/{}.m4s", OPEN - 1), "audio/mp4", segment("opus-96", OPEN - 1)),
        (format!("aac-64/{}.m4s", OPEN - 12), "audio/mp4", segment("aac-64", OPEN - 12)),
        (format!("aac-128/{}.3.m4s", OPEN - 1), "audio/mp4", part("aac-128", OPEN - 1, 3).to_vec()),
        (format!("aac-128/{OPEN}.0.m4s"), "audio/mp4", part("aac-128", OPEN, 0).to_vec()),
        (format!("aac-128/{}.ts", OPEN / 3 - 1), "video/mp2t", ts(OPEN / 3 - 1)),
        (format!("art/{COVER:016x}"), "image/png", PICTURE.to_vec()),
    ] {
        let reply = client.get(&format!("/harbour/{path}")).await;
        assert_eq!(reply.head.status, 200, "{path}");
        assert_eq!(reply.head.get("content-type"), Some(media_type), "{path}");
        assert_eq!(reply.head.get("content-length"), Some(&*expected.len().to_string()), "{path}");
        assert_eq!(reply.head.get("accept-ranges"), Some("bytes"), "{path}");
        assert!(reply.body == expected, "{path}");
    }
    on.stop().await;
}

/// What a playlist lists can be had, the moment it is listed, in every form.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_playlist_lists_can_be_fetched() {
    let (on, mut studio) = On::harbour().await;
    studio.air();
    let mut client = Client::connect(on.at).await;
    let mut fetched = 0;
    for playlist in ["live.m3u8", "opus.m3u8", "hls.m3u8", "radio.m3u8"] {
        let multivariant = client.get(&format!("/harbour/{playlist}")).await;
        for variant in multivariant.text().lines().filter(|line| !line.starts_with('#')) {
            let reply = client.get(&format!("/harbour/{variant}")).await;
            assert_eq!(reply.head.status, 200, "{playlist}: {variant}");
            let folder = variant.rsplit_once('/').unwrap().0;
            let hinted = |line: &&str| !line.starts_with("#EXT-X-PRELOAD-HINT");
            for line in reply.text().lines().filter(hinted) {
                let quoted =
                    line.split_once("URI=\"").and_then(|(_, rest)| rest.split_once('"')).map(|(uri, _)| uri);
                let Some(uri) = quoted.or((!line.starts_with('#')).then_some(line)) else { continue };
                let path = match uri.strip_prefix("../") {
                    Some(sibling) => format!("/harbour/{sibling}"),
                    None => format!("/harbour/{folder}/{uri}"),
                };
                assert_eq!(client.get(&path).await.head.status, 200, "{path}");
                fetched += 1;
            }
        }
    }
    assert!(fetched > 80, "only {fetched} were listed");
    on.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_of_a_segment_spans_its_parts() {
    let (on, _studio) = On::harbour().await;
    let path = format!("/harbour/opus-96/{}.m4s", OPEN - 1);
    let whole = get(on.at, &path).await.body;
    let length = whole.len();
    let one = part("opus-96", OPEN - 1, 0).len();
    let mut client = Client::connect(on.at).await;
    for (range, start, end) in [
        (format!("bytes={}-{}", one - 3, one + 2), one - 3, one + 3),
        (format!("bytes={}-", length - 1), length - 1, length),
        (format!("bytes=-{}", 2 * one), length - 2 * one, length),
        ("bytes=0-".to_owned(), 0, length),
    ] {
        let reply = client.get_with(&path, &format!("Range: {range}")).await;
        assert_eq!(reply.head.status, 206, "{range}");
        let told = format!("bytes {start}-{}/{length}", end - 1);
        assert_eq!(reply.head.get("content-range"), Some(&*told), "{range}");
        assert!(reply.body == whole[start..end], "{range}");
    }
    let outside = client.get_with(&path, &format!("Range: bytes={length}-")).await;
    assert_eq!(outside.head.status, 416);
    assert_eq!(outside.head.get("content-range"), Some(&*format!("bytes */{length}")));
    for ignored in ["Range: bytes=1-2,4-5", "Range: lines=1-2", "Range: bytes=1-2\nIf-Range: \"x\""] {
        let reply = client.get_with(&path, ignored).await;
        assert_eq!((reply.head.status, reply.body.len()), (200, length), "{ignored}");
    }
    on.stop().await;
}
