//! Decks: audio that is decoded ahead of the time it is needed.
//!
//! [`Decks`] is one reader thread that fills a bounded ring for each open deck, the emptiest first. [`RingFeed`] is the
//! ring's other end for the mixer. [`FileFeed`] decodes as it is read, for rendering to a file.
//!
//! A [`RingFeed`] that is dropped may free its ring, which a render thread never does: hand spent feeds to another
//! thread and drop them there. Dropping it, wherever, closes the deck.
//! Never: holds more than [`DECK_AHEAD`] of audio a deck; lets a slow file starve another deck for longer than one block.

use super::analyse::extension;
use crate::codec::decode::{DecodeError, Source};
use crate::playout::{Feed, Read};
use crate::units::{Frame, Frames};
use rtrb::{Consumer, Producer, RingBuffer};
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::{JoinHandle, Thread};
use std::time::Duration;

/// What a deck holds ready: 3 s.
pub const DECK_AHEAD: Frames = Frames::from_secs(3);
/// More open decks than this are refused.
pub const DECKS_MAX: usize = 1024;
/// A deck is filled by at most so much before the next one's turn.
const TURN: usize = 9_600;
/// The reader looks at the rings so often when all were full.
const NAP: Duration = Duration::from_millis(20);

/// The number of a deck: none has it twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DeckId(pub u64);

/// What became of a deck, told in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deck {
    /// The file is open and its first frames are in the ring.
    Opened(DeckId),
    /// Nothing more comes: the file can't be opened, or the decoder failed after so many frames.
    Failed {
        /// Which.
        deck: DeckId,
        /// How many frames came before.
        at: Frames,
        /// Why.
        why: String,
    },
    /// The file has ended.
    Ended {
        /// Which.
        deck: DeckId,
        /// How many frames it gave.
        frames: Frames,
    },
}

/// The reader thread. Dropping it ends all decks.
pub struct Decks {
    orders: Option<mpsc::Sender<Order>>,
    reader: Thread,
    thread: Option<JoinHandle<()>>,
    opened: u64,
}

/// A deck as the mixer reads it.
pub struct RingFeed {
    ring: Consumer<Frame>,
    /// Set after the last frame was written.
    ended: Arc<AtomicBool>,
}

struct Order {
    id: DeckId,
    path: PathBuf,
    from: Frames,
    ring: Producer<Frame>,
    ended: Arc<AtomicBool>,
}

struct Open {
    id: DeckId,
    source: Option<Source>,
    path: PathBuf,
    from: Frames,
    ring: Producer<Frame>,
    ended: Arc<AtomicBool>,
    written: i64,
}

impl Decks {
    /// Starts the reader. What becomes of each deck is told through the receiver.
    pub fn start() -> (Self, mpsc::Receiver<Deck>) {
        let (orders, ordered) = mpsc::channel();
        let (tell, told) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("decks".to_owned())
            .spawn(move || Reader { ordered, tell, decks: Vec::new() }.run())
            .expect("a process that can't start its few threads can't be on air");
        let reader = thread.thread().clone();
        (Self { orders: Some(orders), reader, thread: Some(thread), opened: 0 }, told)
    }

    /// Opens a deck on a file; the first frame that is read from it is `from`, counted at 48 kHz. Returns at once.
    pub fn open(&mut self, path: &Path, from: Frames) -> (DeckId, RingFeed) {
        let id = DeckId(self.opened);
        self.opened += 1;
        let (producer, ring) = RingBuffer::new(DECK_AHEAD.count());
        let ended = Arc::new(AtomicBool::new(false));
        let order = Order { id, path: path.to_owned(), from, ring: producer, ended: ended.clone() };
        let sent = self.orders.as_ref().is_some_and(|orders| orders.send(order).is_ok());
        if !sent {
            ended.store(true, Ordering::Release);
        }
        self.reader.unpark();
        (id, RingFeed { ring, ended })
    }
}

impl Drop for Decks {
    fn drop(&mut self) {
        self.orders = None;
        self.reader.unpark();
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

impl RingFeed {
    /// Frames that are ready.
    pub fn ready(&self) -> usize {
        self.ring.slots()
    }
    /// Whether everything was read and nothing more will come.
    pub fn is_spent(&self) -> bool {
        self.ended.load(Ordering::Acquire) && self.ring.slots() == 0
    }
}

impl Feed for RingFeed {
    fn read(&mut self, out: &mut [Frame]) -> Read {
        // The flag is read first: what was written before it was set is seen after it.
        let ended = self.ended.load(Ordering::Acquire);
        let (filled, _) = self.ring.pop_partial_slice(out);
        match filled.len() {
            0 if ended => Read::Ended,
            0 => Read::Starved,
            count => Read::Frames(count),
        }
    }
}

struct Reader {
    ordered: mpsc::Receiver<Order>,
    tell: mpsc::Sender<Deck>,
    decks: Vec<Open>,
}

impl Reader {
    fn run(mut self) {
        loop {
            loop {
                match self.ordered.try_recv() {
                    Ok(order) => self.take(order),
                    Err(mpsc::TryRecvError::Empty) => break,
                    Err(mpsc::TryRecvError::Disconnected) => {
                        self.decks.iter().for_each(|deck| deck.ended.store(true, Ordering::Release));
                        return;
                    }
                }
            }
            self.decks.retain(|deck| !deck.ring.is_abandoned());
            // The emptiest ring first; a deck just ordered is empty.
            let next = self.decks.iter_mut().enumerate().max_by_key(|(_, deck)| deck.ring.slots());
            match next {
                Some((place, deck)) if deck.ring.slots() >= TURN.min(DECK_AHEAD.count()) => {
                    if let Some(end) = fill(deck, &self.tell) {
                        let deck = self.decks.swap_remove(place);
                        deck.ended.store(true, Ordering::Release);
                        drop(self.tell.send(end));
                    }
                }
                Some(_) => std::thread::park_timeout(NAP),
                None => std::thread::park(),
            }
        }
    }

    fn take(&mut self, order: Order) {
        let Order { id, path, from, ring, ended } = order;
        if self.decks.len() >= DECKS_MAX {
            ended.store(true, Ordering::Release);
            let why = format!("{DECKS_MAX} decks are open already");
            drop(self.tell.send(Deck::Failed { deck: id, at: Frames::ZERO, why }));
            return;
        }
        self.decks.push(Open { id, source: None, path, from, ring, ended, written: 0 });
    }
}

/// One turn of a deck; what became of it if it has come to its end.
fn fill(deck: &mut Open, tell: &mpsc::Sender<Deck>) -> Option<Deck> {
    let first = deck.source.is_none();
    let turn = catch_unwind(AssertUnwindSafe(|| -> Result<bool, String> {
        if deck.source.is_none() {
            deck.source = Some(source(&deck.path, deck.from).map_err(|error| error.to_string())?);
        }
        let source = deck.source.as_mut().expect("it was opened above");
        let mut left = TURN.min(deck.ring.slots());
        while left > 0 {
            let block = source.block();
            if block.is_empty() {
                return Ok(true);
            }
            let part = &block[..block.len().min(left)];
            let count = part.len() - deck.ring.push_partial_slice(part).1.len();
            source.advance(count);
            deck.written += count as i64;
            left -= count;
        }
        Ok(false)
    }));
    let (id, at) = (deck.id, Frames(deck.written));
    match turn {
        Ok(Ok(ended)) => {
            if first {
                drop(tell.send(Deck::Opened(id)));
            }
            ended.then_some(Deck::Ended { deck: id, frames: at })
        }
        Ok(Err(why)) => Some(Deck::Failed { deck: id, at, why }),
        Err(_) => Some(Deck::Failed { deck: id, at, why: "the decoder failed on it".to_owned() }),
    }
}

fn source(path: &Path, from: Frames) -> Result<Source, DecodeError> {
    Source::open(Box::new(File::open(path)?), extension(path), from)
}

/// A feed that decodes as it is read. For rendering faster than real time, where waiting harms nobody.
pub struct FileFeed {
    source: Source,
}

impl FileFeed {
    /// Opens a file; the first frame that is read is `from`, counted at 48 kHz.
    ///
    /// # Errors
    /// If it can't be opened or decoded.
    pub fn open(path: &Path, from: Frames) -> Result<Self, DecodeError> {
        Ok(Self { source: source(path, from)? })
    }
}

impl Feed for FileFeed {
    fn read(&mut self, out: &mut [Frame]) -> Read {
        match self.source.read(out) {
            0 => Read::Ended,
            count => Read::Frames(count),
        }
    }
}
