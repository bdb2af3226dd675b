//! What the server sees of the world: stations that come and go, each with what it has published.
//!
//! In: snapshots and programmes, pushed from any thread. Out: what is there now, and a wake-up when there is
//! more. Never: holds a lock while it waits; whoever pushes waits for no listener.

use super::metrics::{Metrics, StationMetrics};
use super::programme::{Entry, Programme};
use super::published::{self, Published};
use crate::onair::{Incident, Outlet};
use crate::package::Snapshot;
use crate::schedule;
use crate::station::Station;
use crate::units::{Now, Position, StationId};
use arc_swap::ArcSwap;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::watch;

/// The one reading of the clocks, lent by whoever is on the air.
pub type Clock = Arc<dyn Fn() -> Now + Send + Sync>;
/// Finds a cover by its hash; may block, so the server asks on a thread for that.
pub type Covers = Arc<dyn Fn(&StationId, u64) -> Option<Bytes> + Send + Sync>;

/// Every station, and what all of them share.
pub struct House {
    channels: ArcSwap<BTreeMap<StationId, Arc<Channel>>>,
    clock: Clock,
    covers: Covers,
    /// What operators count.
    pub metrics: Arc<Metrics>,
}

/// One station as the server sees it.
pub struct Channel {
    station: ArcSwap<Station>,
    air: watch::Sender<Air>,
    programme: watch::Sender<Arc<Programme>>,
    /// Its counts; whoever is on the air adds to them.
    pub metrics: StationMetrics,
}

/// What a station has on the air.
#[derive(Clone, Debug, Default)]
pub enum Air {
    /// Nothing yet.
    #[default]
    Silent,
    /// All that is published.
    On(Arc<Published>),
    /// It was removed and won't come back.
    Gone,
}

impl House {
    /// A house without stations.
    pub fn new(clock: Clock, covers: Covers) -> Self {
        Self { channels: ArcSwap::default(), clock, covers, metrics: Arc::default() }
    }

    /// Puts a station in, or takes what its file says now for the one of this id: its channel and its listeners
    /// stay.
    pub fn add(&self, station: Arc<Station>) -> Arc<Channel> {
        if let Some(channel) = self.channel(&station.id) {
            channel.station.store(station);
            return channel;
        }
        let channel = Arc::new(Channel::new(station, &self.metrics));
        self.channels.rcu(|channels| {
            let mut channels = BTreeMap::clone(channels);
            channels.insert(channel.station().id.clone(), channel.clone());
            channels
        });
        channel
    }

    /// Takes a station out: its streams end, held requests are answered, its addresses are unknown.
    pub fn remove(&self, id: &StationId) {
        self.channels.rcu(|channels| {
            let mut channels = BTreeMap::clone(channels);
            if let Some(channel) = channels.remove(id) {
                channel.air.send_replace(Air::Gone);
            }
            channels
        });
        self.metrics.forget(id);
    }

    /// A station.
    pub fn channel(&self, id: &StationId) -> Option<Arc<Channel>> {
        self.channels.load().get(id).cloned()
    }

    /// Every station, in the order of ids.
    pub fn channels(&self) -> Vec<Arc<Channel>> {
        self.channels.load().values().cloned().collect()
    }

    /// What the wall clock says.
    pub fn wall(&self) -> Position {
        (self.clock)().wall
    }

    /// Where covers come from.
    pub(super) fn covers(&self) -> Covers {
        self.covers.clone()
    }
}

impl Channel {
    fn new(station: Arc<Station>, metrics: &Metrics) -> Self {
        let metrics = metrics.station(&station.id);
        Self {
            station: ArcSwap::new(station),
            air: watch::Sender::default(),
            programme: watch::Sender::default(),
            metrics,
        }
    }

    /// What its file says.
    pub fn station(&self) -> Arc<Station> {
        self.station.load_full()
    }

    /// Publishes: renders every text once and wakes all who wait. Called from the station's own thread, in order.
    pub fn publish(&self, snapshot: Arc<Snapshot>) {
        let previous = self.published();
        let published = Arc::new(published::publish(snapshot, previous.as_deref()));
        self.metrics.parts.inc();
        self.air.send_if_modified(|air| {
            let open = !matches!(air, Air::Gone);
            if open {
                *air = Air::On(published);
            }
            open
        });
    }

    /// Says what is on, what was and what will be.
    pub fn set_programme(&self, entries: Vec<Entry>) {
        self.programme.send_replace(Arc::new(Programme::new(entries)));
    }

    /// What is published at the moment.
    pub fn published(&self) -> Option<Arc<Published>> {
        match &*self.air.borrow() {
            Air::On(published) => Some(published.clone()),
            Air::Silent | Air::Gone => None,
        }
    }

    /// What is published, and word of each change.
    pub fn air(&self) -> watch::Receiver<Air> {
        self.air.subscribe()
    }

    /// What is on, what was and what will be.
    pub fn programme(&self) -> Arc<Programme> {
        self.programme.borrow().clone()
    }

    /// The programme, and word of each change.
    pub fn programmes(&self) -> watch::Receiver<Arc<Programme>> {
        self.programme.subscribe()
    }
}

impl Outlet for Channel {
    fn publish(&self, snapshot: Arc<Snapshot>) {
        Channel::publish(self, snapshot);
    }

    fn programme(&self, entries: &[Arc<schedule::Entry>]) {
        let id = self.station().id.clone();
        self.set_programme(entries.iter().map(|entry| Entry::of_log(&id, entry)).collect());
    }

    fn count(&self, incident: Incident) {
        match incident {
            Incident::Aired(kind) => self.metrics.aired(kind),
            Incident::StoodIn => drop(self.metrics.starved.inc()),
            Incident::Replaced => drop(self.metrics.replaced.inc()),
            Incident::Restarted => drop(self.metrics.restarts.inc()),
        }
    }
}
