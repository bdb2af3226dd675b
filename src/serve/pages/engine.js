// The two ways to play a station: hls.js over Media Source Extensions, or the browser's own HLS.
//
// In: an <audio> element and a stream's address. Out: sound, the date that is playing, and trouble as a word:
// 'network', 'media', 'codec' or 'broken'. What to do about trouble is player.js's to decide.
// Never: retries by itself after a fatal error, shows anything.

const OPUS = ['audio/mp4; codecs="opus"', 'audio/mp4; codecs="Opus"'];
const AAC = ['audio/mp4; codecs="mp4a.40.2"'];
const WARNINGS_MAX = 20; // the newest
const HLS = 'application/vnd.apple.mpegurl';

/** The ways in which this browser can play these streams, best first. */
export function ways(streams, audio) {
  const source = self.ManagedMediaSource ?? self.MediaSource;
  const takes = (types) => Boolean(source?.isTypeSupported) && types.some((type) => source.isTypeSupported(type));
  const found = [];
  if (streams.opus && takes(OPUS)) found.push({ make: HlsJs, url: streams.opus, codec: 'opus' });
  if (streams.live && takes(AAC)) found.push({ make: HlsJs, url: streams.live, codec: 'aac' });
  const native = streams.live ?? streams.hls;
  if (native && audio.canPlayType(HLS)) found.push({ make: Native, url: native, codec: 'aac' });
  if (streams.mp3) found.push({ make: Native, url: streams.mp3, codec: 'mp3' });
  return found;
}

let library = null;

/** Loads hls.js once; called before the listener presses play, so that pressing play starts at once. */
export function loadHls() {
  library ??= import('./hls.min.js').then((module) => module.default);
  library.catch(() => (library = null));
  return library;
}

export class HlsJs {
  name = 'hls.js';
  /** Errors that hls.js mended by itself. */
  warnings = [];
  #hls = null;
  #audio;
  #url;
  #trouble;
  #closed = false;
  #jump = false;

  /** @param {(kind: string, detail: string) => void} trouble told of each fatal error */
  constructor(audio, url, trouble) {
    this.#audio = audio;
    this.#url = url;
    this.#trouble = trouble;
  }

  async start() {
    let Hls;
    try {
      Hls = await loadHls();
    } catch {
      this.#trouble('broken', 'hls.js could not be loaded');
      return;
    }
    if (this.#closed) return;
    const hls = new Hls({
      lowLatencyMode: true,
      enableWorker: false, // fMP4 passes through untouched: nothing to do for a worker, and the CSP stays strict
      backBufferLength: 30,
      maxLiveSyncPlaybackRate: 1, // music is never sped up
    });
    // Set here, since given above it would take the place of the playlist's PART-HOLD-BACK.
    hls.config.liveMaxLatencyDurationCount = 8;
    this.#hls = hls;
    hls.on(Hls.Events.ERROR, (_, error) => {
      if (!error.fatal) {
        this.warnings.push(error.details);
        this.warnings.splice(0, this.warnings.length - WARNINGS_MAX);
        return;
      }
      if (/codec/i.test(error.details)) this.#trouble('codec', error.details);
      else if (error.type === Hls.ErrorTypes.NETWORK_ERROR) this.#trouble('network', error.details);
      else if (error.type === Hls.ErrorTypes.MEDIA_ERROR) this.#trouble('media', error.details);
      else this.#trouble('broken', error.details);
    });
    hls.on(Hls.Events.LEVEL_UPDATED, () => {
      // Skip only where the sound has already stopped; what is still in the buffer plays on.
      if (this.#jump && this.#audio.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) this.toLive();
      this.#jump = false;
    });
    hls.loadSource(this.#url);
    hls.attachMedia(this.#audio);
  }

  /** After network trouble: goes on loading, and skips to the live edge once a fresh playlist is there. */
  resume() {
    this.#jump = true;
    if (this.#hls?.latestLevelDetails) this.#hls.startLoad(-1);
    else this.#hls?.loadSource(this.#url);
  }

  recoverMedia() {
    this.#hls?.recoverMediaError();
  }

  /** Stops loading while the listener pauses; the element keeps its source, so that media keys still work. */
  rest() {
    this.#hls?.stopLoad();
  }

  toLive() {
    const live = this.#hls?.liveSyncPosition;
    if (!Number.isFinite(live)) return;
    if (Math.abs(live - this.#audio.currentTime) > 0.5) this.#audio.currentTime = live;
  }

  /** The delay that the playlist asks for, in seconds, or null. */
  get target() {
    return this.#hls?.targetLatency ?? null;
  }

  /** What sounds now, in ms since 1970, or null. */
  get playingDate() {
    return this.#hls?.playingDate?.getTime() ?? null;
  }

  close() {
    this.#closed = true;
    this.#hls?.destroy();
    this.#hls = null;
  }
}

export class Native {
  name = 'native';
  warnings = [];
  #audio;
  #url;
  #trouble;
  #onError = () => {
    const error = this.#audio.error;
    const kind = error?.code === MediaError.MEDIA_ERR_SRC_NOT_SUPPORTED ? 'broken' : error?.code === MediaError.MEDIA_ERR_DECODE ? 'media' : 'network';
    this.#trouble(kind, error?.message || `media error ${error?.code}`);
  };

  constructor(audio, url, trouble) {
    this.#audio = audio;
    this.#url = url;
    this.#trouble = trouble;
  }

  async start() {
    this.#audio.addEventListener('error', this.#onError);
    this.#audio.src = this.#url;
    this.#audio.load();
  }

  resume() {
    this.#audio.load();
    this.#audio.play().catch(() => {});
  }

  recoverMedia() {
    this.resume();
  }

  rest() {}

  toLive() {
    const { seekable } = this.#audio;
    if (seekable.length) this.#audio.currentTime = seekable.end(seekable.length - 1);
  }

  get target() {
    return null;
  }

  get playingDate() {
    const start = this.#audio.getStartDate?.().getTime();
    return Number.isFinite(start) ? start + this.#audio.currentTime * 1000 : null;
  }

  close() {
    this.#audio.removeEventListener('error', this.#onError);
    this.#audio.removeAttribute('src');
    this.#audio.load();
  }
}
