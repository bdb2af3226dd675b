//! The render thread of a station: mixes the programme and passes it on, a cell ahead of the clock.
//!
//! Until it has caught up with the clock it waits for decks, as fast as the publisher takes what it mixes.
//! From then on it never allocates, locks, logs, or waits for anything but the time.

use super::rings::{Command, Mark, Progress, RenderEnds};
use crate::engine::Pace;
use crate::playout::{Cued, Event, Mixer, Patience, Rendered};
use crate::units::{Cell, Frame, Frames, Now, Position};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Thread};
use std::time::Duration;

/// Frames that are mixed at a time: 20 ms.
const BLOCK: usize = 960;
/// How long before a cell ends the mixer begins with the last of it: what rendering and encoding may take.
pub const RENDER_LEAD: Frames = Frames::from_millis(60);
/// How far beyond the end of a cell the mixer goes, so that every encoder has its look-ahead: 50 ms.
pub const ENCODER_AHEAD: Frames = Frames(2400);
/// How long the thread rests when it waits for a deck while catching up.
const CATCH_UP_REST: Duration = Duration::from_micros(500);
/// The longest rest otherwise: so soon a new cue or the end is noticed.
const REST_MAX: Duration = Duration::from_millis(80);

/// What the thread runs with.
pub struct Render<'a> {
    /// Mixes.
    pub mixer: Mixer,
    /// To the others.
    pub ends: RenderEnds,
    /// Where the timeline is.
    pub pace: Pace,
    /// Reads the clocks.
    pub clock: fn() -> Now,
    /// How far it has come.
    pub progress: &'a Progress,
    /// Ends it.
    pub stop: &'a AtomicBool,
    /// Who takes the blocks.
    pub publisher: Thread,
    /// A cue that the mixer had no deck for yet.
    pub waiting: Option<Cued>,
}

impl Render<'_> {
    /// Runs until it is told to stop.
    pub fn run(mut self) {
        let mut block = [[0.0; 2]; BLOCK];
        let mut patience = Patience::Wait;
        while !self.stop.load(Ordering::Relaxed) {
            self.take_commands();
            let position = self.pace.position((self.clock)());
            let target = target(position);
            let starved = self.mix_until(target, &mut block, patience);
            self.pass_on();
            self.progress.set_mixed(self.mixer.position());
            self.publisher.unpark();
            if self.mixer.position() < target {
                thread::park_timeout(if starved { CATCH_UP_REST } else { CATCH_UP_REST * 4 });
                continue;
            }
            if patience == Patience::Wait {
                patience = Patience::Never;
                self.progress.set_live(self.mixer.position());
            }
            let due = next_due(target) - position;
            thread::park_timeout(due.duration().min(REST_MAX));
        }
    }

    /// Takes the director's commands in order. A cue for which there is no deck waits, and all after it.
    fn take_commands(&mut self) {
        if let Some(cued) = self.waiting.take() {
            self.waiting = self.mixer.cue(cued).err();
        }
        while self.waiting.is_none() {
            match self.ends.commands.pop() {
                Ok(Command::Cue(cued)) => self.waiting = self.mixer.cue(cued).err(),
                Ok(Command::Withdraw(from)) => self.mixer.withdraw(from),
                Err(_) => break,
            }
        }
    }

    /// Mixes up to a position, or until the ring is full or a deck must be waited for; says whether it is that.
    fn mix_until(&mut self, target: Position, block: &mut [Frame; BLOCK], patience: Patience) -> bool {
        while self.mixer.position() < target {
            let wanted = (target - self.mixer.position()).count().min(BLOCK).min(self.ends.pcm.slots());
            if wanted == 0 {
                return false;
            }
            let (mixed, waits) = match self.mixer.render(&mut block[..wanted], patience) {
                Rendered::All => (wanted, false),
                Rendered::Waiting(mixed) => (mixed, true),
            };
            self.pass_events();
            for &frame in &block[..mixed] {
                // There is room: `slots` said so, and nobody else writes.
                let _ = self.ends.pcm.push(frame);
            }
            if waits {
                return true;
            }
        }
        false
    }

    fn pass_events(&mut self) {
        while let Some(event) = self.mixer.take_event() {
            let mark = match &event {
                Event::Began { entry, at } | Event::Recovered { entry, at } => {
                    Some(Mark { at: *at, entry: Some(entry.clone()) })
                }
                Event::Empty { at } => Some(Mark { at: *at, entry: None }),
                _ => None,
            };
            // A full ring loses the event: its limit is far above what a mixer says between two readings.
            if let Some(mark) = mark {
                let _ = self.ends.marks.push(mark);
            }
            let _ = self.ends.events.push(event);
        }
    }

    fn pass_on(&mut self) {
        while self.ends.spent.slots() > 0 {
            let Some(spent) = self.mixer.take_spent() else { break };
            let _ = self.ends.spent.push(spent);
        }
    }
}

/// How far the mixer should be at a time: the end of the cell that ends soon, and what encoders hear ahead.
fn target(position: Position) -> Position {
    Cell::holding(position + RENDER_LEAD).start() + ENCODER_AHEAD
}

/// When the target moves on.
fn next_due(target: Position) -> Position {
    Cell::holding(target - ENCODER_AHEAD).end() - RENDER_LEAD
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_mixed_shortly_before_it_ends_with_what_encoders_hear_ahead() {
        let cell = Cell(1000);
        let before = cell.end() - RENDER_LEAD - Frames(1);
        assert_eq!(target(before), cell.start() + ENCODER_AHEAD);
        assert_eq!(next_due(target(before)), before + Frames(1));
        assert_eq!(target(before + Frames(1)), cell.end() + ENCODER_AHEAD);
    }
}
