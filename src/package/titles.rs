//! What is told to listeners, and from where on the timeline.
//!
//! In: changes as they are planned. Out: the title at a position. Never: grows without bound.
//! Spec: none.

use crate::units::Position;
use std::collections::VecDeque;
use std::sync::Arc;

/// Changes that are kept. When more are told, the last of them gives way to the newest.
pub const CHANGES_MAX: usize = 64;

/// From a position on, this is what listeners are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TitleChange {
    /// From here.
    pub at: Position,
    /// `Artist - Title`; empty for nothing.
    pub title: Arc<str>,
    /// The address path of its picture, `/harbour/art/…`, or empty.
    pub art: Arc<str>,
}

/// The titles around the live edge.
#[derive(Clone, Debug, Default)]
pub struct Titles {
    changes: VecDeque<TitleChange>,
}

impl Titles {
    /// Takes a change. What was told before for its position and later does not hold any more: plans change.
    pub fn change(&mut self, change: TitleChange) {
        while self.changes.back().is_some_and(|last| last.at >= change.at) {
            self.changes.pop_back();
        }
        if self.changes.len() == CHANGES_MAX {
            self.changes.pop_back();
        }
        self.changes.push_back(change);
    }

    /// Title and picture at a position, both empty before the first change.
    pub fn at(&self, position: Position) -> (Arc<str>, Arc<str>) {
        let change = self.changes.iter().rev().find(|change| change.at <= position);
        change.map_or_else(|| ("".into(), "".into()), |change| (change.title.clone(), change.art.clone()))
    }

    /// Forgets what does not hold at this position or later.
    pub fn forget_before(&mut self, position: Position) {
        while self.changes.get(1).is_some_and(|next| next.at <= position) {
            self.changes.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(at: i64, title: &str) -> TitleChange {
        TitleChange { at: Position(at), title: title.into(), art: format!("/art/{title}").into() }
    }

    fn titles(changes: &[(i64, &str)]) -> Titles {
        let mut titles = Titles::default();
        changes.iter().for_each(|&(at, title)| titles.change(change(at, title)));
        titles
    }

    fn check(titles: &Titles, at: i64, expected: &str) {
        assert_eq!(&*titles.at(Position(at)).0, expected, "at {at}");
    }

    #[test]
    fn a_title_holds_from_its_position_until_the_next() {
        let mut titles = titles(&[(10, "a"), (20, "b"), (30, "c")]);
        for (at, expected) in [(9, ""), (10, "a"), (19, "a"), (20, "b"), (30, "c"), (1000, "c")] {
            check(&titles, at, expected);
        }
        titles.forget_before(Position(25));
        check(&titles, 25, "b");
        check(&titles, 30, "c");
        assert_eq!(titles.changes.len(), 2);
    }

    #[test]
    fn a_new_plan_replaces_the_old_from_its_position_on() {
        let titles = titles(&[(10, "a"), (20, "b"), (30, "c"), (15, "d")]);
        for (at, expected) in [(14, "a"), (15, "d"), (40, "d")] {
            check(&titles, at, expected);
        }
    }

    #[test]
    fn plans_are_bounded_and_the_newest_is_kept() {
        let mut titles = titles(&[]);
        (0..1000).for_each(|n| titles.change(change(n, &n.to_string())));
        assert_eq!(titles.changes.len(), CHANGES_MAX);
        check(&titles, 0, "0");
        check(&titles, 5000, "999");
    }
}
