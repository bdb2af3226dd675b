//! How the next item of one category is picked.

use super::item::Item;
use super::past::Past;
use crate::station::{Category, Pick};
use crate::units::Seed;
use std::sync::Arc;

/// The items of a pool in the order in which they should be tried, best first.
///
/// `pool` is in the order of paths. The seed is that of this choice: it decides between equals.
pub fn preference(category: &Category, pool: &[Arc<Item>], past: &Past, seed: Seed) -> Vec<Arc<Item>> {
    let mut order = pool.to_vec();
    let chance = |item: &Item| seed.with(item.id.0).0;
    let rest = |item: &Item| past.last_played(item.id);
    match category.pick {
        Pick::MostRested => order.sort_by_key(|item| (rest(item), chance(item))),
        Pick::Shuffle => {
            order.sort_by_key(|item| (past.had_its_turn(&category.name, item.id), chance(item)));
            // A new round begins: those that have just played in the last one wait.
            if order.first().is_some_and(|first| past.had_its_turn(&category.name, first.id)) {
                order.sort_by_key(|item| rest(item));
                let fresh = order.len().div_ceil(2);
                order[..fresh].sort_by_key(|item| chance(item));
            }
        }
        Pick::Rotate => {
            let last = past.last_of(&category.name);
            let next = order.iter().position(|item| Some(item.id) == last).map_or(0, |index| index + 1);
            let next = next % order.len().max(1);
            order.rotate_left(next);
        }
        Pick::Newest => order.sort_by_key(|item| std::cmp::Reverse(item.modified)),
    }
    order
}
