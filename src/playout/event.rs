//! What the mixer has to tell: which entry began, was missed, ended.
//!
//! In: events, from the render thread. Out: the same, in order. Never: allocates or frees while rendering;
//! an event holds its entry by a counted reference, so whoever takes an event also frees it.

use crate::schedule::Entry;
use crate::units::Position;
use std::sync::Arc;

/// Something that happened in the programme, at the position where it is heard.
///
/// The mixer works up to a look-ahead (5 ms) before what it has put out, so a position may lie that far
/// in the future of [`Mixer::position`](super::Mixer::position).
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// An entry sounds from here on.
    Began {
        /// Which.
        entry: Arc<Entry>,
        /// Where; after `entry.at` if it was joined in its middle or came late.
        at: Position,
    },
    /// An entry has come to its end, or was cut.
    Finished {
        /// Which.
        entry: Arc<Entry>,
        /// The first position where it no longer sounds.
        at: Position,
        /// Whether nothing of it was missing from the first frame of its feed on.
        complete: bool,
    },
    /// An entry's feed had nothing ready. From here on the bed stands in, unless another entry sounds.
    Starved {
        /// Which.
        entry: Arc<Entry>,
        /// The first position that is missing.
        at: Position,
    },
    /// An entry that was missed sounds again, at the place in it where it would be.
    Recovered {
        /// Which.
        entry: Arc<Entry>,
        /// The first position that is heard again.
        at: Position,
    },
    /// An entry's audio ended, more than [`EARLY_MAX`](super::slot::EARLY_MAX) before the entry does.
    EndedEarly {
        /// Which.
        entry: Arc<Entry>,
        /// The first position that is missing.
        at: Position,
    },
    /// No entry is cued for this position: the bed plays until one is.
    Empty {
        /// The first position without an entry.
        at: Position,
    },
}

/// Events that wait to be taken. When as many wait, later ones are dropped and counted: to drop an older one
/// could free its entry on the render thread.
pub const EVENTS_MAX: usize = 64;

/// Events on their way from the render thread to who takes them.
pub(super) struct Events {
    ring: [Option<Event>; EVENTS_MAX],
    first: usize,
    count: usize,
    lost: u64,
}

impl Events {
    pub(super) fn new() -> Self {
        Self { ring: [const { None }; EVENTS_MAX], first: 0, count: 0, lost: 0 }
    }

    pub(super) fn tell(&mut self, event: impl FnOnce() -> Event) {
        if self.count == EVENTS_MAX {
            self.lost += 1;
        } else {
            self.ring[(self.first + self.count) % EVENTS_MAX] = Some(event());
            self.count += 1;
        }
    }

    pub(super) fn take(&mut self) -> Option<Event> {
        let event = self.ring[self.first].take()?;
        self.first = (self.first + 1) % EVENTS_MAX;
        self.count -= 1;
        Some(event)
    }

    pub(super) fn lost(&self) -> u64 {
        self.lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_keep_their_order_and_the_latest_are_dropped_when_nobody_takes_them() {
        let mut events = Events::new();
        for round in 0..3 {
            for at in 0..70 {
                events.tell(|| Event::Empty { at: Position(at) });
            }
            for at in 0..EVENTS_MAX as i64 {
                assert_eq!(events.take(), Some(Event::Empty { at: Position(at) }));
            }
            assert_eq!((events.take(), events.lost()), (None, 6 * (round + 1)));
        }
    }
}
