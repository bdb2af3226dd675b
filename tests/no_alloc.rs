//! The render thread never allocates and never frees after warm-up.
//!
//! In: twenty minutes of cues, as the control side would send them. Out: what each thread asked of the allocator.
//! The thread that renders takes cues from a ring, gives spent decks and events back through others, and is
//! counted while entries cross, starve, end early, come late and are withdrawn.

use longwave::playout::{Cued, Event, Feed, Mixer, Patience, Read, Rendered};
use longwave::schedule::Entry;
use longwave::station::{Kind, Sound};
use longwave::units::{CELL, Db, Dbtp, Frame, Frames, Lufs, Position};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;

struct Counting;

thread_local! {
    /// Allocations and frees of this thread.
    static COUNTS: Cell<(u64, u64)> = const { Cell::new((0, 0)) };
}

fn count(allocations: u64, frees: u64) {
    COUNTS.set((COUNTS.get().0 + allocations, COUNTS.get().1 + frees));
}

// SAFETY: every call is passed on to the system's allocator as it came; counting touches a plain thread-local.
#[expect(unsafe_code, reason = "an allocator can be watched in no other way")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, 0);
        // SAFETY: the caller's layout, as it came.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(0, 1);
        // SAFETY: the pointer came from the system's allocator by `alloc` above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Loud noise that is sometimes late and may end before its entry.
struct Stuttering {
    state: u32,
    left: usize,
    stutters: bool,
    reads: u32,
}

impl Feed for Stuttering {
    fn read(&mut self, out: &mut [Frame]) -> Read {
        self.reads += 1;
        if self.stutters && self.reads % 400 > 300 {
            return Read::Starved;
        }
        if self.left == 0 {
            return Read::Ended;
        }
        let count = out.len().min(self.left);
        self.left -= count;
        for sample in out[..count].as_flattened_mut() {
            self.state = self.state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *sample = (self.state >> 8) as f32 / (1 << 23) as f32 - 1.0;
        }
        Read::Frames(count)
    }
}

const ENTRIES: i64 = 130;
const START: Position = Position(85_900_000_000_000);
const SOUND: Sound = Sound { loudness: Lufs(-16.0), true_peak: Dbtp(-1.0) };

/// Entry `n` of a log in which each entry takes about 9 s and overlaps the next by 3 s, and one in ten is missing.
fn cues() -> impl Iterator<Item = Cued> {
    (0..ENTRIES).filter(|n| n % 10 != 7).map(|n| {
        let at = START + Frames::from_secs(9) * n;
        let entry = Arc::new(Entry {
            at,
            length: Frames::from_secs(12),
            overlap: Frames::from_secs(3),
            from: Frames::ZERO,
            fade_in: Frames::from_secs(3),
            fade_out: Frames::from_secs(3),
            gain: Db((n % 5) as f64 - 2.0),
            item: None,
            kind: Kind::Song,
            category: "music".into(),
        });
        let left = if n % 6 == 5 { 300_000 } else { 12 * 48_000 };
        let feed = Box::new(Stuttering { state: n as u32, left, stutters: n % 4 == 1, reads: 0 });
        Cued { entry, first: at, feed }
    })
}

#[test]
fn an_allocation_is_noticed() {
    let before = COUNTS.get();
    drop(std::hint::black_box(Box::new(7)));
    let after = COUNTS.get();
    assert!(after.0 > before.0 && after.1 > before.1);
}

#[test]
fn the_render_thread_never_allocates_or_frees() {
    let (mut cue, mut cued) = rtrb::RingBuffer::<Cued>::new(ENTRIES as usize);
    let (mut spend, mut spent) = rtrb::RingBuffer::<Cued>::new(ENTRIES as usize);
    let (mut tell, mut told) = rtrb::RingBuffer::<Event>::new(100_000);
    for cued in cues() {
        assert!(cue.push(cued).is_ok(), "the ring holds all entries");
    }

    let render = std::thread::spawn(move || {
        let mut mixer = Mixer::new(START, &SOUND);
        let mut block = vec![[0.0; 2]; CELL.count()];
        let mut waiting = None;
        let mut before = COUNTS.get();
        for cell in 0..ENTRIES * 9 * 48_000 / CELL.0 {
            while let Some(next) = waiting.take().or_else(|| cued.pop().ok()) {
                let soon = next.entry.at < mixer.position() + Frames::from_secs(25);
                waiting = if soon { mixer.cue(next).err() } else { Some(next) };
                if waiting.is_some() {
                    break;
                }
            }
            if cell % 400 == 150 {
                mixer.withdraw(mixer.position());
            }
            if cell % 450 == 350 {
                mixer.cut(mixer.position(), Frames(4800));
            }
            assert_eq!(mixer.render(&mut block, Patience::Never), Rendered::All);
            while let Some(cued) = mixer.take_spent() {
                assert!(spend.push(cued).is_ok(), "the ring holds all entries");
            }
            while let Some(event) = mixer.take_event() {
                assert!(tell.push(event).is_ok(), "the ring holds all events");
            }
            if cell == 0 {
                before = COUNTS.get();
            }
        }
        let after = COUNTS.get();
        assert_eq!(mixer.events_lost(), 0);
        (after.0 - before.0, after.1 - before.1)
    });
    let counts = render.join().expect("the render thread has no reason to panic");
    assert_eq!(counts, (0, 0), "allocations and frees of the render thread");

    let spent = std::iter::from_fn(|| spent.pop().ok()).count();
    assert!(spent > 110, "only {spent} entries were spent");
    let mut kinds = [0; 6];
    for event in std::iter::from_fn(|| told.pop().ok()) {
        kinds[match event {
            Event::Began { .. } => 0,
            Event::Finished { .. } => 1,
            Event::Starved { .. } => 2,
            Event::Recovered { .. } => 3,
            Event::EndedEarly { .. } => 4,
            Event::Empty { .. } => 5,
        }] += 1;
    }
    assert!(kinds.iter().all(|&count| count >= 5), "the log had too little trouble: {kinds:?}");
}
