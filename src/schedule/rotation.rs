//! What comes next on a station whose hours have no clock: songs by turns, an ident now and then.
//!
//! Every category of songs takes turns in proportion to its size. After [`SONGS_BETWEEN_IDENTS`] songs
//! comes an ident, if the station has any. Other kinds wait for a clock that asks for them.

use super::item::{Index, Item};
use super::past::Past;
use super::pick::preference;
use crate::station::{Kind, Pick, Rung, Station};
use crate::units::{ItemId, Seed};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Songs between two idents.
pub const SONGS_BETWEEN_IDENTS: u32 = 3;

/// The category that a rung of the fallback ladder airs under.
pub const FALLBACK: &str = "fallback";

/// What to play next.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The item; none is the built-in bed.
    pub item: Option<Arc<Item>>,
    /// What it is on the air.
    pub kind: Kind,
    /// Where it was picked from.
    pub category: Arc<str>,
}

/// Picks what comes next. `unplayable` are items that were found broken since the index was made.
pub fn next(
    station: &Station,
    index: &Index,
    past: &Past,
    unplayable: &BTreeSet<ItemId>,
    seed: Seed,
) -> Choice {
    let pools: Vec<(usize, Vec<Arc<Item>>)> = (0..station.categories.len())
        .map(|category| {
            let playable = index.pool(category).filter(|item| !unplayable.contains(&item.id));
            (category, playable.cloned().collect())
        })
        .collect();
    let of_kind = |kind: Kind| {
        pools
            .iter()
            .filter(move |(category, pool)| station.categories[*category].kind == kind && !pool.is_empty())
    };

    if past.songs_since_ident() >= SONGS_BETWEEN_IDENTS
        && let Some(choice) = by_turns(station, past, seed, of_kind(Kind::Ident))
    {
        return choice;
    }
    if let Some(choice) = by_turns(station, past, seed, of_kind(Kind::Song)) {
        return choice;
    }
    ladder(station, index, past, unplayable, &pools, seed)
}

/// The next item of the category whose turn it is; of another, where that avoids an artist twice running.
fn by_turns<'a>(
    station: &Station,
    past: &Past,
    seed: Seed,
    pools: impl Iterator<Item = &'a (usize, Vec<Arc<Item>>)>,
) -> Option<Choice> {
    let mut by_turn: Vec<_> = pools.collect();
    // Who has waited longest for its share comes next; waiting, not counting, forgets how small a library was.
    by_turn.sort_by_key(|(category, pool)| {
        let waited = past.waited(&station.categories[*category].name);
        let share = waited.map_or(u64::MAX, |songs| songs.saturating_mul(pool.len() as u64));
        std::cmp::Reverse((share, pool.len()))
    });
    let choice = |category: usize, item: Arc<Item>| {
        let category = &station.categories[category];
        Choice { item: Some(item), kind: category.kind, category: category.name.clone() }
    };
    let mut second_best = None;
    for (category, pool) in by_turn {
        let order = preference(&station.categories[*category], pool, past, seed.with(*category as u64));
        let parted = |item: &&Arc<Item>| match (item.artist_key(), past.artist()) {
            (Some(artist), Some(last)) => artist != last,
            _ => true,
        };
        let category_is = &station.categories[*category];
        // A curator who asks for the order of paths, or for the newest, means it.
        let parts_artists =
            category_is.kind == Kind::Song && matches!(category_is.pick, Pick::MostRested | Pick::Shuffle);
        if let Some(item) = order.iter().find(|item| !parts_artists || parted(item)) {
            return Some(choice(*category, item.clone()));
        }
        second_best = second_best.or_else(|| order.first().map(|item| choice(*category, item.clone())));
    }
    second_best
}

/// The first rung of the fallback ladder that holds; below them all lies the built-in bed.
fn ladder(
    station: &Station,
    index: &Index,
    past: &Past,
    unplayable: &BTreeSet<ItemId>,
    pools: &[(usize, Vec<Arc<Item>>)],
    seed: Seed,
) -> Choice {
    let mut files = index.fallback_files.iter();
    for rung in &station.fallback {
        let item = match rung {
            Rung::Category(name) => pools
                .iter()
                .find(|(category, _)| station.categories[*category].name == *name)
                .and_then(|(category, pool)| {
                    preference(&station.categories[*category], pool, past, seed).into_iter().next()
                }),
            Rung::File(_) => files.next().cloned().flatten().filter(|item| !unplayable.contains(&item.id)),
        };
        if let Some(item) = item {
            return Choice { item: Some(item), kind: Kind::Song, category: FALLBACK.into() };
        }
    }
    Choice { item: None, kind: Kind::Bed, category: FALLBACK.into() }
}
