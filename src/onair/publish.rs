//! The publish thread of a station: takes the programme from the ring, encodes, packages, publishes.
//!
//! While the station catches up with the clock its encoders run side by side and nothing is published;
//! the first snapshot that is holds a full window.

use super::rings::{Mark, Progress, PublishEnds};
use crate::codec::EncodeError;
use crate::engine::Publisher;
use crate::package::Snapshot;
use crate::units::{CELL, Frame, Latency, Position, SEGMENT};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// The longest rest: so soon the end is noticed. Blocks wake the thread at once.
const REST_MAX: Duration = Duration::from_millis(100);

/// What the thread runs with.
pub struct Publish<'a> {
    /// Encodes and packages.
    pub publisher: Publisher,
    /// From the render thread.
    pub ends: PublishEnds,
    /// How far the render thread has come.
    pub progress: &'a Progress,
    /// Ends it.
    pub stop: &'a AtomicBool,
    /// Where snapshots go.
    pub publish: &'a (dyn Fn(Arc<Snapshot>) + Send + Sync),
    /// How long parts are.
    pub latency: Latency,
}

impl Publish<'_> {
    /// Runs until it is told to stop.
    ///
    /// # Errors
    /// If an encoder fails: the station has to begin anew.
    pub fn run(mut self) -> Result<(), EncodeError> {
        let mut pcm: Vec<Frame> = Vec::with_capacity(SEGMENT.count());
        let mut published = Position(i64::MIN);
        while !self.stop.load(Ordering::Relaxed) {
            let live = self.progress.live();
            let step = if live.is_some() { CELL.count() } else { SEGMENT.count() };
            pcm.clear();
            if let Ok(chunk) = self.ends.pcm.read_chunk(self.ends.pcm.slots().min(step)) {
                pcm.extend(chunk);
            }
            if pcm.is_empty() {
                thread::park_timeout(REST_MAX);
                continue;
            }
            while let Ok(Mark { at, entry }) = self.ends.marks.pop() {
                self.publisher.mark(at, entry.as_deref());
            }
            if live.is_some() {
                self.publisher.encode(&pcm)?;
            } else {
                encode_side_by_side(&mut self.publisher, &pcm)?;
            }
            let Some(snapshot) = self.publisher.package() else { continue };
            let caught_up = live.is_some_and(|live| snapshot.edge + self.latency.part() + CELL > live);
            if caught_up && snapshot.edge > published {
                published = snapshot.edge;
                (self.publish)(snapshot);
            }
        }
        Ok(())
    }
}

/// Encodes a block with every encoder at once.
fn encode_side_by_side(publisher: &mut Publisher, pcm: &[Frame]) -> Result<(), EncodeError> {
    thread::scope(|scope| {
        let running: Vec<_> =
            publisher.encoders().map(|encoder| scope.spawn(move || encoder.encode(pcm))).collect();
        running.into_iter().try_for_each(|thread| match thread.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })
}
