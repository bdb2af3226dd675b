//! Keeps one station's log ahead of the air and its decks ahead of the mixer.
//!
//! In: what the library, the decks and the mixer say. Out: decks to open, entries to withdraw, the log and
//! the as-run log to store. Never: touches what is audible, waits, reads a clock: time is how far the mixer
//! has come.

use super::as_run::{AsRun, AsRunLog};
use crate::playout::Event;
use crate::playout::mixer::MAX_DECKS;
use crate::schedule::{Entry, Index, Log, Past, Planner};
use crate::station::Station;
use crate::units::{Frames, Position, Seed};
use std::collections::VecDeque;
use std::sync::Arc;

/// How far ahead of the mixer a deck is opened.
pub const CUE_AHEAD: Frames = Frames::from_secs(12);
/// How far ahead of the mixer the log is planned.
pub const PLAN_AHEAD: Frames = Frames::from_secs(24 * 3600);
/// The log is planned on in steps of this length.
pub const PLAN_STEP: Frames = Frames::from_secs(3600);
/// The log holds no more entries than this; where items are very short it is planned less far ahead.
pub const ENTRIES_MAX: usize = 4000;
/// How much of the log is remembered after it has aired.
pub const KEEP_BEHIND: Frames = Frames::from_secs(3600);
/// Entries that begin nearer than this are not touched when the rest is planned anew.
pub const REPLAN_LEAD: Frames = Frames::from_secs(4);
/// While the library is being scanned, the log is planned anew no more often than this.
pub const REPLAN_EVERY: Frames = Frames::from_secs(10);
/// How far ahead the built-in bed is planned: there may be music soon.
pub const BED_AHEAD: Frames = Frames::from_secs(30);
/// How soon something else sounds after an item has failed in its middle.
pub const RESUME_LEAD: Frames = Frames::from_millis(1500);

/// What the world says to a director.
#[derive(Clone, Debug)]
pub enum Input {
    /// What can be played has changed.
    Index(Arc<Index>),
    /// The deck of an entry could not be opened, or broke after so many frames.
    DeckFailed {
        /// Whose.
        entry: Arc<Entry>,
        /// How many frames came before.
        after: Frames,
    },
    /// Something that the mixer says.
    Mixer(Event),
    /// The mixer has come this far.
    Mixed(Position),
}

/// What a director asks of the world.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Open a deck for an entry and cue it; its first frame is that of this position.
    Open {
        /// Which entry.
        entry: Arc<Entry>,
        /// `entry.at`, or later to join in its middle.
        first: Position,
    },
    /// Withdraw every cued entry that begins at or after this position.
    Withdraw(Position),
    /// Store the log: what begins at or after a position is replaced by these entries.
    SaveLog {
        /// From where on.
        from: Position,
        /// Its entries from there.
        entries: Vec<Arc<Entry>>,
        /// [`Planner::fingerprint`] of what it was planned from.
        fingerprint: u64,
    },
    /// Store a row of the as-run log.
    AsRun(AsRun),
    /// What airs now or next has changed: pages may be told.
    Programme,
}

/// A log as it was stored.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// Its entries.
    pub log: Log,
    /// [`Planner::fingerprint`] of what it was planned from.
    pub fingerprint: u64,
}

/// Directs one station.
#[derive(Debug)]
pub struct Director {
    planner: Planner,
    log: Log,
    /// The past before the log's first entry, so that the rest can be noted again.
    before: Past,
    past: Past,
    start: Position,
    anchor: Position,
    mixed: Position,
    /// Entries that begin before this have been opened.
    opened: Position,
    fingerprint: u64,
    replanned: Option<Position>,
    joined: bool,
    /// Where the entry begins that began to sound last.
    begun: Option<Position>,
    /// [`Planner::fingerprint`] of what can be played now.
    current: u64,
    as_run: AsRunLog,
    outputs: VecDeque<Output>,
}

impl Director {
    /// Takes over a station whose mixer will begin at `start`.
    ///
    /// A stored log that covers `start` is gone on with; otherwise the log begins anew, at midnight UTC
    /// before `start`, so that it does not depend on the minute of the start. `before` is what played
    /// before the log.
    pub fn new(
        station: Arc<Station>,
        index: Arc<Index>,
        stored: Stored,
        before: Past,
        start: Position,
    ) -> Self {
        Self::with_planner(Planner::new(station, index), stored, before, start)
    }

    /// The same with other luck than the station's own.
    pub fn new_seeded(
        station: Arc<Station>,
        index: Arc<Index>,
        stored: Stored,
        before: Past,
        start: Position,
        seed: Seed,
    ) -> Self {
        Self::with_planner(Planner::new(station, index).with_seed(seed), stored, before, start)
    }

    fn with_planner(planner: Planner, stored: Stored, before: Past, start: Position) -> Self {
        let covers = |log: &Log| log.entries().any(|entry| entry.at <= start && start < entry.next_at());
        let (log, fingerprint) = match covers(&stored.log) {
            true => (stored.log, stored.fingerprint),
            false => (Log::default(), planner.fingerprint()),
        };
        // With nothing to play there is nothing that midnight would make the same.
        let anchor = if planner.has_programme() { planner.anchor(start) } else { start };
        let current = planner.fingerprint();
        let mut director = Self {
            planner,
            log,
            before,
            past: Past::default(),
            start,
            anchor,
            mixed: start,
            opened: start,
            fingerprint,
            replanned: None,
            joined: false,
            begun: None,
            current,
            as_run: AsRunLog::default(),
            outputs: VecDeque::new(),
        };
        director.renote();
        while director.log.end().is_none_or(|end| end < start + CUE_AHEAD * 2) {
            let before = director.log.end();
            director.extend_over(Position(i64::MIN), start + PLAN_STEP);
            if director.log.end() == before {
                break;
            }
        }
        director.replan_if_due();
        director.shorten();
        director.cue();
        director
    }

    /// Takes what the world says.
    pub fn handle(&mut self, input: Input) {
        match input {
            Input::Index(index) => {
                self.planner.index = index;
                self.planner.unplayable.clear();
                self.current = self.planner.fingerprint();
                self.replan_if_due();
                self.cue();
            }
            // If it has begun to sound, the mixer will say where it ends.
            Input::DeckFailed { entry, after } => {
                if after == Frames::ZERO || entry.at > self.mixed + RESUME_LEAD {
                    self.lost(&entry, entry.at);
                }
            }
            Input::Mixer(event) => {
                if let Some(row) = self.as_run.event(&event) {
                    self.outputs.push_back(Output::AsRun(row));
                }
                match event {
                    Event::EndedEarly { entry, at } => self.lost(&entry, at),
                    Event::Began { entry, .. } => {
                        self.begun = self.begun.max(Some(entry.at));
                        self.outputs.push_back(Output::Programme);
                    }
                    _ => {}
                }
            }
            Input::Mixed(position) => {
                self.mixed = self.mixed.max(position);
                self.replan_if_due();
                let ahead = self.log.end().filter(|&end| end < self.mixed + PLAN_AHEAD);
                if let Some(end) = ahead.filter(|_| self.log.entries().len() < ENTRIES_MAX) {
                    self.extend(end + PLAN_STEP);
                }
                self.shorten();
                self.cue();
            }
        }
    }

    /// The next thing that is asked of the world, if anything is.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Up to where a deck has been asked for for all that sounds; see [`CUE_AHEAD`].
    pub fn cued_until(&self) -> Position {
        let uncued = self.log.beginning_from(self.opened).find(|entry| entry.item.is_some());
        uncued.map_or(self.mixed + CUE_AHEAD, |entry| entry.at)
    }

    /// Plans on until an entry begins at or after a position.
    pub fn plan_until(&mut self, until: Position) {
        while let Some(end) = self.log.end().filter(|&end| end < until) {
            self.extend(end + PLAN_STEP);
            if self.log.end() == Some(end) {
                return;
            }
        }
    }

    /// [`Planner::fingerprint`] of what the log was planned from.
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// The log, from an hour ago to a day ahead.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Ends the as-run log at a position, when the station leaves the air.
    pub fn sign_off(&mut self, at: Position) -> Option<AsRun> {
        self.as_run.end(at)
    }

    /// Plans everything anew that is not audible, nor soon will be, if what can be played has changed.
    fn replan_if_due(&mut self) {
        let changed = self.fingerprint != self.current;
        let rested = self.replanned.is_none_or(|last| self.mixed - last >= REPLAN_EVERY);
        let waits = self.log.last().is_some_and(|last| last.item.is_none());
        if !changed || !(rested || waits) {
            return;
        }
        let near = self.mixed + REPLAN_LEAD;
        self.fingerprint = self.current;
        self.replanned = Some(self.mixed);
        let boundary = self.log.entries().map(|entry| entry.at).find(|&at| at > near);
        if let Some(boundary) = boundary {
            self.replan_from(boundary);
        }
    }

    /// Plans everything anew that begins at or after a boundary between two entries.
    fn replan_from(&mut self, boundary: Position) {
        self.log.truncate(boundary);
        self.renote();
        if self.opened >= boundary {
            self.outputs.push_back(Output::Withdraw(boundary));
            self.opened = boundary;
        }
        self.extend(boundary + PLAN_STEP);
        self.outputs.push_back(Output::Programme);
    }

    /// Finds something else for an entry whose audio failed at a position.
    ///
    /// What has not begun is planned anew from where it would have. If there is no time for that, or the entry
    /// sounds already, the bed fills the log until something else can be cued.
    fn lost(&mut self, entry: &Arc<Entry>, at: Position) {
        let id = |entry: &Entry| entry.item.as_ref().map(|item| item.id);
        let planned = self.log.entries().any(|planned| planned.at == entry.at && id(planned) == id(entry));
        self.planner.unplayable.extend(id(entry));
        let begun = self.begun.is_some_and(|begun| begun >= entry.at);
        let overtaken = self.begun.is_some_and(|begun| begun > entry.at);
        let soonest = self.mixed + RESUME_LEAD;
        let from = if begun { at.max(entry.at + Frames(1)) } else { entry.at };
        if !planned || overtaken || begun && from.max(soonest) >= entry.next_at() {
            return;
        }
        self.log.truncate(entry.at + Frames(if begun { 1 } else { 0 }));
        if begun {
            let (length, none) = (from - entry.at, Frames::ZERO);
            self.log.amend_last(Arc::new(Entry {
                length,
                overlap: none,
                fade_out: none,
                ..(**entry).clone()
            }));
        }
        if soonest > from {
            self.log.push(Arc::new(self.planner.bed(from, soonest - from)));
        }
        self.outputs.push_back(Output::Withdraw(from));
        self.opened = from.max(soonest);
        self.renote();
        self.extend(from.max(soonest) + PLAN_STEP);
        self.outputs.push_back(Output::Programme);
        self.cue();
    }

    fn extend(&mut self, until: Position) {
        self.extend_over(self.opened, until);
    }

    /// Plans on until an entry begins at or after `until`; what begins before `frozen` is not amended.
    fn extend_over(&mut self, frozen: Position, until: Position) {
        let from = self.log.last().map_or(self.anchor, |last| last.at);
        let before = self.log.end();
        let bed_until = self.mixed + BED_AHEAD;
        self.planner.extend(&mut self.log, &mut self.past, self.anchor, frozen, until, bed_until);
        if self.log.end() != before {
            let entries = self.log.entries().filter(|entry| entry.at >= from).cloned().collect();
            self.outputs.push_back(Output::SaveLog { from, entries, fingerprint: self.fingerprint });
        }
    }

    /// Opens a deck for every entry that sounds soon, as far as there are decks. The bed needs none.
    fn cue(&mut self) {
        let until = self.mixed + CUE_AHEAD;
        if !self.joined {
            self.joined = true;
            let first = self.start;
            let sounding = self.log.between(first, first + Frames(1)).filter(|entry| entry.at < first);
            for entry in sounding.filter(|entry| entry.item.is_some()) {
                self.outputs.push_back(Output::Open { entry: entry.clone(), first });
            }
        }
        let decked = |entry: &&Arc<Entry>| entry.item.is_some();
        let (opened, mixed) = (self.opened, self.mixed);
        let busy = self.log.between(mixed, opened).filter(decked).filter(|entry| entry.at < opened).count();
        let due = self.log.beginning_from(opened).take_while(|entry| entry.at < until).filter(decked);
        for entry in due.take(MAX_DECKS.saturating_sub(busy)) {
            self.opened = entry.at + Frames(1);
            self.outputs.push_back(Output::Open { entry: entry.clone(), first: entry.at });
        }
    }

    fn renote(&mut self) {
        self.past = self.before.clone();
        self.log.entries().for_each(|entry| self.past.note(entry));
    }

    /// Forgets what aired long ago, once it is part of the past before the log.
    fn shorten(&mut self) {
        let before = self.mixed - KEEP_BEHIND;
        let gone: Vec<_> = self.log.entries().take_while(|entry| entry.end() <= before).cloned().collect();
        gone.iter().for_each(|entry| self.before.note(entry));
        self.log.forget(before);
    }
}
