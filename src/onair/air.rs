//! One station on the air: its threads, from the start to a stop or a panic.

use super::clock;
use super::direct::{Direct, Mail};
use super::memory::remembered;
use super::publish::Publish;
use super::render::Render;
use super::rings::{Progress, rings};
use crate::engine::{Director, Pace, Publisher};
use crate::library::{Decks, Store};
use crate::package::snapshot::SEGMENTS_LISTED;
use crate::playout::Mixer;
use crate::schedule::Index;
use crate::serve::Channel;
use crate::station::Station;
use crate::units::Msn;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

/// Why a station left the air.
#[derive(Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was told to.
    Stopped,
    /// One of its threads failed: this is why.
    Broke(String),
}

/// A station and what it shares with the rest of the process.
pub struct Air<'a> {
    /// What its file says.
    pub station: &'a Arc<Station>,
    /// What it can play at the start.
    pub index: Arc<Index>,
    /// What changes later.
    pub mail: &'a mpsc::Receiver<Mail>,
    /// Keeps what was planned and aired.
    pub store: &'a Store,
    /// Its listeners.
    pub channel: &'a Channel,
    /// Ends it.
    pub stop: &'a AtomicBool,
}

impl Air<'_> {
    /// Airs the station until it is told to stop, or breaks.
    ///
    /// The window before now is rendered first, as fast as it can be, so that the first listener finds a full
    /// playlist; the log goes on where the store says it was.
    pub fn run(&self) -> Ended {
        let now = clock::now();
        let first = Msn(Msn::holding(now.wall).0 - SEGMENTS_LISTED as u64);
        let start = Publisher::feed_from(first);
        let publisher = match Publisher::new(self.station, first) {
            Ok(publisher) => publisher,
            Err(error) => return Ended::Broke(error.to_string()),
        };
        let (stored, past) = remembered(self.store, &self.station.id, start).unwrap_or_else(|error| {
            tracing::error!(station = %self.station.id, %error, "the stored log could not be read; it begins anew");
            Default::default()
        });
        let director = Director::new(self.station.clone(), self.index.clone(), stored, past, start);
        let mixer = Mixer::new(start, &self.station.sound);
        let progress = Progress::new(start);
        let halt = AtomicBool::new(false);
        let (direct_ends, render_ends, publish_ends) = rings();
        let (decks, told) = Decks::start();

        let publish = |snapshot| self.channel.publish(snapshot);
        thread::scope(|scope| {
            let thread = |name: &str| thread::Builder::new().name(format!("{name}-{}", self.station.id));
            let publishing = thread("publish").spawn_scoped(scope, || {
                let (latency, publish) = (self.station.latency, &publish);
                let (progress, stop) = (&*progress, &halt);
                Publish { publisher, ends: publish_ends, progress, stop, publish, latency }.run()
            });
            let publishing = match publishing {
                Ok(publishing) => publishing,
                Err(error) => return Ended::Broke(error.to_string()),
            };
            let publisher = publishing.thread().clone();
            let rendering = thread("render").spawn_scoped(scope, || {
                let (pace, clock, progress, stop) = (Pace::new(now), clock::now, &*progress, &halt);
                Render { mixer, ends: render_ends, pace, clock, progress, stop, publisher, waiting: None }.run();
            });
            let rendering = match rendering {
                Ok(rendering) => rendering,
                Err(error) => {
                    halt.store(true, Ordering::Relaxed);
                    return Ended::Broke(error.to_string());
                }
            };
            let goes_on = || !self.stop.load(Ordering::Relaxed) && !rendering.is_finished() && !publishing.is_finished();
            let directing = Direct {
                station: self.station.id.clone(),
                director,
                ends: direct_ends,
                progress: &progress,
                goes_on: &goes_on,
                mail: self.mail,
                decks,
                told,
                store: self.store,
                channel: self.channel,
                render: rendering.thread().clone(),
            };
            let directed = catch_unwind(AssertUnwindSafe(|| directing.run()));
            halt.store(true, Ordering::Relaxed);
            rendering.thread().unpark();
            publishing.thread().unpark();
            let rendered = rendering.join();
            let published = publishing.join();
            match (directed, rendered, published) {
                (Ok(()), Ok(()), Ok(Ok(()))) => Ended::Stopped,
                (Ok(()), Ok(()), Ok(Err(error))) => Ended::Broke(error.to_string()),
                (Err(panic), ..) | (_, Err(panic), _) | (_, _, Err(panic)) => Ended::Broke(said(&*panic)),
            }
        })
    }
}

/// What a panic said.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic without words".to_owned())
}
