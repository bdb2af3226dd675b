//! The director's loop of a station: hears the library, the decks and the mixer, and does what the director asks.
//!
//! It stores the log and the as-run log, tells the pages what is on, and drops what the render thread may not.

use super::mail::Mail;
use super::outlet::{Incident, Outlet};
use super::rings::{Command, DirectorEnds, Progress};
use crate::engine::pace::WALL_ERROR_MAX;
use crate::engine::{AsRun, Director, Input, Output, studio};
use crate::library::{Deck, DeckId, Decks, Store, store};
use crate::playout::Cued;
use crate::schedule::Entry;
use crate::station::Kind;
use crate::units::{Frames, Position, StationId};
use std::collections::VecDeque;
use std::sync::{Arc, mpsc};
use std::thread::Thread;
use std::time::Duration;

/// So often the mixer's events are read and its progress is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// And so often while the mixer catches up with the clock.
const LOOK_EVERY_EARLY: Duration = Duration::from_millis(2);
/// How much of the log pages are told of: half an hour back.
const TOLD_BACK: Frames = Frames::from_secs(1800);
/// And two hours ahead.
const TOLD_AHEAD: Frames = Frames::from_secs(7200);

/// What the loop runs with.
pub struct Direct<'a> {
    /// Whose programme.
    pub station: StationId,
    /// Plans and cues.
    pub director: Director,
    /// To the mixer.
    pub ends: DirectorEnds,
    /// How far the mixer has come.
    pub progress: &'a Progress,
    /// Whether to go on.
    pub goes_on: &'a dyn Fn() -> bool,
    /// Mail from the rest of the process.
    pub mail: &'a Mail,
    /// Reads files ahead.
    pub decks: Decks,
    /// What becomes of them.
    pub told: mpsc::Receiver<Deck>,
    /// Keeps the log and the as-run log.
    pub store: &'a Store,
    /// Tells listeners.
    pub outlet: &'a dyn Outlet,
    /// Who renders, to be woken for a cue; none before the first are ready.
    pub render: Option<Thread>,
    /// Commands for which there was no room.
    pub unsent: VecDeque<Command>,
    /// Entries whose decks are open.
    pub opened: VecDeque<(DeckId, Arc<Entry>)>,
    /// Up to where the as-run log was stored before the start.
    pub as_run_end: Position,
    /// Whether the operator has been told that the wall clock is wrong.
    pub clock_told: bool,
}

impl Direct<'_> {
    /// Runs until it is told to stop.
    pub fn run(mut self) {
        while (self.goes_on)() {
            self.act();
            let rest = if self.progress.live().is_some() { LOOK_EVERY } else { LOOK_EVERY_EARLY };
            if self.mail.wait(rest) {
                self.director.handle(Input::Index(self.mail.newest()));
            }
            let mixed = self.progress.mixed();
            self.director.handle(Input::Mixed(mixed));
            while let Ok(event) = self.ends.events.pop() {
                self.director.handle(Input::Mixer(event));
            }
            while let Ok(spent) = self.ends.spent.pop() {
                drop(spent);
            }
            while let Ok(told) = self.told.try_recv() {
                self.hear_deck(told);
            }
            self.opened.retain(|(_, entry)| entry.end() > mixed);
            self.watch_clock();
        }
        let last = self.director.sign_off(self.progress.mixed());
        self.append_as_run(last.iter());
    }

    /// Does what the director asks. Before the mixer's first frame this hands it all that sounds there.
    pub fn act(&mut self) {
        let mut rows = Vec::new();
        let mut programme = false;
        while let Some(output) = self.director.poll() {
            match output {
                Output::Open { entry, first } => {
                    let cued = self.open(entry, first).map(Command::Cue);
                    self.unsent.extend(cued);
                }
                Output::Withdraw(from) => self.unsent.push_back(Command::Withdraw(from)),
                Output::SaveLog { from, entries, fingerprint } => {
                    let entries = entries.iter().map(|entry| &**entry);
                    if let Err(error) = self.store.save_log(&self.station, from, fingerprint, entries) {
                        tracing::error!(station = %self.station, %error, "the log could not be stored");
                    }
                    programme = true;
                }
                Output::AsRun(row) => rows.push(row),
                Output::Programme => programme = true,
            }
        }
        self.append_as_run(rows.iter());
        if programme {
            self.tell_programme();
        }
        while let Some(command) = self.unsent.pop_front() {
            if let Err(rtrb::PushError::Full(command)) = self.ends.commands.push(command) {
                self.unsent.push_front(command);
                break;
            }
        }
        if self.unsent.is_empty() {
            self.progress.set_cued(self.director.cued_until());
        }
        if let Some(render) = &self.render {
            render.unpark();
        }
    }

    fn open(&mut self, entry: Arc<Entry>, first: Position) -> Option<Cued> {
        let item = entry.item.as_ref()?;
        let (deck, feed) = self.decks.open(&item.path, studio::offset(&entry, first));
        self.opened.push_back((deck, entry.clone()));
        Some(Cued { first, feed: Box::new(feed), entry })
    }

    fn hear_deck(&mut self, told: Deck) {
        let Deck::Failed { deck, at, why } = told else { return };
        let failed = self.opened.iter().find(|(number, _)| *number == deck);
        let Some((_, entry)) = failed else { return };
        let entry = entry.clone();
        let path = entry.item.as_ref().map(|item| item.path.display().to_string());
        tracing::warn!(station = %self.station, path, why, "an item can't be played");
        self.outlet.count(Incident::Replaced);
        self.director.handle(Input::DeckFailed { entry, after: at });
    }

    /// Tells the operator once when the wall clock is too far off to be followed, and once when it is not.
    fn watch_clock(&mut self) {
        let error = self.progress.clock_error();
        let wrong = error.0.abs() > WALL_ERROR_MAX.0;
        if wrong && !self.clock_told {
            let seconds = error.seconds();
            tracing::error!(station = %self.station, seconds, "the wall clock has stepped; the station goes on without it until it is started anew");
        }
        self.clock_told = wrong;
    }

    fn append_as_run<'r>(&self, rows: impl Iterator<Item = &'r AsRun>) {
        // What was stored before a restart has gone out already.
        let rows = rows.filter(|row| row.at + row.length > self.as_run_end);
        let rows: Vec<_> = rows.map(|row| self.stored(row)).collect();
        if rows.is_empty() {
            return;
        }
        if let Err(error) = self.store.append_as_run(&self.station, &rows) {
            tracing::error!(station = %self.station, %error, "the as-run log could not be stored");
        }
    }

    fn stored(&self, row: &AsRun) -> store::AsRun {
        let item = row.entry.as_ref().and_then(|entry| entry.item.as_ref());
        self.outlet.count(Incident::Aired(row.entry.as_ref().map_or(Kind::Bed, |entry| entry.kind)));
        if let Some(why) = row.why {
            let at = row.at.rfc3339();
            tracing::warn!(station = %self.station, at, seconds = row.length.seconds(), why = why.word(), "the bed stood in");
            self.outlet.count(Incident::StoodIn);
        }
        let at = row.at.max(self.as_run_end);
        store::AsRun {
            position: at,
            length: row.at + row.length - at,
            path: item.map(|item| (*item.path).clone()),
            title: item.and_then(|item| item.title.as_deref().map(str::to_owned)),
            artist: item.and_then(|item| item.artist.as_deref().map(str::to_owned)),
            category: row.entry.as_ref().map_or("bed".into(), |entry| entry.category.to_string()),
            kind: row.entry.as_ref().map_or(Kind::Bed, |entry| entry.kind),
            note: row.why.map(|why| why.word().to_owned()),
        }
    }

    fn tell_programme(&self) {
        let mixed = self.progress.mixed();
        let around = self.director.log().between(mixed - TOLD_BACK, mixed + TOLD_AHEAD);
        self.outlet.programme(&around.cloned().collect::<Vec<_>>());
    }
}
