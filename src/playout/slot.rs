//! One place of the mixer for an entry and its feed.
//!
//! In: a feed, read ahead by [`DECLICK`] frames more than are mixed. Out: for each
//! position, whether and how far the entry can be mixed. Never: lets an entry slip from its place on the
//! timeline: what comes late is thrown away.
//!
//! Reading ahead is what lets a feed that fails end in its own sound, faded out, and not in a click.

use super::deck::{Cued, Read};
use super::event::{Event, Events};
use super::mixer::Patience;
use super::transition::Envelope;
use crate::audio::fade::DECLICK;
use crate::schedule::Entry;
use crate::units::{Frame, Frames, Position};

/// An item that ends this much before its entry is not worth a word: 10 ms; files round their lengths.
pub const EARLY_MAX: Frames = Frames(480);
/// Frames that are mixed at once at most.
pub const STEP: usize = 1024;

const RESERVE: usize = DECLICK.0 as usize;
const BUFFER: usize = STEP + RESERVE;
/// Frames that are thrown away at once at most while on air, to catch up with the timeline: 1 s.
const SKIP_MAX: i64 = 48_000;

/// What a slot can do at a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// Nothing, and it wants nothing; for so many frames at least.
    Idle(Frames),
    /// Sound for so many frames at least. `covers` unless it is on its way to silence.
    Sound { frames: Frames, covers: bool },
    /// Be silent where it should sound, for so many frames at least. `covers` if that is short.
    Silent { frames: Frames, covers: bool },
    /// Nothing until its feed has more.
    Wait,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Not sounding: not yet, or not at the moment.
    Out,
    /// Sounding.
    In,
    /// Sounding, and silent from a position on because there is no more.
    Going(Position),
    /// The feed's audio has ended at a position, before the entry has.
    Over(Position),
    /// Waits to be taken away.
    Spent,
}

struct Deck {
    cued: Cued,
    envelope: Envelope,
    state: State,
    began: bool,
    /// Whether it was told that the feed has nothing, and not yet that it is back.
    starved: bool,
    /// Whether anything of it was not heard.
    missed: bool,
    /// Whether the feed has no more.
    ended: bool,
    /// The position of the first frame in the slot's buffer, and how many are there.
    next: Position,
    have: usize,
}

/// A place for one entry.
pub(super) struct Slot {
    buffer: Box<[Frame]>,
    deck: Option<Deck>,
}

impl Slot {
    pub(super) fn new() -> Self {
        Self { buffer: vec![[0.0; 2]; BUFFER].into(), deck: None }
    }

    pub(super) fn is_free(&self) -> bool {
        self.deck.is_none()
    }

    pub(super) fn cue(&mut self, cued: Cued) {
        let (envelope, next) = (Envelope::of(&cued.entry), cued.first);
        self.deck = Some(Deck {
            cued,
            envelope,
            state: State::Out,
            began: false,
            starved: false,
            missed: false,
            ended: false,
            next,
            have: 0,
        });
    }

    /// Takes away what will not sound any more.
    pub(super) fn take_spent(&mut self) -> Option<Cued> {
        self.deck.take_if(|deck| deck.state == State::Spent).map(|deck| deck.cued)
    }

    /// What orders the slots of a mix, so that their sum doesn't depend on where each was cued; none if nothing
    /// here will sound.
    pub(super) fn order(&self) -> Option<(Position, Position)> {
        let deck = self.deck.as_ref().filter(|deck| deck.state != State::Spent)?;
        Some((deck.cued.entry.at, deck.cued.first))
    }

    /// Takes back an entry that begins at a position or later and has not been heard, or will never be heard again.
    pub(super) fn withdraw(&mut self, from: Position) {
        if let Some(deck) = &mut self.deck
            && (!deck.began && deck.cued.entry.at >= from || matches!(deck.state, State::Over(_)))
        {
            deck.state = State::Spent;
        }
    }

    /// Lets an entry that began before `end` fade over `length` frames and cease there, unless at `at`, where
    /// the mixer is, it already fades from an earlier cut.
    pub(super) fn cut(&mut self, at: Position, end: Position, length: Frames) {
        if let Some(deck) = &mut self.deck
            && deck.state != State::Spent
            && deck.cued.entry.at < end
            && end < deck.envelope.end()
        {
            deck.envelope.cut(at, end, length);
        }
    }

    /// How much longer the entry here fades in.
    pub(super) fn fade_in(&self, at: Position) -> Frames {
        let left = self.deck.as_ref().map(|deck| deck.cued.entry.at + deck.cued.entry.fade_in - at);
        left.unwrap_or_default().max(Frames::ZERO)
    }

    /// What can be done at a position; tells what happens there.
    pub(super) fn plan(&mut self, at: Position, patience: Patience, events: &mut Events) -> Plan {
        match &mut self.deck {
            Some(deck) => deck.plan(at, patience, &mut self.buffer, events),
            None => Plan::Idle(Frames(i64::MAX)),
        }
    }

    /// Adds the next frames to a mix; as many as a [`Plan::Sound`] said, or fewer.
    pub(super) fn mix(&mut self, at: Position, onto: &mut [Frame]) {
        if let Some(deck) = &mut self.deck {
            debug_assert!(deck.next == at && deck.have >= onto.len(), "a plan promised these frames");
            deck.envelope.add(at, &self.buffer[..onto.len()], onto);
            deck.drop_front(onto.len(), &mut self.buffer);
        }
    }
}

impl Deck {
    fn plan(&mut self, at: Position, patience: Patience, buffer: &mut [Frame], events: &mut Events) -> Plan {
        if self.state == State::Spent {
            return Plan::Idle(Frames(i64::MAX));
        }
        let end = self.envelope.end();
        if at >= end {
            let complete = self.began && !self.missed && !self.envelope.is_cut();
            events.tell(|| Event::Finished { entry: self.entry(), at: end, complete });
            self.state = State::Spent;
            return Plan::Idle(Frames(i64::MAX));
        }
        let begin = self.cued.entry.at.max(self.cued.first);
        if at < begin {
            return Plan::Idle(begin - at);
        }
        let left = end - at;
        loop {
            match self.state {
                State::Out => {
                    self.gather(at, patience, buffer);
                    if self.have >= buffer.len().min(left.count()) || self.ended && self.have > 0 {
                        self.come_in(at, events);
                    } else if self.ended {
                        self.end_early(at, events);
                    } else if patience == Patience::Wait {
                        return Plan::Wait;
                    } else {
                        self.starve(at, events);
                        return Plan::Silent { frames: left, covers: false };
                    }
                }
                State::In => {
                    self.gather(at, patience, buffer);
                    let last = at + Frames(self.have as i64);
                    if last >= end {
                        return Plan::Sound { frames: left, covers: true };
                    }
                    if self.ended {
                        self.go_out(last);
                    } else if self.have > RESERVE {
                        let frames = Frames((self.have - RESERVE) as i64);
                        return Plan::Sound { frames, covers: true };
                    } else if patience == Patience::Wait {
                        return Plan::Wait;
                    } else {
                        self.starve(last, events);
                        self.go_out(last);
                    }
                }
                State::Going(silent) if at < silent - DECLICK => {
                    let frames = (silent - DECLICK - at).min(left);
                    return Plan::Sound { frames, covers: true };
                }
                State::Going(silent) if at < silent => {
                    let covers = self.ended && end - silent <= EARLY_MAX;
                    return Plan::Sound { frames: (silent - at).min(left), covers };
                }
                State::Going(silent) if self.ended => self.end_early(silent, events),
                State::Going(_) => self.state = State::Out,
                State::Over(silent) => {
                    return Plan::Silent { frames: left, covers: end - silent <= EARLY_MAX };
                }
                State::Spent => unreachable!("a spent deck was sent away above"),
            }
        }
    }

    fn entry(&self) -> std::sync::Arc<Entry> {
        self.cued.entry.clone()
    }

    fn come_in(&mut self, at: Position, events: &mut Events) {
        (self.state, self.starved) = (State::In, false);
        if at > self.cued.entry.at {
            self.envelope.come(at);
        }
        if self.began {
            events.tell(|| Event::Recovered { entry: self.entry(), at });
        } else {
            self.began = true;
            events.tell(|| Event::Began { entry: self.entry(), at });
        }
    }

    fn go_out(&mut self, silent: Position) {
        self.state = State::Going(silent);
        self.envelope.go(silent);
    }

    fn starve(&mut self, at: Position, events: &mut Events) {
        if !self.starved {
            (self.starved, self.missed) = (true, true);
            events.tell(|| Event::Starved { entry: self.entry(), at });
        }
    }

    fn end_early(&mut self, silent: Position, events: &mut Events) {
        self.state = State::Over(silent);
        if self.envelope.end() - silent > EARLY_MAX {
            self.missed = true;
            events.tell(|| Event::EndedEarly { entry: self.entry(), at: silent });
        }
    }

    /// Throws away what is before a position and fills the buffer from there.
    fn gather(&mut self, at: Position, patience: Patience, buffer: &mut [Frame]) {
        let late = usize::try_from((at - self.next).0).unwrap_or(0).min(self.have);
        self.drop_front(late, buffer);
        let mut skips = if patience == Patience::Wait { i64::MAX } else { SKIP_MAX };
        while self.next < at && !self.ended && skips > 0 {
            let late = (at - self.next).0.min(skips).min(buffer.len() as i64);
            match self.cued.feed.read(&mut buffer[..late as usize]) {
                Read::Frames(count) => {
                    self.next += Frames(count as i64);
                    skips -= count as i64;
                }
                Read::Starved => return,
                Read::Ended => self.ended = true,
            }
        }
        while self.next == at && self.have < buffer.len() && !self.ended {
            match self.cued.feed.read(&mut buffer[self.have..]) {
                Read::Frames(count) => self.have += count,
                Read::Starved => return,
                Read::Ended => self.ended = true,
            }
        }
    }

    fn drop_front(&mut self, count: usize, buffer: &mut [Frame]) {
        buffer.copy_within(count..self.have, 0);
        self.have -= count;
        self.next += Frames(count as i64);
    }
}
