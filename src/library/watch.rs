//! The library of a process: one thread that keeps the catalogue true to the disk and publishes what changes.
//!
//! In: stations, file system events, measurements. Out: an index for a station whenever it changes: the first at once,
//! then at most one in [`PUBLISH_EVERY`]. A file that is still being written is left until two looks find it the same.
//! Never: measures on the keeper's own thread; names a file twice in the log before it changes.

use super::catalog::{Catalog, State};
use super::scan::{self, Jobs, Measured};
use super::store::{Analysed, Store};
use super::walk::{Stamp, is_audio};
use crate::schedule::Index;
use crate::station::Station;
use crate::units::{Now, StationId};
use notify::event::{EventKind, ModifyKind, RenameMode};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

/// No station's index is published more often.
pub const PUBLISH_EVERY: Duration = Duration::from_millis(500);
/// Between two looks at a file that is being written.
pub const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Between two tries to watch a folder that is not there, or whose watch failed.
const RETRY_EVERY: Duration = Duration::from_secs(5);

/// What the keeper hears.
enum Heard {
    Measured(Measured),
    Event(notify::Result<notify::Event>),
    Stop,
}

/// The library service. Dropping it ends its threads.
pub struct Library {
    heard: mpsc::Sender<Heard>,
    jobs: Arc<Jobs>,
    threads: Vec<JoinHandle<()>>,
}

impl Library {
    /// Begins to scan and watch what these stations name. `publish` is called on the library's own thread, first for
    /// every station at once with all that is known already, and must not wait for long.
    pub fn start(
        store: Arc<Store>,
        stations: &[Station],
        clock: fn() -> Now,
        publish: impl Fn(&StationId, Arc<Index>) + Send + 'static,
    ) -> Self {
        let (heard, hears) = mpsc::channel();
        let jobs = Arc::new(Jobs::default());
        let mut threads = Vec::new();
        for number in 0..scan::background_workers() {
            let (jobs, heard) = (jobs.clone(), heard.clone());
            let work = move || scan::work(&jobs, |measured| heard.send(Heard::Measured(measured)).is_ok());
            threads.push(spawn(&format!("measure-{number}"), work));
        }
        let keeper = Keeper {
            catalog: Catalog::new(stations),
            store,
            jobs: jobs.clone(),
            publish: Box::new(publish),
            clock,
            watcher: None,
            watched: HashSet::new(),
            retry: None,
            writing: HashMap::new(),
            looked: None,
            unsaved: Vec::new(),
            measuring: HashSet::new(),
            missing: BTreeSet::new(),
            stale: BTreeSet::new(),
            published: None,
        };
        let to_keeper = heard.clone();
        threads.push(spawn("library", move || keeper.run(&hears, to_keeper)));
        Self { heard, jobs, threads }
    }
}

impl Drop for Library {
    fn drop(&mut self) {
        self.jobs.close();
        drop(self.heard.send(Heard::Stop));
        for thread in self.threads.drain(..) {
            drop(thread.join());
        }
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> JoinHandle<()> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .expect("a process that can't start its few threads can't be on air")
}

type Publish = Box<dyn Fn(&StationId, Arc<Index>) + Send>;

struct Keeper {
    catalog: Catalog,
    store: Arc<Store>,
    jobs: Arc<Jobs>,
    publish: Publish,
    clock: fn() -> Now,
    watcher: Option<RecommendedWatcher>,
    watched: HashSet<PathBuf>,
    /// When to try again what could not be watched.
    retry: Option<Duration>,
    /// Files that may still be written: how they were at the last look.
    writing: HashMap<PathBuf, Option<Stamp>>,
    looked: Option<Duration>,
    unsaved: Vec<(Arc<PathBuf>, Analysed)>,
    measuring: HashSet<Arc<PathBuf>>,
    /// Files that were named as gone.
    missing: BTreeSet<PathBuf>,
    /// Stations whose index has changed since it was published, by their places.
    stale: BTreeSet<usize>,
    published: Option<Duration>,
}

impl Keeper {
    fn run(mut self, hears: &mpsc::Receiver<Heard>, heard: mpsc::Sender<Heard>) {
        self.watcher = notify::recommended_watcher(move |event| drop(heard.send(Heard::Event(event))))
            .inspect_err(|error| tracing::warn!(%error, "changes of files are not watched, but looked for"))
            .ok();
        // Watching begins before looking, so that nothing changes unseen in between.
        self.watch();
        let mut known = scan::known(&self.store);
        scan::look(&mut self.catalog, &mut known);
        drop(known);
        self.watch();
        for (path, entry) in self.catalog.files() {
            if matches!(entry.state, State::New) {
                self.measuring.insert(path.clone());
            }
        }
        scan::queue_new(&self.catalog, &self.jobs);
        self.stale = (0..self.catalog.stations().count()).collect();
        self.publish_stale(self.now());
        loop {
            let message = match self.wake() {
                None => hears.recv().map_err(|_| mpsc::RecvTimeoutError::Disconnected),
                Some(at) => hears.recv_timeout(at.saturating_sub(self.now())),
            };
            match message {
                Ok(Heard::Stop) | Err(mpsc::RecvTimeoutError::Disconnected) => break,
                Ok(Heard::Measured(measured)) => self.measured(measured),
                Ok(Heard::Event(event)) => self.event(event),
                Err(mpsc::RecvTimeoutError::Timeout) => {}
            }
            self.tick(self.now());
        }
        scan::save(&self.store, &mut self.unsaved, true);
    }

    fn now(&self) -> Duration {
        (self.clock)().mono
    }

    /// When something is to be done without being told.
    fn wake(&self) -> Option<Duration> {
        let publish = self.published.filter(|_| !self.stale.is_empty()).map(|at| at + PUBLISH_EVERY);
        let look = self.looked.filter(|_| !self.writing.is_empty()).map(|at| at + LOOK_EVERY);
        [publish, look, self.retry].into_iter().flatten().min()
    }

    fn tick(&mut self, now: Duration) {
        if self.looked.is_some_and(|at| now >= at + LOOK_EVERY) {
            self.look_at_writing(now);
        }
        if self.retry.is_some_and(|at| now >= at) {
            self.watch();
        }
        scan::save(&self.store, &mut self.unsaved, self.measuring.is_empty());
        self.publish_stale(now);
    }

    fn publish_stale(&mut self, now: Duration) {
        if self.stale.is_empty() || self.published.is_some_and(|at| now < at + PUBLISH_EVERY) {
            return;
        }
        let ids: Vec<_> = self.catalog.stations().cloned().collect();
        for place in std::mem::take(&mut self.stale) {
            if let Some(index) = self.catalog.index(&ids[place]) {
                (self.publish)(&ids[place], Arc::new(index));
            }
        }
        self.published = Some(now);
    }

    fn changed(&mut self, path: &Path) {
        self.stale.extend(self.catalog.lanes(path).into_iter().map(|(station, _)| station));
    }

    fn measured(&mut self, measured: Measured) {
        let path = measured.path.clone();
        self.measuring.remove(&path);
        if measured.result.is_none() {
            // It changed under the measurement: it is being written, or gone.
            self.look_later(path.to_path_buf());
            return;
        }
        scan::settle(&mut self.catalog, &self.store, measured, &mut self.unsaved);
        match self.catalog.get(&path).map(|entry| &entry.state) {
            Some(State::Sound(_) | State::Rejected) => self.changed(&path),
            Some(State::New) => self.look_later(path.to_path_buf()),
            None => {}
        }
    }

    fn event(&mut self, event: notify::Result<notify::Event>) {
        let event = match event {
            Ok(event) => event,
            Err(error) => {
                tracing::warn!(%error, "file system event lost: everything is looked at again");
                self.look_at_all();
                return;
            }
        };
        if event.need_rescan() {
            self.look_at_all();
            return;
        }
        if matches!(event.kind, EventKind::Access(kind) if !is_written(kind)) {
            return;
        }
        let vanished = matches!(
            event.kind,
            EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(RenameMode::From))
        );
        for path in event.paths {
            if vanished && !path.exists() {
                self.gone(&path);
            } else {
                self.look_at(&path);
            }
        }
    }

    /// Something at this path appeared or changed.
    fn look_at(&mut self, path: &Path) {
        if self.catalog.lists().iter().any(|list| list == path) {
            self.read_list(path);
        } else if path.is_dir() {
            let mut found = Vec::new();
            super::walk::walk(path, &mut |path, _| found.push(path));
            found.retain(|path| self.catalog.wants(path));
            found.into_iter().for_each(|path| self.look_later(path));
            if self.retry.is_some() {
                self.watch();
            }
        } else if is_audio(path) && self.catalog.wants(path) {
            match Stamp::of(path) {
                Some(stamp) if self.catalog.get(path).is_some_and(|entry| entry.stamp == stamp) => {}
                Some(_) => self.look_later(path.to_owned()),
                None => self.gone(path),
            }
        }
    }

    fn look_later(&mut self, path: PathBuf) {
        let stamp = Stamp::of(&path);
        self.writing.insert(path, stamp);
        let now = self.now();
        self.looked.get_or_insert(now);
    }

    /// The second look: what is as it was is taken, what is not is looked at once more.
    fn look_at_writing(&mut self, now: Duration) {
        for (path, before) in std::mem::take(&mut self.writing) {
            match (Stamp::of(&path), before) {
                (None, _) => self.gone(&path),
                (Some(stamp), Some(before)) if stamp == before => self.settled(path, stamp),
                (stamp, _) => {
                    self.writing.insert(path, stamp);
                }
            }
        }
        self.looked = (!self.writing.is_empty()).then_some(now);
    }

    fn settled(&mut self, path: PathBuf, stamp: Stamp) {
        self.missing.remove(&path);
        let was_sound = self.catalog.get(&path).is_some_and(|entry| matches!(entry.state, State::Sound(_)));
        let is_new = self.catalog.found(path.clone(), stamp);
        let unmeasured = self.catalog.get(&path).is_some_and(|entry| matches!(entry.state, State::New));
        let Some(&lane) = self.catalog.lanes(&path).first() else { return };
        if was_sound && is_new {
            // What it was is not there any more; what it is now is not known yet.
            self.changed(&path);
        }
        let path = Arc::new(path);
        if (is_new || unmeasured) && self.measuring.insert(path.clone()) {
            self.jobs.add(lane, path, stamp);
        }
    }

    /// Nothing is at this path any more: neither the file, nor what lay below it.
    fn gone(&mut self, path: &Path) {
        if self.catalog.lists().iter().any(|list| list == path) {
            self.read_list(path);
            return;
        }
        self.writing.retain(|file, _| !file.starts_with(path));
        for file in self.catalog.below(path) {
            self.changed(&file);
            if let Some(entry) = self.catalog.forget(&file)
                && matches!(entry.state, State::Sound(_) | State::New)
                && self.missing.insert(file.to_path_buf())
            {
                scan::skipped(&file, &"it is not there any more");
            }
        }
        if self.watched.remove(path) {
            let retry = self.now() + RETRY_EVERY;
            self.retry.get_or_insert(retry);
        }
    }

    fn read_list(&mut self, path: &Path) {
        self.stale.extend(0..self.catalog.stations().count());
        scan::read_list(&mut self.catalog, path);
        for file in self.catalog.listed() {
            if self.catalog.get(&file).is_none() && file.exists() {
                self.look_later(file);
            }
        }
        self.forget_unwanted();
        self.watch();
    }

    fn forget_unwanted(&mut self) {
        let unwanted: Vec<_> = self.catalog.files().map(|(path, _)| path.clone()).collect();
        for path in unwanted.into_iter().filter(|path| !self.catalog.wants(path)).collect::<Vec<_>>() {
            self.catalog.forget(&path);
        }
    }

    /// Compares everything with the disk: events were lost, or there are none.
    fn look_at_all(&mut self) {
        let known: Vec<_> = self.catalog.files().map(|(path, entry)| (path.clone(), entry.stamp)).collect();
        for (path, stamp) in known {
            match Stamp::of(&path) {
                None => self.gone(&path),
                Some(now) if now != stamp => self.look_later(path.to_path_buf()),
                Some(_) => {}
            }
        }
        let mut found = Vec::new();
        for path in self.catalog.paths().into_iter().chain(self.catalog.listed()) {
            scan::find(&path, &mut |path, _| found.push(path));
        }
        for path in found {
            if self.catalog.get(&path).is_none() && !self.writing.contains_key(&path) {
                self.look_later(path);
            }
        }
    }

    /// Watches folders with all below them, and the folders that hold single files and lists. What is not there or can't
    /// be watched is tried again later; until then it is looked at.
    fn watch(&mut self) {
        self.retry = None;
        let mut wanted = Vec::new();
        for path in self.catalog.paths() {
            if is_audio(&path) && !path.is_dir() {
                wanted.extend(path.parent().map(|folder| (folder.to_owned(), RecursiveMode::NonRecursive)));
            } else {
                wanted.push((path, RecursiveMode::Recursive));
            }
        }
        for path in self.catalog.lists().into_iter().chain(self.catalog.listed()) {
            wanted.extend(path.parent().map(|folder| (folder.to_owned(), RecursiveMode::NonRecursive)));
        }
        let mut look = Vec::new();
        for (path, mode) in wanted {
            if self.watched.contains(&path) {
                continue;
            }
            let watched = match &mut self.watcher {
                Some(watcher) if path.is_dir() => watcher.watch(&path, mode).is_ok(),
                _ => false,
            };
            if watched {
                self.watched.insert(path.clone());
            } else {
                self.retry = Some(self.now() + RETRY_EVERY);
            }
            look.push(path);
        }
        // Before the first scan there is nothing to compare with.
        if self.published.is_some() && !look.is_empty() {
            self.look_at_all();
        }
    }
}

fn is_written(kind: notify::event::AccessKind) -> bool {
    use notify::event::{AccessKind, AccessMode};
    matches!(kind, AccessKind::Close(AccessMode::Write))
}
