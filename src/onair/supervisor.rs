//! Keeps every station on the air: one thread each, begun again whenever it breaks.

use super::air::{Air, Ended};
use super::direct::Mail;
use crate::library::{Library, Store};
use crate::schedule::Index;
use crate::serve::{Channel, House};
use crate::station::Station;
use crate::units::StationId;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// So long a station that can play nothing yet waits for the library to find something, before it goes on the
/// air with the bed.
const FIRST_ITEM_WAIT: Duration = Duration::from_secs(3);
/// So long the library may take to say what it knows already.
const INDEX_WAIT: Duration = Duration::from_secs(10);
/// Rest before a station that broke begins again: doubled each time, up to the most.
const RESTART_REST: Duration = Duration::from_millis(100);
/// The longest rest before a station begins again.
const RESTART_REST_MAX: Duration = Duration::from_secs(10);

/// Stations on the air. Dropping it takes them off.
pub struct OnAir {
    stop: Arc<AtomicBool>,
    stations: Vec<JoinHandle<()>>,
    library: Option<Library>,
}

impl OnAir {
    /// Puts stations on the air. Returns at once; each channel says when it is there.
    ///
    /// # Errors
    /// If the system gives no more threads.
    pub fn start(stations: Vec<Station>, store: &Arc<Store>, house: &House) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let mut letterboxes: HashMap<StationId, mpsc::Sender<Mail>> = HashMap::new();
        let mut threads = Vec::new();
        for station in &stations {
            let (post, mail) = mpsc::channel();
            letterboxes.insert(station.id.clone(), post);
            let station = Arc::new(station.clone());
            let channel = house.add(station.clone());
            let (store, stop) = (store.clone(), stop.clone());
            let thread = thread::Builder::new().name(format!("direct-{}", station.id));
            threads.push(thread.spawn(move || keep_on_air(&station, &mail, &store, &channel, &stop))?);
        }
        let library = Library::start(store.clone(), &stations, super::clock::now, move |station, index| {
            if let Some(post) = letterboxes.get(station) {
                // A station that is being taken off the air reads no more mail.
                let _ = post.send(Mail::Index(index));
            }
        });
        Ok(Self { stop, stations: threads, library: Some(library) })
    }

    /// Takes all stations off the air, and waits until their last rows are stored.
    pub fn stop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for station in self.stations.drain(..) {
            // A panic has been told by then.
            let _ = station.join();
        }
        self.library = None;
    }
}

impl Drop for OnAir {
    fn drop(&mut self) {
        self.stop();
    }
}

fn keep_on_air(
    station: &Arc<Station>,
    mail: &mpsc::Receiver<Mail>,
    store: &Store,
    channel: &Channel,
    stop: &AtomicBool,
) {
    let mut index = first_index(mail);
    let mut rest = RESTART_REST;
    while !stop.load(Ordering::Relaxed) {
        let began = super::clock::now().mono;
        let ended = Air { station, index: index.clone(), mail, store, channel, stop }.run();
        let Ended::Broke(why) = ended else { return };
        tracing::error!(station = %station.id, why, "the station broke; it begins again where the timeline is");
        channel.metrics.restarts.inc();
        if super::clock::now().mono - began > RESTART_REST_MAX {
            rest = RESTART_REST;
        }
        thread::sleep(rest);
        rest = (rest * 2).min(RESTART_REST_MAX);
        while let Ok(Mail::Index(newer)) = mail.try_recv() {
            index = newer;
        }
    }
}

/// What the library knows; waits a moment for it to find something to play.
fn first_index(mail: &mpsc::Receiver<Mail>) -> Arc<Index> {
    let Ok(Mail::Index(mut index)) = mail.recv_timeout(INDEX_WAIT) else { return Arc::default() };
    let patience = super::clock::now().mono + FIRST_ITEM_WAIT;
    while index.items.is_empty() {
        let left = patience.saturating_sub(super::clock::now().mono);
        match mail.recv_timeout(left) {
            Ok(Mail::Index(newer)) => index = newer,
            Err(_) => break,
        }
    }
    index
}
