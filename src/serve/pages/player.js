// Keeps one station playing for as long as the listener wants it to.
//
// In: play() and pause(), the element's events, an engine's trouble. Out: sound, and a 'change' event whenever `state` is
// another word: idle, connecting, playing, recovering, paused, blocked (the browser wants a press first) or unable.
// Never: gives up, asks for a reload of the page, or resumes in the past: play() always joins at the live edge.

import { loadHls, ways, HlsJs } from './engine.js';

const RETRY_MIN_MS = 400;
const RETRY_MAX_MS = 5000;
const REBUILD_AFTER_TRIES = 5;
const STUCK_AFTER_MS = 10_000;
const MEDIA_RECOVERY_EVERY_MS = 10_000;

export class Player extends EventTarget {
  state = 'idle';
  /** Times that the sound stopped by itself after it had begun. */
  stalls = 0;
  /** Fatal errors of the engine, all of which were acted on. */
  errors = 0;
  lastError = '';
  #audio;
  #ways;
  #way = 0;
  #engine = null;
  #wanted = false;
  #sounded = false;
  #tries = 0;
  #retry = 0;
  #mediaRecovery = -Infinity;
  #moved = { time: -1, at: 0 };

  constructor(audio, streams) {
    super();
    this.#audio = audio;
    this.#ways = ways(streams, audio);
    if (this.#ways.length === 0) this.state = 'unable';
    if (this.#ways[0]?.make === HlsJs) loadHls().catch(() => {});
    audio.addEventListener('playing', () => this.#onPlaying());
    audio.addEventListener('waiting', () => this.#onWaiting());
    audio.addEventListener('pause', () => this.#onPause());
    audio.addEventListener('play', () => {
      if (!this.#wanted) this.play(); // a media key or the browser's own control
    });
    setInterval(() => this.#watch(), 1000);
    self.addEventListener('online', () => this.#retry && this.#again());
  }

  get wanted() {
    return this.#wanted;
  }

  get codec() {
    return this.#ways[this.#way]?.codec ?? null;
  }

  get engine() {
    return this.#engine?.name ?? null;
  }

  /** What the engine in use mended by itself. */
  get warnings() {
    return this.#engine?.warnings ?? [];
  }

  /** What sounds now, in ms since 1970, or null when nothing does or the stream does not say. */
  get playingDate() {
    return this.#wanted && this.#sounded ? (this.#engine?.playingDate ?? null) : null;
  }

  /** The delay that the stream asks for, in seconds, or null. */
  get target() {
    return this.#engine?.target ?? null;
  }

  play() {
    if (this.#ways.length === 0) return;
    this.#wanted = true;
    this.#tries = 0;
    this.#build();
    this.#set('connecting');
  }

  pause() {
    this.#wanted = false;
    clearTimeout(this.#retry);
    this.#retry = 0;
    this.#audio.pause();
    this.#engine?.rest();
    this.#set('paused');
  }

  toLive() {
    this.#engine?.toLive();
  }

  #set(state) {
    if (this.state === state) return;
    this.state = state;
    this.dispatchEvent(new Event('change'));
  }

  /** A fresh join: a new engine on the same element. */
  async #build() {
    clearTimeout(this.#retry);
    this.#retry = 0;
    this.#engine?.close();
    this.#sounded = false;
    this.#moved = { time: -1, at: performance.now() };
    const { make, url } = this.#ways[this.#way];
    const engine = new make(this.#audio, url, (kind, detail) => {
      if (engine === this.#engine) this.#trouble(kind, detail);
    });
    this.#engine = engine;
    await engine.start();
    if (engine !== this.#engine || !this.#wanted) return;
    try {
      await this.#audio.play();
    } catch (error) {
      if (engine !== this.#engine || !this.#wanted) return;
      if (error.name === 'NotAllowedError') {
        this.pause();
        this.#set('blocked');
      }
      // Else the load was interrupted or failed, which the engine reports as trouble or the watch finds.
    }
  }

  #trouble(kind, detail) {
    this.errors += 1;
    this.lastError = `${kind}: ${detail}`;
    if (!this.#wanted) return;
    if (!this.#retry) this.#set(this.#sounded || this.#tries ? 'recovering' : 'connecting');
    if (kind === 'codec' && this.#way + 1 < this.#ways.length) {
      this.#way += 1;
      this.#build();
      return;
    }
    if (kind === 'media' && performance.now() - this.#mediaRecovery > MEDIA_RECOVERY_EVERY_MS) {
      this.#mediaRecovery = performance.now();
      this.#engine.recoverMedia();
      return;
    }
    this.#later(kind === 'network');
  }

  /** Tries again after a wait that doubles up to RETRY_MAX_MS, with a fifth of jitter so that listeners spread out. */
  #later(resume) {
    if (this.#retry) return;
    const wait = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** this.#tries) * (0.8 + 0.4 * Math.random());
    this.#tries += 1;
    this.#again = () => {
      clearTimeout(this.#retry);
      this.#retry = 0;
      if (!this.#wanted) return;
      if (resume && this.#tries % REBUILD_AFTER_TRIES !== 0) this.#engine.resume();
      else this.#build();
    };
    this.#retry = setTimeout(this.#again, wait);
  }

  #again = () => {};

  #onPlaying() {
    if (!this.#wanted) return;
    this.#sounded = true;
    this.#tries = 0;
    this.#set('playing');
  }

  #onWaiting() {
    if (!this.#wanted || !this.#sounded || this.state !== 'playing') return;
    this.stalls += 1;
    this.#set('recovering');
  }

  #onPause() {
    // Not by pause(): the system took the sound away (a call, headphones pulled out).
    if (this.#wanted && this.state === 'playing' && !this.#audio.ended) this.pause();
  }

  /** Sound that neither moves nor reports trouble is joined afresh. */
  #watch() {
    if (!this.#wanted || this.#retry) return;
    const now = performance.now();
    if (this.#audio.currentTime !== this.#moved.time) this.#moved = { time: this.#audio.currentTime, at: now };
    else if (now - this.#moved.at > STUCK_AFTER_MS) {
      this.#set(this.#sounded ? 'recovering' : 'connecting');
      this.#moved.at = now;
      this.#later(false);
    }
  }
}
