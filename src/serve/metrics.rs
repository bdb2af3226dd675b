//! What operators count: one registry, handles for those who count.
//!
//! In: counts from the server's handlers and, through [`StationMetrics`], from whoever is on the air.
//! Out: Prometheus's text. Labels are stations, routes and forms, never listeners.
//! Spec: OpenMetrics 1.0 text format.

use crate::station::Kind;
use crate::units::StationId;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use std::sync::atomic::AtomicU64;

/// A gauge in seconds.
pub type Seconds = Gauge<f64, AtomicU64>;

/// Every count of the server.
pub struct Metrics {
    registry: Registry,
    /// Answers by the class of the route and the status.
    pub requests: Family<RequestLabels, Counter>,
    /// Open connections.
    pub connections: Gauge,
    /// Connections turned away because the limit was reached.
    pub connections_refused: Counter,
    /// Connections that were cut because their listener took nothing for too long.
    pub connections_stalled: Counter,
    listeners: Family<StreamLabels, Gauge>,
    events: Family<StationLabels, Gauge>,
    dropped: Family<StreamLabels, Counter>,
    playlists: Family<PlaylistLabels, Counter>,
    rejects: Family<StatusLabels, Counter>,
    held: Family<StationLabels, Gauge>,
    bytes: Family<StationLabels, Counter>,
    parts: Family<StationLabels, Counter>,
    lag: Family<StationLabels, Seconds>,
    starved: Family<StationLabels, Counter>,
    replaced: Family<StationLabels, Counter>,
    restarts: Family<StationLabels, Counter>,
    aired: Family<KindLabels, Counter>,
}

/// The counts of one station; clones share them.
#[derive(Clone)]
pub struct StationMetrics {
    station: String,
    /// Server-sent event connections that are open.
    pub events: Gauge,
    /// Requests that wait for what is not published yet.
    pub held: Gauge,
    /// Bytes of bodies handed to connections.
    pub bytes: Counter,
    /// Parts published.
    pub parts: Counter,
    /// How far the live edge lies behind the wall clock.
    pub lag: Seconds,
    /// Blocks for which a deck or an input had nothing ready. Counted by whoever is on the air.
    pub starved: Counter,
    /// Entries that the fallback ladder replaced. Counted by whoever is on the air.
    pub replaced: Counter,
    /// Times that the supervisor started the station anew. Counted by whoever is on the air.
    pub restarts: Counter,
    listeners: Family<StreamLabels, Gauge>,
    dropped: Family<StreamLabels, Counter>,
    playlists: Family<PlaylistLabels, Counter>,
    rejects: Family<StatusLabels, Counter>,
    aired: Family<KindLabels, Counter>,
}

/// Labels of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RequestLabels {
    /// [`Route::class`](super::route::Route::class).
    pub route: &'static str,
    /// The HTTP status.
    pub status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StationLabels {
    station: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StreamLabels {
    station: String,
    stream: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PlaylistLabels {
    station: String,
    rendition: String,
    playlist: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StatusLabels {
    station: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabels {
    station: String,
    kind: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut all = Self {
            registry: Registry::with_prefix("longwave"),
            requests: Family::default(),
            connections: Gauge::default(),
            connections_refused: Counter::default(),
            connections_stalled: Counter::default(),
            listeners: Family::default(),
            events: Family::default(),
            dropped: Family::default(),
            playlists: Family::default(),
            rejects: Family::default(),
            held: Family::default(),
            bytes: Family::default(),
            parts: Family::default(),
            lag: Family::default(),
            starved: Family::default(),
            replaced: Family::default(),
            restarts: Family::default(),
            aired: Family::default(),
        };
        let to = &mut all.registry;
        to.register("requests", "Answers by route and status", all.requests.clone());
        to.register("connections", "Open connections", all.connections.clone());
        to.register("connections_refused", "Connections over the limit", all.connections_refused.clone());
        to.register(
            "connections_stalled",
            "Connections cut for taking nothing",
            all.connections_stalled.clone(),
        );
        to.register("stream_listeners", "Open endless streams", all.listeners.clone());
        to.register("event_listeners", "Open event streams", all.events.clone());
        to.register("stream_dropped", "Endless streams cut for falling behind", all.dropped.clone());
        to.register("playlist_requests", "Media playlists served", all.playlists.clone());
        to.register("playlist_rejects", "Playlist requests refused, by status", all.rejects.clone());
        to.register("requests_held", "Requests waiting for what is not published yet", all.held.clone());
        to.register_with_unit("sent", "Bodies handed to connections", Unit::Bytes, all.bytes.clone());
        to.register("parts_published", "Parts published", all.parts.clone());
        to.register_with_unit("edge_lag", "Live edge behind the wall clock", Unit::Seconds, all.lag.clone());
        to.register("starved", "Blocks for which a source had nothing ready", all.starved.clone());
        to.register("replaced", "Entries replaced by the fallback ladder", all.replaced.clone());
        to.register("restarts", "Starts of a station after its first", all.restarts.clone());
        to.register("aired", "Entries that went out, by kind", all.aired.clone());
        all
    }
}

impl Metrics {
    /// The counts of a station, at 0 if it is new.
    pub fn station(&self, id: &StationId) -> StationMetrics {
        let station = id.to_string();
        let labels = StationLabels { station: station.clone() };
        StationMetrics {
            events: self.events.get_or_create_owned(&labels),
            held: self.held.get_or_create_owned(&labels),
            bytes: self.bytes.get_or_create_owned(&labels),
            parts: self.parts.get_or_create_owned(&labels),
            lag: self.lag.get_or_create_owned(&labels),
            starved: self.starved.get_or_create_owned(&labels),
            replaced: self.replaced.get_or_create_owned(&labels),
            restarts: self.restarts.get_or_create_owned(&labels),
            listeners: self.listeners.clone(),
            dropped: self.dropped.clone(),
            playlists: self.playlists.clone(),
            rejects: self.rejects.clone(),
            aired: self.aired.clone(),
            station,
        }
    }

    /// Stops reporting how late a station is: it is gone.
    pub fn forget(&self, id: &StationId) {
        self.lag.remove(&StationLabels { station: id.to_string() });
    }

    /// Everything as Prometheus reads it.
    pub fn text(&self) -> String {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry)
            .expect("writing to a String never fails");
        text
    }
}

impl StationMetrics {
    /// Open endless streams in one codec.
    pub fn listeners(&self, stream: &'static str) -> Gauge {
        self.listeners.get_or_create_owned(&StreamLabels { station: self.station.clone(), stream })
    }
    /// Endless streams that were cut because they fell behind.
    pub fn dropped(&self, stream: &'static str) -> Counter {
        self.dropped.get_or_create_owned(&StreamLabels { station: self.station.clone(), stream })
    }
    /// Counts a media playlist that was served.
    pub fn playlist(&self, rendition: &str, playlist: &'static str) {
        let (station, rendition) = (self.station.clone(), rendition.to_owned());
        self.playlists.get_or_create(&PlaylistLabels { station, rendition, playlist }).inc();
    }
    /// Counts a playlist request that was refused.
    pub fn reject(&self, status: u16) {
        self.rejects.get_or_create(&StatusLabels { station: self.station.clone(), status }).inc();
    }
    /// Counts an entry that went out.
    pub fn aired(&self, kind: Kind) {
        self.aired.get_or_create(&KindLabels { station: self.station.clone(), kind: kind.word() }).inc();
    }
}

/// Counts one up for as long as it lives.
pub struct Counted(Gauge);

impl Counted {
    /// Counts one more.
    pub fn new(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_has_every_count_under_its_name() {
        let metrics = Metrics::default();
        let station = metrics.station(&StationId::new("harbour").unwrap());
        station.parts.inc();
        station.bytes.inc_by(7);
        station.lag.set(0.25);
        station.playlist("opus-96", "live");
        station.reject(400);
        station.aired(Kind::Ident);
        metrics.requests.get_or_create(&RequestLabels { route: "part", status: 200 }).inc();
        let listener = Counted::new(&station.listeners("mp3"));
        let text = metrics.text();
        for line in [
            "longwave_parts_published_total{station=\"harbour\"} 1",
            "longwave_sent_bytes_total{station=\"harbour\"} 7",
            "longwave_edge_lag_seconds{station=\"harbour\"} 0.25",
            "longwave_playlist_requests_total{station=\"harbour\",rendition=\"opus-96\",playlist=\"live\"} 1",
            "longwave_playlist_rejects_total{station=\"harbour\",status=\"400\"} 1",
            "longwave_aired_total{station=\"harbour\",kind=\"ident\"} 1",
            "longwave_requests_total{route=\"part\",status=\"200\"} 1",
            "longwave_stream_listeners{station=\"harbour\",stream=\"mp3\"} 1",
            "longwave_requests_held{station=\"harbour\"} 0",
        ] {
            assert!(text.lines().any(|l| l == line), "no {line:?} in\n{text}");
        }
        drop(listener);
        metrics.forget(&StationId::new("harbour").unwrap());
        let text = metrics.text();
        assert!(text.contains("longwave_stream_listeners{station=\"harbour\",stream=\"mp3\"} 0"), "{text}");
        assert!(!text.contains("edge_lag_seconds{"), "{text}");
    }
}
