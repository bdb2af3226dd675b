// What a listener hears now, by the listener's own playing position.
//
// In: track events of /{station}/events (sent when an item starts at the origin), the API's history. Out: the entry that
// is on at a date, the one after it and those before.
// Never: takes the origin's present for the listener's; that is a delay ahead of what is heard.

const ENTRIES_MAX = 48; // the oldest go first
const RETRY_MAX_MS = 15_000;

/** The stretch of the log that the page knows. */
export class Programme {
  #entries = [];

  /** An entry of the API, or null. Entries of the same start replace each other. */
  add(entry) {
    if (!entry || !Number.isFinite(Date.parse(entry.at))) return;
    const at = Date.parse(entry.at);
    const known = this.#entries.filter((other) => other.time !== at);
    known.push({ ...entry, time: at, end: at + entry.duration * 1000 });
    this.#entries = known.sort((a, b) => a.time - b.time).slice(-ENTRIES_MAX);
  }

  /** One event: what was planned after `now` is forgotten, because a plan may change. */
  update({ now, next, previous }) {
    if (now) {
      const start = Date.parse(now.at);
      this.#entries = this.#entries.filter((entry) => entry.time <= start);
    }
    this.add(previous);
    this.add(now);
    this.add(next);
  }

  /** The entry that sounds at a time (ms since 1970), or null if it is older than all that is known. */
  at(time) {
    return this.#entries.findLast((entry) => entry.time <= time) ?? null;
  }

  /** The first entry after a time. */
  after(time) {
    return this.#entries.find((entry) => entry.time > time) ?? null;
  }

  /** Songs that ended before the entry which sounds at a time, newest first. */
  before(time, count) {
    const current = this.at(time);
    return this.#entries.filter((entry) => isSong(entry) && entry !== current && entry.time < time).reverse().slice(0, count);
  }
}

/** An item with a title of its own; an ident, a sweeper or a spot goes by the station's name. */
export function isSong(entry) {
  return Boolean(entry?.title) && (entry.kind === 'song' || entry.kind === 'speech' || entry.kind === 'live');
}

/** The two lines to show for an entry. */
export function lines(entry, station) {
  if (isSong(entry)) return { title: entry.title, artist: entry.artist ?? station.name };
  return { title: station.name, artist: station.tagline ?? 'Live radio' };
}

/** Keeps a Programme up to date from a station's events, for as long as it is open. */
export class Events {
  #station;
  #programme;
  #source = null;
  #timer = 0;
  #wait = 1000;

  constructor(stationId, programme) {
    this.#station = stationId;
    this.#programme = programme;
  }

  get connected() {
    return this.#source?.readyState === EventSource.OPEN;
  }

  open() {
    if (this.#source) return;
    clearTimeout(this.#timer);
    const source = new EventSource(`/${this.#station}/events`);
    this.#source = source;
    source.addEventListener('open', () => (this.#wait = 1000));
    source.addEventListener('track', (event) => this.#programme.update(JSON.parse(event.data)));
    source.addEventListener('error', () => {
      // A lost connection comes back by itself; an answer that is no event stream closes it for good.
      if (source.readyState !== EventSource.CLOSED) return;
      this.close();
      this.#timer = setTimeout(() => this.open(), this.#wait);
      this.#wait = Math.min(2 * this.#wait, RETRY_MAX_MS);
    });
  }

  close() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  /** Fills in what was played before the page was opened. */
  async history() {
    try {
      const answer = await fetch(`/api/v1/stations/${this.#station}/history`);
      if (!answer.ok) return;
      for (const entry of (await answer.json()).entries) this.#programme.add(entry);
    } catch {
      // The list stays short.
    }
  }
}
