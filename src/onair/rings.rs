//! What lies between a station's threads: bounded, wait-free rings, and two numbers.
//!
//! Each ring has a named limit and a stated policy. The render thread is on one side of every ring, and never
//! waits at any of them.

use crate::playout::{Cued, Event};
use crate::schedule::Entry;
use crate::units::{Frame, Frames, Position, SAMPLE_RATE};
use rtrb::{Consumer, Producer, RingBuffer};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Blocks on their way to the publisher: 4 s, two of its steps while it catches up. When it is full the render
/// thread holds back, and catches up when there is room.
pub const PCM_FRAMES_MAX: usize = 4 * SAMPLE_RATE as usize;
/// Commands to the mixer. When it is full the director keeps what is left and tries again.
pub const COMMANDS_MAX: usize = 32;
/// What the mixer says to the director, who reads it many times a second; what finds no room waits in the mixer.
pub const EVENTS_MAX: usize = 512;
/// Decks that are done with, on their way to be dropped elsewhere; when it is full they wait in the mixer.
pub const SPENT_MAX: usize = 32;
/// Titles on their way to the publisher; what finds no room waits in the mixer.
pub const TITLES_MAX: usize = 128;

/// What a director asks of the mixer.
pub enum Command {
    /// Play this.
    Cue(Cued),
    /// Forget what begins at or after this position.
    Withdraw(Position),
}

/// Something became audible.
pub struct Mark {
    /// Where.
    pub at: Position,
    /// What; none is the bed.
    pub entry: Option<Arc<Entry>>,
}

/// How far a station has come; each number is written by one thread and read by any.
#[derive(Debug)]
pub struct Progress {
    mixed: AtomicI64,
    live: AtomicI64,
    cued: AtomicI64,
    clock_error: AtomicI64,
}

impl Progress {
    /// Both at a position.
    pub fn new(start: Position) -> Arc<Self> {
        Arc::new(Self {
            mixed: AtomicI64::new(start.0),
            live: AtomicI64::new(i64::MIN),
            cued: AtomicI64::new(start.0),
            clock_error: AtomicI64::new(0),
        })
    }
    /// The mixer has come this far.
    pub fn set_mixed(&self, position: Position) {
        self.mixed.store(position.0, Ordering::Release);
    }
    /// How far the mixer has come.
    pub fn mixed(&self) -> Position {
        Position(self.mixed.load(Ordering::Acquire))
    }
    /// How far the wall clock is ahead of the timeline.
    pub fn set_clock_error(&self, error: Frames) {
        self.clock_error.store(error.0, Ordering::Relaxed);
    }
    /// How far the wall clock is ahead of the timeline.
    pub fn clock_error(&self) -> Frames {
        Frames(self.clock_error.load(Ordering::Relaxed))
    }
    /// All that sounds before this position has been handed to the mixer.
    pub fn set_cued(&self, position: Position) {
        self.cued.store(position.0, Ordering::Release);
    }
    /// How far the mixer may go while it catches up with the clock.
    pub fn cued(&self) -> Position {
        Position(self.cued.load(Ordering::Acquire))
    }
    /// The mixer has caught up with the clock at this position: from here on it never waits for a deck.
    pub fn set_live(&self, position: Position) {
        self.live.store(position.0, Ordering::Release);
    }
    /// Where the mixer caught up with the clock, once it has.
    pub fn live(&self) -> Option<Position> {
        let live = self.live.load(Ordering::Acquire);
        (live != i64::MIN).then_some(Position(live))
    }
}

/// The director's ends.
pub struct DirectorEnds {
    /// To the mixer.
    pub commands: Producer<Command>,
    /// What the mixer says.
    pub events: Consumer<Event>,
    /// Decks to drop.
    pub spent: Consumer<Cued>,
}

/// The render thread's ends.
pub struct RenderEnds {
    /// From the director.
    pub commands: Consumer<Command>,
    /// To the director.
    pub events: Producer<Event>,
    /// To the director, to be dropped.
    pub spent: Producer<Cued>,
    /// To the publisher.
    pub pcm: Producer<Frame>,
    /// To the publisher.
    pub marks: Producer<Mark>,
}

/// The publisher's ends.
pub struct PublishEnds {
    /// The programme, in order.
    pub pcm: Consumer<Frame>,
    /// What became audible, in order.
    pub marks: Consumer<Mark>,
}

/// All rings of one station.
pub fn rings() -> (DirectorEnds, RenderEnds, PublishEnds) {
    let (commands_in, commands_out) = RingBuffer::new(COMMANDS_MAX);
    let (events_in, events_out) = RingBuffer::new(EVENTS_MAX);
    let (spent_in, spent_out) = RingBuffer::new(SPENT_MAX);
    let (pcm_in, pcm_out) = RingBuffer::new(PCM_FRAMES_MAX);
    let (marks_in, marks_out) = RingBuffer::new(TITLES_MAX);
    (
        DirectorEnds { commands: commands_in, events: events_out, spent: spent_out },
        RenderEnds {
            commands: commands_out,
            events: events_in,
            spent: spent_in,
            pcm: pcm_in,
            marks: marks_in,
        },
        PublishEnds { pcm: pcm_out, marks: marks_out },
    )
}
