//! What people and programs are told: the API, events, pages, health, metrics.

use super::client::{Client, get};
use super::studio::{On, entry, station};
use longwave::serve::{Limits, health};
use longwave::units::{Frames, Latency, StationId};
use std::sync::atomic::Ordering;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn the_api_tells_what_is_on_what_was_and_what_follows() {
    let (on, studio) = On::harbour().await;
    let at = studio.snapshot.edge;
    let before = entry(at - Frames::from_secs(200), 100, "Before");
    let past = entry(at - Frames::from_secs(100), 99, "Past");
    studio.channel.set_programme(vec![
        entry(at, 180, "Maré"),
        past,
        before,
        entry(at + Frames::from_secs(177), 60, "Next"),
    ]);
    let now = get(on.at, "/api/v1/stations/harbour/now").await.json();
    assert_eq!(now["at"], at.rfc3339());
    assert_eq!(now["position"], at.0);
    let expected = serde_json::json!({
        "at": at.rfc3339(), "position": at.0, "duration": 180.0, "kind": "song", "category": "power",
        "title": "Maré", "artist": "Ana", "album": null, "art": "/harbour/art/000000000000c0de",
    });
    assert_eq!(now["entry"], expected);
    for (path, titles) in [("next", vec!["Next"]), ("history", vec!["Past", "Before"])] {
        let json = get(on.at, &format!("/api/v1/stations/harbour/{path}")).await.json();
        let told: Vec<_> =
            json["entries"].as_array().unwrap().iter().map(|e| e["title"].as_str().unwrap()).collect();
        assert_eq!(told, titles, "{path}");
    }
    let station = get(on.at, "/api/v1/stations/harbour").await.json();
    let expected = serde_json::json!({
        "id": "harbour", "name": "Harbour & Sea", "tagline": "Songs for the water’s edge", "genre": "eclectic",
        "language": "en", "art": "/harbour/art", "now": expected,
        "streams": {
            "opus": "/harbour/opus.m3u8", "live": "/harbour/live.m3u8", "hls": "/harbour/hls.m3u8",
            "radio": "/harbour/radio.m3u8", "mp3": "/harbour/stream.mp3", "aac": "/harbour/stream.aac",
        },
    });
    assert_eq!(station, expected);
    let stations = get(on.at, "/api/v1/stations").await.json();
    assert_eq!(stations, serde_json::json!({ "stations": [expected] }));
    assert_eq!(get(on.at, "/api/v1/stations/nowhere").await.head.status, 404);
    on.stop().await;
}

/// The data of the next event.
async fn event(client: &mut Client) -> serde_json::Value {
    client.up_to("event: track\ndata: ").await;
    serde_json::from_str(client.up_to("\n\n").await.trim()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn events_come_at_once_and_whenever_what_is_on_changes() {
    let (on, studio) = On::harbour().await;
    let at = studio.snapshot.edge;
    studio.channel.set_programme(vec![entry(at, 180, "One")]);
    let mut client = Client::connect(on.at).await;
    client.send("GET /harbour/events HTTP/1.1\nHost: h").await;
    let head = client.head().await;
    assert_eq!(head.get("content-type"), Some("text/event-stream"));
    assert_eq!(head.get("cache-control"), Some("no-store"));
    let first = event(&mut client).await;
    assert_eq!((first["now"]["title"].as_str(), &first["next"]), (Some("One"), &serde_json::Value::Null));
    // The log changes: what follows is 40 ms away.
    studio.channel.set_programme(vec![entry(at, 180, "One"), entry(at + Frames::from_millis(40), 9, "Two")]);
    let second = event(&mut client).await;
    assert_eq!(
        (second["now"]["title"].as_str(), second["next"]["title"].as_str()),
        (Some("One"), Some("Two"))
    );
    // The time comes.
    on.clock.store(at.0 + Frames::from_millis(41).0, Ordering::Relaxed);
    let third = event(&mut client).await;
    assert_eq!(
        (third["now"]["title"].as_str(), third["previous"]["title"].as_str()),
        (Some("Two"), Some("One"))
    );
    on.stop().await;
    client.rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_stream_is_never_silent_for_long() {
    let on = On::limited(Limits { events_silent: Duration::from_millis(20), ..Limits::default() }).await;
    let _studio = on.studio(station("harbour", Latency::Low));
    let mut client = Client::connect(on.at).await;
    client.send("GET /harbour/events HTTP/1.1\nHost: h").await;
    event(&mut client).await;
    client.up_to(": still here\n\n").await;
    client.up_to(": still here\n\n").await;
    on.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ready_names_the_stations_that_are_late() {
    let on = On::air().await;
    let ready = async || {
        let reply = get(on.at, "/health/ready").await;
        (reply.head.status, reply.text().trim().to_owned())
    };
    assert_eq!(ready().await, (503, "no station is on the air".to_owned()));
    on.house.add(station("silent", Latency::Low).into());
    assert_eq!(ready().await, (503, "silent has published nothing yet".to_owned()));
    on.house.remove(&StationId::new("silent").unwrap());
    let mut studio = on.studio(station("harbour", Latency::Low));
    let slack = health::READY_SLACK + Latency::Low.part();
    let edge = studio.snapshot.edge;
    assert_eq!(ready().await, (200, "1 on time".to_owned()));
    on.clock.store((edge + slack).0, Ordering::Relaxed);
    assert_eq!(ready().await, (200, "1 on time".to_owned()));
    on.clock.store((edge + slack).0 + 1, Ordering::Relaxed);
    assert_eq!(ready().await, (503, "harbour is late: its live edge is 0.820s ago".to_owned()));
    assert_eq!(get(on.at, "/health/live").await.head.status, 200);
    studio.air();
    assert_eq!(ready().await.0, 200);
    on.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_count_what_happened() {
    let (on, mut studio) = On::harbour().await;
    studio.air();
    let mut client = Client::connect(on.at).await;
    let playlist = client.get("/harbour/opus-96/live.m3u8").await;
    client.get("/harbour/opus-96/live.m3u8?_HLS_part=1").await;
    client.get("/nothing/here").await;
    on.clock.fetch_add(Frames::from_millis(250).0, Ordering::Relaxed);
    let metrics = client.get("/metrics").await;
    assert!(metrics.head.get("content-type").unwrap().starts_with("application/openmetrics-text"));
    let sent = playlist.body.len() + "_HLS_part needs _HLS_msn\n".len();
    for line in [
        "longwave_parts_published_total{station=\"harbour\"} 2".to_owned(),
        "longwave_edge_lag_seconds{station=\"harbour\"} 0.25".to_owned(),
        "longwave_playlist_requests_total{station=\"harbour\",rendition=\"opus-96\",playlist=\"live\"} 1"
            .to_owned(),
        "longwave_playlist_rejects_total{station=\"harbour\",status=\"400\"} 1".to_owned(),
        "longwave_requests_total{route=\"playlist\",status=\"200\"} 1".to_owned(),
        "longwave_requests_total{route=\"unknown\",status=\"404\"} 1".to_owned(),
        "longwave_connections 1".to_owned(),
        format!("longwave_sent_bytes_total{{station=\"harbour\"}} {sent}"),
    ] {
        assert!(metrics.text().lines().any(|l| l == line), "no {line:?} in\n{}", metrics.text());
    }
    on.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_filled_in_and_may_run_nothing_but_their_own_script() {
    let (on, studio) = On::harbour().await;
    studio.channel.set_programme(vec![entry(studio.snapshot.edge, 9, "<Maré> & \"Sal\"")]);
    let mut client = Client::connect(on.at).await;
    for path in ["/", "/harbour"] {
        let page = client.get(path).await;
        assert_eq!(page.head.get("content-type"), Some("text/html; charset=utf-8"), "{path}");
        let text = page.text();
        for wanted in ["Harbour &amp; Sea", "&lt;Maré&gt; &amp; &quot;Sal&quot;", "/harbour/opus.m3u8"] {
            assert!(text.contains(wanted), "{path} lacks {wanted}:\n{text}");
        }
        for unwanted in ["{{", "}}", "<!-- each", "<Maré>", "<script>", "onclick=", " style="] {
            assert!(!text.contains(unwanted), "{path} has {unwanted}:\n{text}");
        }
        let policy = page.head.get("content-security-policy").unwrap();
        assert!(
            policy.contains("default-src 'none'") && policy.contains("media-src 'self' blob:"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(page.head.get("x-content-type-options"), Some("nosniff"));
        // What it loads is there, for good under its version.
        let mut loaded = 0;
        for rest in text.split("\"/static/").skip(1) {
            let file = format!("/static/{}", rest.split('"').next().unwrap());
            let reply = client.get(&file).await;
            assert_eq!(reply.head.status, 200, "{file}");
            assert_eq!(
                reply.head.get("cache-control"),
                Some("public, max-age=31536000, immutable"),
                "{file}"
            );
            loaded += 1;
        }
        assert!(loaded >= 4, "{path} loads {loaded} files");
    }
    let browser = client.get_with("/nowhere", "Accept: text/html,*/*").await;
    assert_eq!(
        (browser.head.status, browser.head.get("content-type")),
        (404, Some("text/html; charset=utf-8"))
    );
    let program = client.get_with("/nowhere", "Accept: */*").await;
    assert_eq!(
        (program.head.status, program.head.get("content-type")),
        (404, Some("text/plain; charset=utf-8"))
    );
    on.stop().await;
}
