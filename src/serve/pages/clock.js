// The server's clock, as well as a browser can know it.
//
// In: the `at` of the API's /now answers and how long each took. Out: the server's time now, in ms since 1970.
// Never: trusts the listener's wall clock, which may be minutes off or step; time passes by performance.now().

const SAMPLES = 4;
const REFRESH_MS = 10 * 60_000;

export class ServerClock {
  #offset = Date.now() - performance.now(); // until the first answer
  #uncertainty = Infinity;
  #url;

  /** @param {string} url the API's /now of a station */
  constructor(url) {
    this.#url = url;
  }

  /** ms since 1970 on the server */
  now() {
    return performance.now() + this.#offset;
  }

  /** Half of the shortest round trip: how far off now() can be, in ms; Infinity while no answer came. */
  get uncertainty() {
    return this.#uncertainty;
  }

  /** Asks a few times, keeps the answer with the shortest round trip, and asks again every ten minutes. */
  async start() {
    for (;;) {
      await this.#measure();
      await new Promise((done) => setTimeout(done, REFRESH_MS));
    }
  }

  async #measure() {
    let best = null;
    for (let i = 0; i < SAMPLES; i++) {
      try {
        const sent = performance.now();
        const answer = await fetch(this.#url, { cache: 'no-store' });
        const got = performance.now();
        const at = Date.parse((await answer.json()).at);
        if (Number.isFinite(at) && (!best || got - sent < best.trip)) {
          best = { trip: got - sent, offset: at - (sent + got) / 2 };
        }
      } catch {
        await new Promise((done) => setTimeout(done, 2000));
      }
    }
    if (best) {
      this.#offset = best.offset;
      this.#uncertainty = best.trip / 2;
    }
  }
}
