//! Keeps every station on the air: one thread each, begun again whenever it breaks.

use super::air::{Air, Ended, said};
use super::clock;
use super::mail::{Mail, Post, letterbox};
use super::outlet::{Incident, Outlet};
use crate::library::{Library, Store};
use crate::schedule::{Index, Planner};
use crate::station::Station;
use crate::units::StationId;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// So long a station that can play nothing yet waits for the library to find something, before it goes on the
/// air with the bed.
const FIRST_ITEM_WAIT: Duration = Duration::from_secs(6);
/// So long the library may take to say what it knows already.
const INDEX_WAIT: Duration = Duration::from_secs(10);
/// So often a station that waits looks whether it should stop.
const LOOK_EVERY: Duration = Duration::from_millis(50);
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
    /// Puts stations on the air, each into the outlet that is made for it. Returns at once.
    ///
    /// # Errors
    /// If the system gives no more threads.
    pub fn start(
        stations: Vec<Station>,
        store: &Arc<Store>,
        outlet: &dyn Fn(&Arc<Station>) -> Arc<dyn Outlet>,
    ) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let mut letterboxes: HashMap<StationId, Post> = HashMap::new();
        let mut threads = Vec::new();
        for station in &stations {
            let (post, mail) = letterbox();
            letterboxes.insert(station.id.clone(), post);
            let station = Arc::new(station.clone());
            let outlet = outlet(&station);
            let (store, stop) = (store.clone(), stop.clone());
            let thread = thread::Builder::new().name(format!("direct-{}", station.id));
            threads.push(thread.spawn(move || keep_on_air(&station, &mail, &store, &*outlet, &stop))?);
        }
        let library = Library::start(store.clone(), &stations, clock::now, move |station, index| {
            if let Some(post) = letterboxes.get(station) {
                post.put(index);
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

fn keep_on_air(station: &Arc<Station>, mail: &Mail, store: &Store, outlet: &dyn Outlet, stop: &AtomicBool) {
    let mut index = first_index(station, mail, stop);
    let mut rest = RESTART_REST;
    while !stop.load(Ordering::Relaxed) {
        let began = clock::now().mono;
        let air = Air { station, index, mail, store, outlet, stop };
        let ended =
            catch_unwind(AssertUnwindSafe(|| air.run())).unwrap_or_else(|panic| Ended::Broke(said(&*panic)));
        let Ended::Broke(why) = ended else { return };
        tracing::error!(station = %station.id, why, "the station broke; it begins again where the timeline is");
        outlet.count(Incident::Restarted);
        if clock::now().mono - began > RESTART_REST_MAX {
            rest = RESTART_REST;
        }
        thread::sleep(rest);
        rest = (rest * 2).min(RESTART_REST_MAX);
        index = mail.newest();
    }
}

/// What the library knows; waits a moment for it to find something to play.
fn first_index(station: &Arc<Station>, mail: &Mail, stop: &AtomicBool) -> Arc<Index> {
    let began = clock::now().mono;
    let mut known = false;
    while !stop.load(Ordering::Relaxed) {
        let waited = clock::now().mono - began;
        if waited >= if known { FIRST_ITEM_WAIT } else { INDEX_WAIT } {
            break;
        }
        if mail.wait(LOOK_EVERY) {
            known = true;
            if Planner::new(station.clone(), mail.newest()).has_programme() {
                break;
            }
        }
    }
    mail.newest()
}
