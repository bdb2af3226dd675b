//! The director's loop of a station: hears the library, the decks and the mixer, and does what the director asks.
//!
//! It stores the log and the as-run log, tells the pages what is on, and drops what the render thread may not.

use super::rings::{Command, DirectorEnds, Progress};
use crate::engine::{AsRun, Director, Input, Output, studio};
use crate::library::{Deck, Decks, Store, store};
use crate::playout::Cued;
use crate::schedule::{Entry, Index};
use crate::serve::{Channel, programme};
use crate::units::{Frames, Position, StationId};
use std::collections::VecDeque;
use std::sync::{Arc, mpsc};
use std::thread::Thread;
use std::time::Duration;

/// So often the mixer's events are read and its progress is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How much of the log pages are told of: half an hour back.
const TOLD_BACK: Frames = Frames::from_secs(1800);
/// And two hours ahead.
const TOLD_AHEAD: Frames = Frames::from_secs(7200);

/// What a station's director is told by the rest of the process.
pub enum Mail {
    /// What it can play has changed.
    Index(Arc<Index>),
}

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
    pub mail: &'a mpsc::Receiver<Mail>,
    /// Reads files ahead.
    pub decks: Decks,
    /// What becomes of them.
    pub told: mpsc::Receiver<Deck>,
    /// Keeps the log and the as-run log.
    pub store: &'a Store,
    /// Tells listeners.
    pub channel: &'a Channel,
    /// Who renders, to be woken for a cue.
    pub render: Thread,
}

impl Direct<'_> {
    /// Runs until it is told to stop.
    pub fn run(mut self) {
        let mut unsent = VecDeque::new();
        let mut opened: VecDeque<Arc<Entry>> = VecDeque::new();
        self.tell_programme();
        while (self.goes_on)() {
            self.act(&mut unsent, &mut opened);
            match self.mail.recv_timeout(LOOK_EVERY) {
                Ok(Mail::Index(index)) => self.director.handle(Input::Index(index)),
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
            }
            while let Ok(event) = self.ends.events.pop() {
                self.director.handle(Input::Mixer(event));
            }
            while let Ok(spent) = self.ends.spent.pop() {
                drop(spent);
            }
            while let Ok(told) = self.told.try_recv() {
                self.hear_deck(told, &opened);
            }
            self.director.handle(Input::Mixed(self.progress.mixed()));
            let mixed = self.progress.mixed();
            opened.retain(|entry| entry.end() > mixed);
        }
        let last = self.director.sign_off(self.progress.mixed());
        self.append_as_run(last.iter());
    }

    fn act(&mut self, unsent: &mut VecDeque<Command>, opened: &mut VecDeque<Arc<Entry>>) {
        let mut rows = Vec::new();
        let mut programme = false;
        while let Some(output) = self.director.poll() {
            match output {
                Output::Open { entry, first } => {
                    opened.push_back(entry.clone());
                    unsent.extend(self.open(entry, first).map(Command::Cue));
                }
                Output::Withdraw(from) => unsent.push_back(Command::Withdraw(from)),
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
        while let Some(command) = unsent.pop_front() {
            if let Err(rtrb::PushError::Full(command)) = self.ends.commands.push(command) {
                unsent.push_front(command);
                break;
            }
            self.render.unpark();
        }
    }

    fn open(&self, entry: Arc<Entry>, first: Position) -> Option<Cued> {
        let item = entry.item.as_ref()?;
        let feed = self.decks.open(&item.path, studio::offset(&entry, first), item.id);
        Some(Cued { first, feed: Box::new(feed), entry })
    }

    fn hear_deck(&mut self, told: Deck, opened: &VecDeque<Arc<Entry>>) {
        let Deck::Failed { id, at, why } = told else { return };
        let of_item = |entry: &&Arc<Entry>| entry.item.as_ref().is_some_and(|item| item.id == id);
        for entry in opened.iter().filter(of_item) {
            let path = entry.item.as_ref().map(|item| item.path.display().to_string());
            tracing::warn!(station = %self.station, path, why, "an item can't be played; something else is planned");
            self.channel.metrics.replaced.inc();
            self.director.handle(Input::DeckFailed { entry: entry.clone(), after: at });
        }
    }

    fn append_as_run<'r>(&self, rows: impl Iterator<Item = &'r AsRun>) {
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
        if let Some(why) = row.why {
            let at = row.at.rfc3339();
            tracing::warn!(station = %self.station, at, seconds = row.length.seconds(), why = why.word(), "the bed stood in");
            self.channel.metrics.starved.inc();
        }
        store::AsRun {
            position: row.at,
            length: row.length,
            path: item.map(|item| (*item.path).clone()),
            title: item.and_then(|item| item.title.as_deref().map(str::to_owned)),
            artist: item.and_then(|item| item.artist.as_deref().map(str::to_owned)),
            category: row.entry.as_ref().map_or("bed".into(), |entry| entry.category.to_string()),
            kind: row.entry.as_ref().map_or(crate::station::Kind::Bed, |entry| entry.kind),
            note: row.why.map(|why| why.word().to_owned()),
        }
    }

    fn tell_programme(&self) {
        let mixed = self.progress.mixed();
        let around = self.director.log().between(mixed - TOLD_BACK, mixed + TOLD_AHEAD);
        let entries = around.map(|entry| programme::Entry::of_log(&self.station, entry)).collect();
        self.channel.set_programme(entries);
    }
}
