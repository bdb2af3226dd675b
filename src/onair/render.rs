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
/// How long the thread rests when it waits for a deck while catching up.
const CATCH_UP_REST: Duration = Duration::from_micros(500);
/// So long the thread waits for a deck while catching up; then it goes on without it.
const CATCH_UP_PATIENCE: Duration = Duration::from_secs(3);
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
    /// How far beyond the end of a cell the mixer goes, so that every encoder hears ahead what it must.
    pub encoder_ahead: Frames,
    /// Who takes the blocks.
    pub publisher: Thread,
    /// A cue that the mixer had no deck for yet.
    pub waiting: Option<Cued>,
    /// Where the entry begins that listeners are told of; none is the bed.
    pub marked: Option<Position>,
}

impl Render<'_> {
    /// Runs until it is told to stop.
    pub fn run(mut self) {
        let mut block = [[0.0; 2]; BLOCK];
        let mut patience = Patience::Wait;
        let mut moved = (self.clock)().mono;
        while !self.stop.load(Ordering::Relaxed) {
            self.take_commands();
            let now = (self.clock)();
            let position = self.pace.position(now);
            self.progress.set_clock_error(self.pace.error());
            let target = target(position, self.encoder_ahead);
            let may = if patience == Patience::Wait { target.min(self.progress.cued()) } else { target };
            let before = self.mixer.position();
            let starved = self.mix_until(may, &mut block, patience);
            if self.mixer.position() > before {
                moved = now.mono;
            } else if now.mono - moved > CATCH_UP_PATIENCE && patience == Patience::Wait {
                // A deck that does not answer must not keep the station off the air.
                patience = Patience::Never;
                self.progress.set_live(self.mixer.position());
            }
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
            let due = next_due(target, self.encoder_ahead) - position;
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
                Ok(Command::Withdraw(from)) => {
                    self.mixer.withdraw(from);
                    self.pass_on();
                }
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
        while self.ends.events.slots() > 0 && self.ends.marks.slots() > 0 {
            let Some(event) = self.mixer.take_event() else { break };
            let mark = match &event {
                Event::Began { entry, at } | Event::Recovered { entry, at } => {
                    Some(Mark { at: *at, entry: Some(entry.clone()) })
                }
                Event::Starved { entry, at } | Event::EndedEarly { entry, at }
                    if self.marked == Some(entry.at) =>
                {
                    Some(Mark { at: *at, entry: None })
                }
                Event::Empty { at } => Some(Mark { at: *at, entry: None }),
                _ => None,
            };
            // There is room in both rings.
            if let Some(mark) = mark {
                self.marked = mark.entry.as_ref().map(|entry| entry.at);
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
fn target(position: Position, encoder_ahead: Frames) -> Position {
    Cell::holding(position + RENDER_LEAD).start() + encoder_ahead
}

/// When the target moves on.
fn next_due(target: Position, encoder_ahead: Frames) -> Position {
    Cell::holding(target - encoder_ahead).end() - RENDER_LEAD
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_mixed_shortly_before_it_ends_with_what_encoders_hear_ahead() {
        let (cell, ahead) = (Cell(1000), Frames(5713));
        let before = cell.end() - RENDER_LEAD - Frames(1);
        assert_eq!(target(before, ahead), cell.start() + ahead);
        assert_eq!(next_due(target(before, ahead), ahead), before + Frames(1));
        assert_eq!(target(before + Frames(1), ahead), cell.end() + ahead);
    }
}
