//! One station on the air: its threads, from the start to a stop or a panic.

use super::clock;
use super::direct::Direct;
use super::mail::Mail;
use super::memory::remembered;
use super::outlet::Outlet;
use super::publish::Publish;
use super::render::Render;
use super::rings::{Progress, rings};
use crate::engine::{Director, Pace, Publisher};
use crate::library::{Decks, Store};
use crate::package::snapshot::SEGMENTS_LISTED;
use crate::playout::Mixer;
use crate::schedule::Index;
use crate::station::Station;
use crate::units::Msn;
use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::{self, ScopedJoinHandle};

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
    pub mail: &'a Mail,
    /// Keeps what was planned and aired.
    pub store: &'a Store,
    /// Its listeners.
    pub outlet: &'a dyn Outlet,
    /// Ends it.
    pub stop: &'a AtomicBool,
}

impl Air<'_> {
    /// Airs the station until it is told to stop, or breaks.
    ///
    /// The window before now is rendered first, as fast as it can be, so that the first listener finds a full
    /// playlist; the log goes on where the store says it was.
    pub fn run(&self) -> Ended {
        let now = clock::timeline();
        let live = Msn::holding(now.wall);
        let first = Msn(live.0 - SEGMENTS_LISTED as u64);
        let start = Publisher::feed_from(first);
        let publisher = match Publisher::new(self.station, first, live) {
            Ok(publisher) => publisher,
            Err(error) => return Ended::Broke(error.to_string()),
        };
        let (stored, past) = remembered(self.store, &self.station.id, start).unwrap_or_else(|error| {
            tracing::error!(station = %self.station.id, %error, "the stored log could not be read; it begins anew");
            Default::default()
        });
        let as_run_end = self.store.as_run_end(&self.station.id).ok().flatten().unwrap_or(start);
        let director = Director::new(self.station.clone(), self.index.clone(), stored, past, start);
        let mixer = Mixer::new(start, &self.station.sound);
        let progress = Progress::new(start);
        let halt = AtomicBool::new(false);
        let (direct_ends, render_ends, publish_ends) = rings();
        let (decks, told) = Decks::start();

        let encoder_ahead = publisher.look_ahead();
        let publish = |snapshot| self.outlet.publish(snapshot);
        thread::scope(|scope| {
            let _halts = Halt(&halt);
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
            let rendering = OnceLock::new();
            let goes_on = || {
                let renders =
                    rendering.get().is_none_or(|thread: &ScopedJoinHandle<'_, ()>| !thread.is_finished());
                renders && !publishing.is_finished() && !self.stop.load(Ordering::Relaxed)
            };
            let mut directing = Direct {
                station: self.station.id.clone(),
                director,
                ends: direct_ends,
                progress: &progress,
                goes_on: &goes_on,
                mail: self.mail,
                decks,
                told,
                store: self.store,
                outlet: self.outlet,
                render: None,
                unsent: VecDeque::new(),
                opened: VecDeque::new(),
                as_run_end,
                clock_told: false,
            };
            directing.act();
            let publisher = publishing.thread().clone();
            let rendered = thread("render").spawn_scoped(scope, || {
                let (pace, clock, progress, stop) = (Pace::new(now), clock::now, &*progress, &halt);
                let ends = render_ends;
                Render {
                    mixer,
                    ends,
                    pace,
                    clock,
                    progress,
                    stop,
                    encoder_ahead,
                    publisher,
                    waiting: None,
                    marked: None,
                }
                .run();
            });
            match rendered {
                Ok(thread) => directing.render = Some(rendering.get_or_init(|| thread).thread().clone()),
                Err(error) => {
                    halt.store(true, Ordering::Relaxed);
                    return Ended::Broke(error.to_string());
                }
            }
            let directed = catch_unwind(AssertUnwindSafe(|| directing.run()));
            halt.store(true, Ordering::Relaxed);
            publishing.thread().unpark();
            let rendered = rendering.into_inner().map_or(Ok(()), |thread| {
                thread.thread().unpark();
                thread.join()
            });
            let published = publishing.join();
            match (directed, rendered, published) {
                (Ok(()), Ok(()), Ok(Ok(()))) => Ended::Stopped,
                (Ok(()), Ok(()), Ok(Err(error))) => Ended::Broke(error.to_string()),
                (Err(panic), ..) | (_, Err(panic), _) | (_, _, Err(panic)) => Ended::Broke(said(&*panic)),
            }
        })
    }
}

/// Ends the other threads of a station, however its own ends.
struct Halt<'a>(&'a AtomicBool);

impl Drop for Halt<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What a panic said.
pub fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without words".to_owned())
}
