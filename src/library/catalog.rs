//! Every file that any station names, what is known of each, and the index of a station.
//!
//! In: what was found, what was measured. Out: [`Index`]es; which files are new. Never: opens a file.

use super::analyse::Facts;
use super::walk::{Stamp, is_hidden_below};
use super::{list, store};
use crate::schedule::{Index, Item, Pool};
use crate::station::{Rung, Station, Where};
use crate::units::StationId;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is known of a file.
#[derive(Clone, Debug)]
pub enum State {
    /// It has to be measured.
    New,
    /// It can be played.
    Sound(Arc<Item>),
    /// It can't; the log has said why.
    Rejected,
}

/// A file that is there.
#[derive(Clone, Debug)]
pub struct Entry {
    /// As it was when it was looked at last.
    pub stamp: Stamp,
    /// What is known of it.
    pub state: State,
}

/// Where a category's items come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Root {
    /// A folder, with all below it; or a single file.
    Path(PathBuf),
    /// A list of files.
    List {
        /// The list's own path.
        path: PathBuf,
        /// What it names at the moment.
        files: Vec<PathBuf>,
    },
}

struct Shelf {
    id: StationId,
    categories: Vec<(Vec<Root>, Where)>,
    fallback: Vec<PathBuf>,
}

/// The files of all stations of a process.
#[derive(Default)]
pub struct Catalog {
    shelves: Vec<Shelf>,
    files: BTreeMap<Arc<PathBuf>, Entry>,
    words: HashSet<Arc<str>>,
}

impl Root {
    fn new(path: &Path) -> Self {
        let path = list::clean(path);
        if list::is_list(&path) { Self::List { path, files: Vec::new() } } else { Self::Path(path) }
    }
    /// Whether a file belongs.
    fn holds(&self, path: &Path) -> bool {
        match self {
            Self::Path(root) => path.starts_with(root) && !is_hidden_below(path, root),
            Self::List { files, .. } => files.iter().any(|file| file == path),
        }
    }
}

impl Catalog {
    /// An empty catalogue for these stations.
    pub fn new(stations: &[Station]) -> Self {
        let shelves = stations
            .iter()
            .map(|station| Shelf {
                id: station.id.clone(),
                categories: station
                    .categories
                    .iter()
                    .map(|category| {
                        (category.from.iter().map(|path| Root::new(path)).collect(), category.filter.clone())
                    })
                    .collect(),
                fallback: station
                    .fallback
                    .iter()
                    .filter_map(|rung| match rung {
                        Rung::File(path) => Some(list::clean(path)),
                        Rung::Category(_) => None,
                    })
                    .collect(),
            })
            .collect();
        Self { shelves, ..Self::default() }
    }

    /// The stations, in order.
    pub fn stations(&self) -> impl Iterator<Item = &StationId> {
        self.shelves.iter().map(|shelf| &shelf.id)
    }

    /// Every folder and single file that is named, once.
    pub fn paths(&self) -> Vec<PathBuf> {
        let mut paths: Vec<_> = self
            .shelves
            .iter()
            .flat_map(|shelf| {
                let roots = shelf.categories.iter().flat_map(|(roots, _)| roots);
                let roots = roots.filter_map(|root| match root {
                    Root::Path(path) => Some(path),
                    Root::List { .. } => None,
                });
                roots.chain(&shelf.fallback)
            })
            .cloned()
            .collect();
        paths.sort();
        paths.dedup();
        paths
    }

    /// Every list that is named, once.
    pub fn lists(&self) -> Vec<PathBuf> {
        let roots = self.shelves.iter().flat_map(|shelf| &shelf.categories).flat_map(|(roots, _)| roots);
        let mut lists: Vec<_> = roots
            .filter_map(|root| match root {
                Root::List { path, .. } => Some(path.clone()),
                Root::Path(_) => None,
            })
            .collect();
        lists.sort();
        lists.dedup();
        lists
    }

    /// Every file that lists name, once.
    pub fn listed(&self) -> Vec<PathBuf> {
        let roots = self.shelves.iter().flat_map(|shelf| &shelf.categories).flat_map(|(roots, _)| roots);
        let mut files: Vec<_> = roots
            .filter_map(|root| match root {
                Root::List { files, .. } => Some(files.iter().cloned()),
                Root::Path(_) => None,
            })
            .flatten()
            .collect();
        files.sort();
        files.dedup();
        files
    }

    /// A list was read.
    pub fn set_list(&mut self, list: &Path, mut named: Vec<PathBuf>) {
        named.sort();
        named.dedup();
        for root in self.shelves.iter_mut().flat_map(|s| &mut s.categories).flat_map(|(roots, _)| roots) {
            if let Root::List { path, files } = root
                && path == list
            {
                files.clone_from(&named);
            }
        }
    }

    /// Whether any station could want a file of this path.
    pub fn wants(&self, path: &Path) -> bool {
        !self.lanes(path).is_empty()
    }

    /// Which stations and categories want a file: pairs of their places. A fallback counts as the category after the last.
    pub fn lanes(&self, path: &Path) -> Vec<(usize, usize)> {
        let mut lanes = Vec::new();
        for (s, shelf) in self.shelves.iter().enumerate() {
            for (c, (roots, _)) in shelf.categories.iter().enumerate() {
                if roots.iter().any(|root| root.holds(path)) {
                    lanes.push((s, c));
                }
            }
            if shelf.fallback.iter().any(|file| file == path) {
                lanes.push((s, shelf.categories.len()));
            }
        }
        lanes
    }

    /// What is known of a file.
    pub fn get(&self, path: &Path) -> Option<&Entry> {
        self.files.get(&path.to_path_buf())
    }

    /// All files that are there.
    pub fn files(&self) -> impl Iterator<Item = (&Arc<PathBuf>, &Entry)> {
        self.files.iter()
    }

    /// All files at a path or below it.
    pub fn below(&self, path: &Path) -> Vec<Arc<PathBuf>> {
        let start = path.to_path_buf();
        self.files
            .range(start..)
            .map(|(file, _)| file)
            .take_while(|file| file.starts_with(path))
            .cloned()
            .collect()
    }

    /// A file was found as it is now. Whether it is new or changed, and so has to be measured.
    pub fn found(&mut self, path: PathBuf, stamp: Stamp) -> bool {
        match self.files.get_mut(&path) {
            Some(entry) if entry.stamp == stamp => false,
            Some(entry) => {
                entry.stamp = stamp;
                entry.state = State::New;
                true
            }
            None => {
                self.files.insert(Arc::new(path), Entry { stamp, state: State::New });
                true
            }
        }
    }

    /// A file is not there any more.
    pub fn forget(&mut self, path: &Path) -> Option<Entry> {
        self.files.remove(&path.to_path_buf())
    }

    /// A file was measured while it was as `stamp` says. False if it has changed since, or gone.
    pub fn measured(&mut self, path: &Path, stamp: Stamp, facts: Option<Facts>) -> bool {
        let key = path.to_path_buf();
        let Some((path, _)) = self.files.get_key_value(&key).filter(|(_, entry)| entry.stamp == stamp) else {
            return false;
        };
        let path = path.clone();
        let state = match facts {
            Some(facts) => State::Sound(Arc::new(store::item(path, stamp, facts, &mut |word| {
                shared(&mut self.words, word)
            }))),
            None => State::Rejected,
        };
        if let Some(entry) = self.files.get_mut(&key) {
            entry.state = state;
        }
        true
    }

    /// What a station can play at the moment; none if there is no such station.
    pub fn index(&self, station: &StationId) -> Option<Index> {
        let shelf = self.shelves.iter().find(|shelf| shelf.id == *station)?;
        let pools: Vec<Vec<&Arc<Item>>> =
            shelf.categories.iter().map(|(roots, filter)| self.members(roots, filter)).collect();
        let mut items: Vec<Arc<Item>> = match pools.as_slice() {
            [only] => only.iter().map(|item| Arc::clone(item)).collect(),
            pools => {
                let mut items: Vec<_> = pools.iter().flatten().map(|item| Arc::clone(item)).collect();
                items.sort_unstable_by(|a, b| a.path.cmp(&b.path));
                items.dedup_by(|a, b| Arc::ptr_eq(a, b));
                items
            }
        };
        items.shrink_to_fit();
        let places: HashMap<*const Item, u32> =
            items.iter().zip(0..).map(|(item, place)| (Arc::as_ptr(item), place)).collect();
        let pools = pools
            .into_iter()
            .map(|members| Pool {
                members: members.into_iter().map(|item| places[&Arc::as_ptr(item)]).collect(),
            })
            .collect();
        let fallback_files = shelf.fallback.iter().map(|path| self.sound(path).cloned()).collect();
        Some(Index { items, pools, fallback_files })
    }

    fn sound(&self, path: &Path) -> Option<&Arc<Item>> {
        match &self.get(path)?.state {
            State::Sound(item) => Some(item),
            _ => None,
        }
    }

    /// The sound items of a category, in the order of paths.
    fn members(&self, roots: &[Root], filter: &Where) -> Vec<&Arc<Item>> {
        let mut members = Vec::new();
        for root in roots {
            match root {
                Root::Path(root) => {
                    let below =
                        self.files.range(root.clone()..).take_while(|(path, _)| path.starts_with(root));
                    members.extend(below.filter_map(|(path, entry)| match &entry.state {
                        State::Sound(item) if !is_hidden_below(path, root) => Some(item),
                        _ => None,
                    }));
                }
                Root::List { files, .. } => members.extend(files.iter().filter_map(|path| self.sound(path))),
            }
        }
        members.retain(|item| belongs(item, filter));
        if roots.len() > 1 {
            members.sort_unstable_by(|a, b| a.path.cmp(&b.path));
            members.dedup_by(|a, b| Arc::ptr_eq(a, b));
        }
        members
    }
}

/// Artists, albums and genres repeat: each is kept once.
fn shared(words: &mut HashSet<Arc<str>>, word: String) -> Arc<str> {
    if let Some(known) = words.get(word.as_str()) {
        return known.clone();
    }
    let word: Arc<str> = word.into();
    words.insert(word.clone());
    word
}

/// Whether an item carries the tags that a category asks for.
fn belongs(item: &Item, filter: &Where) -> bool {
    let any = |wanted: &[String], has: &[Arc<str>]| {
        wanted.is_empty() || has.iter().any(|word| wanted.iter().any(|wanted| same(wanted, word)))
    };
    any(&filter.genre, &item.genre)
        && any(&filter.artist, item.artist.as_slice())
        && any(&filter.album, item.album.as_slice())
        && filter
            .year
            .is_none_or(|(first, last)| item.year.is_some_and(|year| (first..=last).contains(&year)))
}

/// Whether two words are the same without regard to case.
fn same(a: &str, b: &str) -> bool {
    a.trim().chars().flat_map(char::to_lowercase).eq(b.trim().chars().flat_map(char::to_lowercase))
}
