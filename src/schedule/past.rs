//! What the planner remembers of what was planned or aired before: made by noting entries in order.

use super::log::Entry;
use crate::station::Kind;
use crate::units::{ItemId, Position};
use std::collections::HashMap;
use std::sync::Arc;

/// What has played, as far as the next choice depends on it.
#[derive(Clone, Debug, Default)]
pub struct Past {
    played: HashMap<ItemId, Position>,
    categories: HashMap<Arc<str>, CategoryPast>,
    artist: Option<String>,
    songs: u64,
    songs_since_ident: u32,
}

/// What has played of one category.
#[derive(Clone, Debug, Default)]
struct CategoryPast {
    /// How many songs had played when it last had its turn.
    turn: Option<u64>,
    last: Option<ItemId>,
    /// When the present round of its items began: an item that played since has had its turn in it.
    round: Option<Position>,
}

impl Past {
    /// Remembers that an item played at a position, without more: from a history longer than the log.
    pub fn note_play(&mut self, item: ItemId, at: Position) {
        let last = self.played.entry(item).or_insert(at);
        *last = (*last).max(at);
    }

    /// Remembers the next entry. Entries are noted in the order of the log.
    pub fn note(&mut self, entry: &Entry) {
        let Some(item) = &entry.item else { return };
        let past = self.categories.entry(entry.category.clone()).or_default();
        let replayed = match (self.played.get(&item.id), past.round) {
            (Some(&last), Some(round)) => last >= round,
            (None, Some(_)) => false,
            (_, None) => true,
        };
        if replayed {
            past.round = Some(entry.at);
        }
        past.turn = Some(self.songs);
        past.last = Some(item.id);
        self.played.insert(item.id, entry.at);
        match entry.kind {
            Kind::Song => {
                self.songs += 1;
                self.songs_since_ident += 1;
                self.artist = item.artist_key();
            }
            Kind::Ident => self.songs_since_ident = 0,
            _ => {}
        }
    }

    /// When an item last began to play.
    pub fn last_played(&self, item: ItemId) -> Option<Position> {
        self.played.get(&item).copied()
    }

    /// The artist of the last song, as [`Item::artist_key`](super::Item::artist_key) compares it.
    pub fn artist(&self) -> Option<&str> {
        self.artist.as_deref()
    }

    /// How many songs have played since the last ident.
    pub fn songs_since_ident(&self) -> u32 {
        self.songs_since_ident
    }

    /// How many songs have played since a category had its turn, that one included; none if it never had one.
    pub fn waited(&self, category: &str) -> Option<u64> {
        self.categories.get(category)?.turn.map(|turn| self.songs - turn)
    }

    /// The item of a category that played last.
    pub fn last_of(&self, category: &str) -> Option<ItemId> {
        self.categories.get(category)?.last
    }

    /// Whether an item has had its turn in the present round of its category.
    pub fn had_its_turn(&self, category: &str, item: ItemId) -> bool {
        let round = self.categories.get(category).and_then(|past| past.round);
        matches!((self.last_played(item), round), (Some(last), Some(round)) if last >= round)
    }
}
