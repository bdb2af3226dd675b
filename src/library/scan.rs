//! Finding and measuring the files of all stations.
//!
//! In: a catalogue and what the store knows. Out: a catalogue where every file is known. Work goes round robin over
//! stations and categories, so that each station soon has something to play.
//! Never: measures a file twice that has not changed.

use super::analyse::{Facts, analyse};
use super::catalog::{Catalog, State};
use super::list;
use super::store::{Analysed, Store};
use super::walk::{Stamp, is_audio, walk};
use crate::codec::decode::tags::Cover;
use crate::schedule::Index;
use crate::station::Station;
use crate::units::StationId;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, mpsc};

/// Results are written to the store when so many are there, or when nothing is left to do.
const SAVED_TOGETHER: usize = 64;

/// How far a scan has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Files that are known.
    pub known: usize,
    /// Files that are there.
    pub all: usize,
}

/// A file that was measured.
pub(super) struct Measured {
    pub path: Arc<PathBuf>,
    pub stamp: Stamp,
    /// None: it changed while it was measured, or vanished.
    pub result: Option<Result<(Facts, Option<Cover>), String>>,
}

/// A file to be measured, as it was when it was found.
type Job = (Arc<PathBuf>, Stamp);

/// Files to be measured, a lane for each category of each station.
#[derive(Default)]
pub(super) struct Jobs {
    lanes: Mutex<Lanes>,
    more: Condvar,
}

#[derive(Default)]
struct Lanes {
    lanes: BTreeMap<(usize, usize), VecDeque<Job>>,
    /// The lane that was served last.
    last: (usize, usize),
    closed: bool,
}

impl Jobs {
    fn lock(&self) -> MutexGuard<'_, Lanes> {
        self.lanes.lock().unwrap_or_else(|broken| broken.into_inner())
    }

    /// Adds a file to a lane: station and category.
    pub fn add(&self, lane: (usize, usize), path: Arc<PathBuf>, stamp: Stamp) {
        self.lock().lanes.entry((lane.1, lane.0)).or_default().push_back((path, stamp));
        self.more.notify_one();
    }

    /// The next file, the lanes in turn: first categories of all stations, then second ones. Waits for one; none when closed.
    fn next(&self) -> Option<Job> {
        let mut lanes = self.lock();
        loop {
            if lanes.closed {
                return None;
            }
            if let Some(job) = lanes.next() {
                return Some(job);
            }
            lanes = self.more.wait(lanes).unwrap_or_else(|broken| broken.into_inner());
        }
    }

    /// Ends all workers after the file they are at.
    pub fn close(&self) {
        self.lock().closed = true;
        self.more.notify_all();
    }
}

impl Lanes {
    fn next(&mut self) -> Option<Job> {
        use std::ops::Bound::{Excluded, Unbounded};
        let last = self.last;
        let key = {
            let mut keys = self.lanes.range((Excluded(last), Unbounded)).chain(self.lanes.range(..=last));
            *keys.next()?.0
        };
        self.last = key;
        let lane = self.lanes.get_mut(&key)?;
        let job = lane.pop_front();
        if lane.is_empty() {
            self.lanes.remove(&key);
        }
        job
    }
}

/// Measures files until the jobs are closed.
pub(super) fn work(jobs: &Jobs, done: impl Fn(Measured) -> bool) {
    while let Some((path, stamp)) = jobs.next() {
        let measured = measure(path, stamp);
        if !done(measured) {
            break;
        }
    }
}

/// A file whose stamp is another before or after is still being written: it is left.
fn measure(path: Arc<PathBuf>, stamp: Stamp) -> Measured {
    let same = |path: &Path| Stamp::of(path) == Some(stamp);
    let result = if same(&path) { Some(analyse(&path).map_err(|why| why.to_string())) } else { None };
    let result = result.filter(|_| same(&path));
    Measured { path, stamp, result }
}

/// Threads that measure in the background: as many as there are cores. What is on the air needs little of them, and a
/// station that has nothing measured yet has nothing to play.
pub(super) fn background_workers() -> usize {
    cores()
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Reads the lists and walks the folders, and takes from `known` what has not changed.
pub(super) fn look(catalog: &mut Catalog, known: &mut HashMap<String, Analysed>) {
    for list in catalog.lists() {
        read_list(catalog, &list);
    }
    let mut found = Vec::new();
    for path in catalog.paths().into_iter().chain(catalog.listed()) {
        find(&path, &mut |path, stamp| found.push((path, stamp)));
    }
    for (path, stamp) in found {
        take(catalog, path, stamp, known);
    }
}

/// Tells the files at a path: those of a folder and below, or the one that it is.
pub(super) fn find(path: &Path, found: &mut dyn FnMut(PathBuf, Stamp)) {
    match Stamp::of(path) {
        Some(stamp) if is_audio(path) => found(path.to_owned(), stamp),
        Some(_) => {}
        None => walk(path, found),
    }
}

/// A file was found: whether it has to be measured, because nothing is known of it as it is now.
pub(super) fn take(
    catalog: &mut Catalog,
    path: PathBuf,
    stamp: Stamp,
    known: &mut HashMap<String, Analysed>,
) -> bool {
    let analysed = path.to_str().and_then(|text| known.remove(text)).filter(|(seen, _)| *seen == stamp);
    let key = analysed.is_some().then(|| path.clone());
    if !catalog.found(path, stamp) {
        return false;
    }
    let Some((path, (_, result))) = key.zip(analysed) else { return true };
    let facts = result.inspect_err(|why| skipped(&path, why)).ok();
    catalog.measured(&path, stamp, facts);
    false
}

pub(super) fn read_list(catalog: &mut Catalog, path: &Path) {
    let folder = path.parent().unwrap_or(Path::new("."));
    let files = match std::fs::read(path) {
        Ok(bytes) => list::entries(&bytes, folder),
        Err(error) => {
            skipped(path, &error);
            Vec::new()
        }
    };
    for file in files.iter().filter(|file| !file.exists()) {
        skipped(file, &format_args!("{} names it, but it is not there", path.display()));
    }
    catalog.set_list(path, files);
}

/// The one line in the log on a file that is never heard.
pub(super) fn skipped(path: &Path, why: &dyn std::fmt::Display) {
    tracing::warn!(path = %path.display(), reason = %why, "file skipped");
}

/// Takes a result into the catalogue, and what is to be stored into `unsaved`.
pub(super) fn settle(
    catalog: &mut Catalog,
    store: &Store,
    measured: Measured,
    unsaved: &mut Vec<(Arc<PathBuf>, Analysed)>,
) {
    let Measured { path, stamp, result: Some(result) } = measured else { return };
    let kept = match result {
        Ok((facts, cover)) => {
            if let (Some(hash), Some(cover)) = (facts.art, cover)
                && let Err(error) = store.save_cover(hash, &cover)
            {
                tracing::warn!(%error, "cover not stored");
            }
            Ok(facts)
        }
        Err(why) => Err(why),
    };
    if catalog.measured(&path, stamp, kept.as_ref().ok().cloned()) {
        if let Err(why) = &kept {
            skipped(&path, why);
        }
        unsaved.push((path, (stamp, kept)));
    }
}

/// Stores results when enough are there, or `all` at once.
pub(super) fn save(store: &Store, unsaved: &mut Vec<(Arc<PathBuf>, Analysed)>, all: bool) {
    if unsaved.is_empty() || !all && unsaved.len() < SAVED_TOGETHER {
        return;
    }
    let analyses = unsaved.iter().map(|(path, analysed)| (path.as_path(), analysed));
    if let Err(error) = store.save_analyses(analyses) {
        tracing::warn!(%error, "analyses not stored: they will be done again");
    }
    unsaved.clear();
}

/// The analyses of the store; a store that fails knows nothing.
pub(super) fn known(store: &Store) -> HashMap<String, Analysed> {
    store.analyses().unwrap_or_else(|error| {
        tracing::warn!(%error, "stored analyses not read: they will be done again");
        HashMap::new()
    })
}

/// Scans everything at once with all cores, and tells how far it has come. For commands that end.
pub fn scan_now(
    store: &Store,
    stations: &[Station],
    progress: &mut dyn FnMut(Progress),
) -> Vec<(StationId, Arc<Index>)> {
    let mut catalog = Catalog::new(stations);
    look(&mut catalog, &mut known(store));
    let jobs = Jobs::default();
    let mut left = queue_new(&catalog, &jobs);
    let all = catalog.files().count();
    progress(Progress { known: all - left, all });
    let mut unsaved = Vec::new();
    std::thread::scope(|scope| {
        let (done, results) = mpsc::channel();
        for _ in 0..cores().min(left) {
            let (jobs, done) = (&jobs, done.clone());
            scope.spawn(move || work(jobs, |measured| done.send(measured).is_ok()));
        }
        drop(done);
        while left > 0 {
            let Ok(measured) = results.recv() else { break };
            settle(&mut catalog, store, measured, &mut unsaved);
            save(store, &mut unsaved, false);
            left -= 1;
            progress(Progress { known: all - left, all });
        }
        jobs.close();
    });
    save(store, &mut unsaved, true);
    stations
        .iter()
        .map(|station| (station.id.clone(), Arc::new(catalog.index(&station.id).unwrap_or_default())))
        .collect()
}

/// Queues all that is new, and tells how many.
pub(super) fn queue_new(catalog: &Catalog, jobs: &Jobs) -> usize {
    let mut count = 0;
    for (path, entry) in catalog.files() {
        if matches!(entry.state, State::New)
            && let Some(&lane) = catalog.lanes(path).first()
        {
            jobs.add(lane, path.clone(), entry.stamp);
            count += 1;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_goes_round_robin_over_stations_then_categories() {
        let jobs = Jobs::default();
        let stamp = Stamp { size: 1, modified: 0 };
        for (lane, names) in [((0, 0), "abc"), ((1, 0), "de"), ((0, 1), "f")] {
            for name in names.chars() {
                jobs.add(lane, Arc::new(PathBuf::from(name.to_string())), stamp);
            }
        }
        let order: String = std::iter::from_fn(|| jobs.lock().next())
            .map(|(path, _)| path.to_string_lossy().into_owned())
            .collect();
        assert_eq!(order, "dfaebc");
    }
}
