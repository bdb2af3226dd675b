//! Director and mixer of one station on one thread, for whoever has time: rendering to files, simulations.
//!
//! In: decks that answer at once or say that they must be waited for. Out: the programme, frame by frame, and
//! what the director asks to be stored.

use super::director::{Director, Input, Output};
use crate::playout::{Cued, Feed, Mixer, Patience, Rendered};
use crate::schedule::Entry;
use crate::units::{Frame, Frames, Position};
use std::collections::VecDeque;
use std::sync::Arc;

/// Where a studio gets its audio from.
pub trait Decks {
    /// Opens a deck for an entry whose first frame is that of `first`.
    ///
    /// # Errors
    /// The reason why the item can't be played, as one sentence.
    fn open(&mut self, entry: &Arc<Entry>, first: Position) -> Result<Box<dyn Feed>, String>;
}

/// One station on one thread.
pub struct Studio {
    director: Director,
    mixer: Mixer,
    /// Cues for which the mixer has no deck yet.
    waiting: VecDeque<Cued>,
    asked: VecDeque<Output>,
}

/// The director hears how far the mixer is at least this often.
const STEP: usize = 4800;

/// Where a deck of an entry begins to read its item, in frames of the item.
pub fn offset(entry: &Entry, first: Position) -> Frames {
    entry.from + (first - entry.at)
}

impl Studio {
    /// A studio whose mixer stands where the director's programme begins.
    pub fn new(director: Director, mixer: Mixer) -> Self {
        Self { director, mixer, waiting: VecDeque::new(), asked: VecDeque::new() }
    }

    /// Renders the next frames. Decks that are starved are waited for, or not, as `patience` says; gives how
    /// many frames were rendered: all of them, unless a deck must be waited for.
    pub fn render(&mut self, out: &mut [Frame], decks: &mut dyn Decks, patience: Patience) -> usize {
        let mut done = 0;
        while done < out.len() {
            self.direct(decks);
            let wanted = (out.len() - done).min(STEP);
            let (rendered, waits) = match self.mixer.render(&mut out[done..done + wanted], patience) {
                Rendered::All => (wanted, false),
                Rendered::Waiting(rendered) => (rendered, true),
            };
            done += rendered;
            self.director.handle(Input::Mixed(self.mixer.position()));
            while let Some(event) = self.mixer.take_event() {
                self.director.handle(Input::Mixer(event));
            }
            while self.mixer.take_spent().is_some() {}
            if waits {
                break;
            }
        }
        self.direct(decks);
        done
    }

    /// The next thing that the director wants stored or told.
    pub fn poll(&mut self) -> Option<Output> {
        self.asked.pop_front()
    }

    /// The position of the next frame.
    pub fn position(&self) -> Position {
        self.mixer.position()
    }

    /// Who directs.
    pub fn director(&mut self) -> &mut Director {
        &mut self.director
    }

    fn direct(&mut self, decks: &mut dyn Decks) {
        while let Some(output) = self.director.poll() {
            match output {
                Output::Open { entry, first } => match decks.open(&entry, first) {
                    Ok(feed) => self.waiting.push_back(Cued { entry, first, feed }),
                    Err(_) => self.failed(entry),
                },
                Output::Withdraw(from) => {
                    self.waiting.retain(|cued| cued.entry.at < from);
                    self.mixer.withdraw(from);
                    while self.mixer.take_spent().is_some() {}
                }
                other => self.asked.push_back(other),
            }
        }
        while let Some(cued) = self.waiting.pop_front() {
            if let Err(refused) = self.mixer.cue(cued) {
                self.waiting.push_front(refused);
                break;
            }
        }
    }

    fn failed(&mut self, entry: Arc<Entry>) {
        self.director.handle(Input::DeckFailed { entry, after: Frames::ZERO });
    }
}
