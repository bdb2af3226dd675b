// Starts headless Chromium for the player proofs, and holds what both of them need.
//
// In: the environment's CHROMIUM (default /usr/bin/chromium). Out: a browser with a fresh profile, small tools.
// Never: downloads a browser, leaves one behind.

import { chromium } from 'playwright-core';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** With `gesture: false` sound may start without a press, which the proofs of players need and the page's do not. */
export function launch({ gesture = false } = {}) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    headless: true,
    args: gesture ? ARGS : [...ARGS, '--autoplay-policy=no-user-gesture-required'],
  });
}

/** `BASE_URL --name value --flag`, with every option that is not in `defaults` refused. */
export function parse(argv, usage, defaults) {
  const options = { ...defaults };
  let base = null;
  for (let i = 0; i < argv.length; i++) {
    const name = argv[i].startsWith('--') ? argv[i].slice(2) : null;
    if (name === null && base === null) base = argv[i].replace(/\/$/, '');
    else if (name !== null && name in defaults && i + 1 < argv.length) {
      const value = argv[++i];
      options[name] = typeof defaults[name] === 'number' ? Number(value) : value;
    } else base = fail(usage);
  }
  return base ? { base, ...options } : fail(usage);
}

function fail(usage) {
  console.error(`usage: ${usage}`);
  process.exit(2);
}

export async function json(url) {
  const answer = await fetch(url, { cache: 'no-store' });
  if (!answer.ok) throw new Error(`${url}: HTTP ${answer.status}`);
  return answer.json();
}

/** The server's clock minus this machine's, in ms, from the shortest of five round trips. */
export async function clockOffset(base, station) {
  let best = { trip: Infinity, offset: 0 };
  for (let i = 0; i < 5; i++) {
    const sent = Date.now();
    const { at } = await json(`${base}/api/v1/stations/${station}/now`);
    const got = Date.now();
    if (got - sent < best.trip) best = { trip: got - sent, offset: Date.parse(at) - (sent + got) / 2 };
  }
  if (!Number.isFinite(best.offset)) throw new Error('/now has no readable "at"');
  return best.offset;
}

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Polls until `ask` answers something true, and returns that; throws with `what` after `ms`. */
export async function until(what, ms, ask) {
  const end = Date.now() + ms;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`${what}: not within ${ms / 1000} s`);
    await pause(100);
  }
}
