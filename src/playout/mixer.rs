//! The mixer: cued entries become the programme.
//!
//! In: entries with their feeds, ahead of their positions. Out: the programme, frame by frame and without a gap:
//! each entry at its place with its gain and fades, the bed where nothing sounds, all of it limited.
//! Never: allocates, frees, waits or locks while rendering; gives another sample for another block size.
//!
//! What is mixed runs a look-ahead of the limiter before what is put out; the first call mixes that much more.
//! What a render thread may not free stays here until it is taken: [`Mixer::take_spent`], [`Mixer::take_event`].

use super::cover::{Cover, SLOW};
use super::deck::Cued;
use super::event::{Event, Events};
use super::slot::{Plan, STEP, Slot};
use crate::audio::Limiter;
use crate::audio::fade::DECLICK;
use crate::audio::limiter::LOOK_AHEAD;
use crate::station::Sound;
use crate::units::{Db, Frame, Frames, Position};

/// Entries that the mixer holds at once: two that cross, and two that are ready. A fifth is given back.
/// An entry that is over counts until it is taken by [`Mixer::take_spent`].
pub const MAX_DECKS: usize = 4;

/// What to do when a feed has nothing ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// On air: go on without it, the bed stands in.
    Never,
    /// Before going on air, or rendering to a file: stop there and ask again later.
    Wait,
}

/// How far a call of [`Mixer::render`] came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Rendered {
    /// The block is full.
    All,
    /// So many frames are rendered; an entry that sounds next has nothing ready. Only with [`Patience::Wait`].
    Waiting(usize),
}

/// Mixes one station's programme.
pub struct Mixer {
    slots: [Slot; MAX_DECKS],
    cover: Cover,
    limiter: Limiter,
    events: Events,
    /// The position of the next frame that is mixed.
    at: Position,
    /// Frames that have yet to be mixed before any is put out.
    ahead: usize,
    covering: bool,
    empty: bool,
}

impl Mixer {
    /// A mixer whose first frame of output is at a position.
    pub fn new(start: Position, sound: &Sound) -> Self {
        Self {
            slots: std::array::from_fn(|_| Slot::new()),
            cover: Cover::new(sound),
            limiter: Limiter::new(sound.true_peak),
            events: Events::new(),
            at: start,
            ahead: LOOK_AHEAD,
            covering: false,
            empty: false,
        }
    }

    /// The position of the next frame that [`Mixer::render`] puts out.
    pub fn position(&self) -> Position {
        self.at - Frames((LOOK_AHEAD - self.ahead) as i64)
    }

    /// Takes an entry and its feed. It may come late: it is then joined at the place where it would be.
    ///
    /// # Errors
    /// Gives it back if [`MAX_DECKS`] are here.
    pub fn cue(&mut self, cued: Cued) -> Result<(), Cued> {
        match self.slots.iter_mut().find(|slot| slot.is_free()) {
            Some(slot) => {
                slot.cue(cued);
                Ok(())
            }
            None => Err(cued),
        }
    }

    /// Takes back all entries that begin at a position or later and have not been heard yet, and those whose audio
    /// has ended for good.
    /// They can be taken by [`Mixer::take_spent`] at once; no event tells of them.
    pub fn withdraw(&mut self, from: Position) {
        for slot in &mut self.slots {
            slot.withdraw(from);
        }
    }

    /// Lets all entries that sound at a position fade over `length` frames and cease there, and withdraws those
    /// that begin there or later. The fade takes at least 5 ms and begins at the earliest with the next frame
    /// that is mixed, so the entries may cease later; returns where they do. What already fades
    /// from an earlier cut stays at that.
    pub fn cut(&mut self, at: Position, length: Frames) -> Position {
        let length = length.max(DECLICK);
        let end = at.max(self.at + length);
        for slot in &mut self.slots {
            slot.withdraw(at);
            slot.cut(self.at, end, length);
        }
        end
    }

    /// An entry that is over or was withdrawn, to be dropped where freeing is no harm.
    pub fn take_spent(&mut self) -> Option<Cued> {
        self.slots.iter_mut().find_map(Slot::take_spent)
    }

    /// The oldest event that was not taken; [`EVENTS_MAX`](super::event::EVENTS_MAX) wait at most.
    pub fn take_event(&mut self) -> Option<Event> {
        self.events.take()
    }

    /// Events that were dropped because too many waited.
    pub fn events_lost(&self) -> u64 {
        self.events.lost()
    }

    /// How much the limiter lowered the programme at most since this was last asked: 0 dB or less.
    pub fn take_reduction(&mut self) -> Db {
        self.limiter.take_reduction()
    }

    /// Renders the next frames of the programme into a block of any length.
    pub fn render(&mut self, out: &mut [Frame], patience: Patience) -> Rendered {
        let mut unheard = [[0.0; 2]; LOOK_AHEAD];
        while self.ahead > 0 {
            match self.step(&mut unheard[..self.ahead], patience) {
                Some(count) => self.ahead -= count,
                None => return Rendered::Waiting(0),
            }
        }
        let mut done = 0;
        while done < out.len() {
            match self.step(&mut out[done..], patience) {
                Some(count) => done += count,
                None => return Rendered::Waiting(done),
            }
        }
        Rendered::All
    }

    /// Mixes and limits as many frames as one arrangement of the slots lasts; none if a feed is waited for.
    fn step(&mut self, out: &mut [Frame], patience: Patience) -> Option<usize> {
        let mut order: [Option<(Position, Position, usize)>; MAX_DECKS] =
            std::array::from_fn(|i| self.slots[i].order().map(|(at, first)| (at, first, i)));
        order.sort_unstable();
        let mut frames = out.len().min(STEP) as i64;
        let (mut sounding, mut covered, mut expected) = ([false; MAX_DECKS], false, false);
        let (mut waits, mut fade_in) = (false, Frames::ZERO);
        for (_, _, i) in order.into_iter().flatten() {
            match self.slots[i].plan(self.at, patience, &mut self.events) {
                Plan::Idle(idle) => frames = frames.min(idle.0),
                Plan::Sound { frames: sounds, covers } => {
                    frames = frames.min(sounds.0);
                    (sounding[i], expected, covered) = (true, true, covered || covers);
                    fade_in = fade_in.max(self.slots[i].fade_in(self.at));
                }
                Plan::Silent { frames: silent, covers } => {
                    frames = frames.min(silent.0);
                    (expected, covered) = (true, covered || covers);
                }
                Plan::Wait => waits = true,
            }
        }
        if waits {
            return None;
        }
        self.arrange(covered, expected, fade_in);
        let mix = &mut out[..frames as usize];
        mix.fill([0.0; 2]);
        for (_, _, i) in order.into_iter().flatten().filter(|&(_, _, i)| sounding[i]) {
            self.slots[i].mix(self.at, mix);
        }
        self.cover.add(self.at, self.covering, mix);
        self.limiter.process(mix);
        self.at += Frames(frames);
        Some(frames as usize)
    }

    /// Calls the bed or sends it away.
    fn arrange(&mut self, covered: bool, expected: bool, fade_in: Frames) {
        if !covered && !self.covering {
            self.cover.come_over(if expected { DECLICK } else { SLOW });
        } else if covered && self.covering {
            self.cover.go_over(fade_in);
        }
        self.covering = !covered;
        if !covered && !expected && !self.empty {
            self.events.tell(|| Event::Empty { at: self.at });
        }
        self.empty = !covered && !expected;
    }
}

#[cfg(test)]
mod tests;
