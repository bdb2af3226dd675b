// Proves the pages: what they show and say, the keyboard, small screens, and that a restart of the server mends itself.
//
// In: the address of a running server, and with --restart-cmd a command that kills it with SIGKILL and starts it again.
// Out: a line a test, exit 1 if any failed.
// Never: sleeps where the page can be asked.

import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { clockOffset, json, launch, parse, pause, until } from './chromium.mjs';

const START_MS = 20_000;
const RECOVERY_MS = 30_000;
const CHANGE_WAIT_MAX_S = 240;
const DELAY_MAX_S = 6;

const options = parse(process.argv.slice(2), "node page.mjs BASE_URL [--restart-cmd 'shell command'] [--only words]", { 'restart-cmd': '', only: '' });
const { base } = options;
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const { stations } = await json(`${base}/api/v1/stations`);
const [station] = stations;
const strangers = new Set();
const complaints = [];
let browser;

function check(truth, sentence) {
  if (!truth) throw new Error(sentence);
}

const state = (page) => page.evaluate(() => window.longwave.state());
const playing = (page) => until('playing', START_MS, async () => (await state(page)).state === 'playing');

/** A page in a fresh profile, that is closed afterwards; every request and complaint of it is kept. */
async function visit(path, test, settings = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...settings });
  const page = await context.newPage();
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (!['data:', 'blob:'].includes(url.protocol) && url.origin !== new URL(base).origin) strangers.add(request.url());
  });
  page.on('console', (message) => message.type() === 'error' && complaints.push(`${path}: ${message.text()} ${message.location().url}`));
  page.on('pageerror', (error) => complaints.push(`${path}: ${error.message}`));
  try {
    await page.goto(base + path);
    return await test(page, context);
  } finally {
    await context.close();
  }
}

async function violations(page) {
  // Through the debugger, as the page's own policy rightly refuses foreign scripts.
  await page.evaluate(axe);
  const { violations: found } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return found.map((one) => `${one.id} (${one.impact}): ${one.nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`);
}

/** The entry that the API has on air at a date, by its history, now and next. */
async function onAirAt(id, date) {
  const api = `${base}/api/v1/stations/${id}`;
  const [history, now, next] = await Promise.all([json(`${api}/history`), json(`${api}/now`), json(`${api}/next`)]);
  const all = [...history.entries, now.entry, ...next.entries].filter(Boolean);
  return all.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)).findLast((entry) => Date.parse(entry.at) <= date);
}

async function showsWhatSounds(page, id) {
  const seen = await until('a playing date', START_MS, async () => {
    const told = await state(page);
    return told.playingDate !== null && told;
  });
  const entry = await onAirAt(id, seen.playingDate);
  // At a boundary the page may be a tick away from the API.
  if (entry && Math.abs(Date.parse(entry.at) - seen.playingDate) < 1000) return;
  check(entry && seen.entry?.at === entry.at, `the page shows ${seen.entry?.title} (${seen.entry?.at}), on air at its position is ${entry?.title} (${entry?.at})`);
  if (entry.kind === 'song') check(seen.title === entry.title, `the title reads "${seen.title}", not "${entry.title}"`);
}

const tests = {
  'the directory lists every station with its art, its link and what it plays': () =>
    visit('/', async (page) => {
      for (const one of stations) {
        const card = page.locator('.card', { has: page.locator(`a[href="/${one.id}"]`) });
        check((await card.getByRole('link', { name: one.name, exact: true }).count()) === 1, `${one.name} has no link of its name`);
        const drawn = await until(`art of ${one.id}`, 5000, () => card.locator('.cover').evaluate((cover) => [...cover.children].some((art) => art.tagName === 'svg' || art.naturalWidth > 0)));
        check(drawn, `${one.name} has no art`);
        check((await card.locator('.card-title').textContent()).length > 0, `${one.name} does not tell what it plays`);
      }
    }),

  'a play button in the directory opens the station playing': () =>
    visit('/', async (page) => {
      await page.getByRole('link', { name: `Play ${station.name}` }).click();
      await page.waitForURL(`${base}/${station.id}**`);
      await playing(page);
    }),

  'axe finds nothing wrong with the directory, dark and light': async () => {
    for (const colorScheme of ['dark', 'light']) {
      await visit('/', async (page) => {
        const found = await violations(page);
        check(found.length === 0, `${colorScheme}: ${found.join('\n')}`);
      }, { colorScheme, reducedMotion: 'reduce' });
    }
  },

  'axe finds nothing wrong with any station, dark and light, before and while it plays': async () => {
    for (const { id } of stations) {
      for (const colorScheme of ['dark', 'light']) {
        await visit(`/${id}`, async (page) => {
          await page.locator('summary').click();
          const found = await violations(page);
          await page.locator('#toggle').click();
          await playing(page);
          found.push(...(await violations(page)));
          check(found.length === 0, `${id}, ${colorScheme}: ${found.join('\n')}`);
        }, { colorScheme, reducedMotion: 'reduce' });
      }
    }
  },

  'the keyboard plays, pauses, mutes and sets the volume': () =>
    visit(`/${station.id}`, async (page) => {
      const wanted = async (what) => until(what, START_MS, async () => (await state(page)).state === what);
      const audio = () => page.evaluate(() => ({ volume: Math.round(100 * document.querySelector('audio').volume), muted: document.querySelector('audio').muted }));
      for (const key of ['Space', 'Enter', 'k']) {
        await page.keyboard.press(key);
        await wanted('playing');
        await page.keyboard.press(key);
        await wanted('paused');
      }
      await page.keyboard.press('m');
      check((await audio()).muted, 'M does not mute');
      check((await page.locator('#mute').getAttribute('aria-pressed')) === 'true', 'the mute button does not tell that it is pressed');
      await page.keyboard.press('m');
      check(!(await audio()).muted, 'M does not unmute');
      const before = (await audio()).volume;
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      check((await audio()).volume === before - 10, 'arrow down does not lower the volume');
      await page.keyboard.press('ArrowUp');
      check((await audio()).volume === before - 5, 'arrow up does not raise the volume');
      check((await page.locator('#volume').inputValue()) === String(before - 5), 'the slider does not follow');
    }),

  'a focused play button takes Space and Enter once, and shows its focus': () =>
    visit(`/${station.id}`, async (page) => {
      for (let i = 0; i < 12 && !(await page.evaluate(() => document.activeElement?.id === 'toggle')); i++) await page.keyboard.press('Tab');
      check(await page.evaluate(() => document.activeElement?.id === 'toggle'), 'Tab does not reach the play button');
      const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineWidth);
      check(parseFloat(outline) >= 2, `the focus outline is ${outline}`);
      for (const key of ['Space', 'Enter']) {
        await page.keyboard.press(key);
        await playing(page);
        await page.keyboard.press(key);
        await until('paused', START_MS, async () => (await state(page)).state === 'paused');
      }
    }),

  'the keys can be switched off': () =>
    visit(`/${station.id}`, async (page) => {
      await page.locator('summary').click();
      await page.locator('#shortcuts').uncheck();
      await page.evaluate(() => document.activeElement.blur());
      await page.keyboard.press('k');
      await page.keyboard.press('m');
      check((await state(page)).state === 'idle', 'K still plays');
      check(!(await page.evaluate(() => document.querySelector('audio').muted)), 'M still mutes');
    }),

  'a screen reader is told what plays and in which state, and not the delay ten times a minute': () =>
    visit(`/${station.id}`, async (page) => {
      check((await page.getByRole('button', { name: `Play ${station.name}` }).count()) === 1, 'the play button has no name');
      await page.keyboard.press('k');
      await playing(page);
      check((await page.getByRole('button', { name: `Pause ${station.name}` }).count()) === 1, 'the play button does not become a pause button');
      const live = await page.evaluate(() => ({
        title: document.getElementById('title').closest('[aria-live="polite"]') !== null,
        state: document.getElementById('state').getAttribute('role') === 'status',
        delay: document.getElementById('delay').closest('[aria-live], [role="status"]') !== null,
      }));
      check(live.title && live.state, 'title and state are not in live regions');
      check(!live.delay, 'the delay is in a live region');
    }),

  'the page shows title and delay of what sounds, on every station': async () => {
    for (const { id } of stations) {
      await visit(`/${id}`, async (page) => {
        await page.keyboard.press('k');
        await playing(page);
        await showsWhatSounds(page, id);
        await until('a delay in words', 5000, async () => /^\d+\.\d s behind live$/.test(await page.locator('#delay').textContent()));
        const session = await page.evaluate(() => ({ title: navigator.mediaSession.metadata?.title, state: navigator.mediaSession.playbackState }));
        check(session.title === (await page.locator('#title').textContent()) && session.state === 'playing', `the media session has ${JSON.stringify(session)}`);
      });
    }
  },

  'a listener whose clock is wrong sees the same delay': () =>
    visit('/', async (page, context) => {
      await context.addInitScript(() => {
        const RealDate = Date;
        const wrong = 7 * 60_000;
        globalThis.Date = class extends RealDate {
          constructor(...given) {
            super(...(given.length ? given : [RealDate.now() + wrong]));
          }
          static now() {
            return RealDate.now() + wrong;
          }
        };
      });
      await page.goto(`${base}/${station.id}`);
      await page.keyboard.press('k');
      await playing(page);
      const { delay } = await until('the clock', START_MS, async () => {
        const told = await state(page);
        return Number.isFinite(told.clockUncertaintyMs) && told;
      });
      check(delay > 0 && delay < DELAY_MAX_S, `the delay is ${delay} s`);
    }),

  'after a pause it plays at the live edge again': () =>
    visit(`/${station.id}`, async (page) => {
      await page.keyboard.press('k');
      await playing(page);
      await page.keyboard.press('k');
      const paused = await state(page);
      await pause(8000); // a pause is what is tested
      await page.keyboard.press('k');
      await playing(page);
      const { delay } = await until('a delay', START_MS, async () => {
        const told = await state(page);
        return told.delay !== null && told;
      });
      check(paused.state === 'paused', `paused is called ${paused.state}`);
      check(delay < DELAY_MAX_S, `${delay} s behind after a pause of 8 s`);
    }),

  'without Media Source the browser plays by its own means': () =>
    visit('/', async (page, context) => {
      await context.addInitScript(() => {
        delete globalThis.MediaSource;
        delete globalThis.ManagedMediaSource;
      });
      await page.goto(`${base}/${station.id}`);
      await page.keyboard.press('k');
      await playing(page);
      const { currentTime } = await state(page);
      const told = await until('time that moves', 10_000, async () => {
        const later = await state(page);
        return later.currentTime > currentTime + 3 && later;
      });
      check(told.engine === 'native' && told.errors === 0, `${told.engine} with ${told.errors} errors ${told.lastError}`);
      await page.keyboard.press('k');
      await page.keyboard.press('k');
      await playing(page);
      return `${told.engine}, ${told.codec}, ${told.delay === null ? 'no delay known' : `${told.delay.toFixed(1)} s behind live`}`;
    }),

  'the title changes when the listener hears it, not when the origin starts it': async () => {
    const ends = await Promise.all(
      stations.map(async ({ id }) => {
        const { at, entry } = await json(`${base}/api/v1/stations/${id}/now`);
        return { id, entry, left: entry ? (Date.parse(entry.at) - Date.parse(at)) / 1000 + entry.duration : Infinity };
      }),
    );
    const soon = ends.filter(({ left }) => left > 12).toSorted((a, b) => a.left - b.left)[0];
    check(soon && soon.left < CHANGE_WAIT_MAX_S, `no station changes its item within ${CHANGE_WAIT_MAX_S} s`);
    await visit(`/${soon.id}`, async (page) => {
      await page.keyboard.press('k');
      await playing(page);
      const from = (await state(page)).entry.at;
      // Watched inside the page, where a frame is 16 ms.
      const change = await page.evaluate(
        ([at, ms]) =>
          new Promise((done, fail) => {
            const end = performance.now() + ms;
            const look = () => {
              const told = window.longwave.state();
              if (told.entry?.at !== at) done(told);
              else if (performance.now() > end) fail(new Error('the title did not change'));
              else setTimeout(look, 20);
            };
            look();
          }),
        [from, (soon.left + 20) * 1000],
      );
      const late = change.playingDate - Date.parse(change.entry.at);
      check(late >= 0 && late < 1000, `the title changed ${late} ms after the item began to sound`);
      return `${late} ms after`;
    });
  },

  'nothing scrolls sideways at 320 pixels, and the play button is seen at once on a phone': async () => {
    for (const path of ['/', ...stations.map(({ id }) => `/${id}`)]) {
      await visit(path, async (page) => {
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        check(wide <= 320, `${path} is ${wide} pixels wide`);
      }, { viewport: { width: 320, height: 640 } });
    }
    await visit(`/${station.id}`, async (page) => {
      const { y, height } = await page.locator('#toggle').boundingBox();
      check(y + height <= 740, `the play button ends at ${y + height} pixels`);
    }, { viewport: { width: 360, height: 740 } });
  },

  'copy puts the whole address on the clipboard and says so': () =>
    visit(`/${station.id}`, async (page, context) => {
      await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(base).origin }).catch(() => {});
      const row = page.locator('.elsewhere li', { has: page.locator('a[href$="/stream.mp3"]') });
      await row.getByRole('button').click();
      await until('"Copied"', 3000, async () => (await row.getByRole('button').textContent()) === 'Copied');
      const text = await page.evaluate(() => navigator.clipboard?.readText());
      if (text !== undefined) check(text === `${base}/${station.id}/stream.mp3`, `the clipboard has "${text}"`);
    }),

  'without scripts there are the stations, what they play, and links to listen': async () => {
    await visit('/', async (page) => {
      for (const one of stations) check((await page.getByRole('link', { name: one.name, exact: true }).count()) === 1, `${one.name} has no link`);
    }, { javaScriptEnabled: false });
    await visit(`/${station.id}`, async (page) => {
      check((await page.locator('h1').textContent()) === station.name, 'no name');
      check((await page.locator('#title').textContent()).length > 0, 'no title');
      check((await page.locator('noscript audio[src$="/stream.mp3"], audio.plain').count()) > 0, 'no plain player');
      check((await page.locator(`a[href="/${station.id}/listen.m3u"]`).count()) === 1, 'no listen.m3u');
    }, { javaScriptEnabled: false });
  },

  'after kill -9 and a start of the server it plays on by itself, with the right title': () =>
    visit(`/${station.id}`, async (page) => {
      if (!options['restart-cmd']) return 'skipped: no --restart-cmd';
      await page.keyboard.press('k');
      await playing(page);
      await page.evaluate(() => (window.sameDocument = true));
      const kept = complaints.length;
      let refused = 0;
      let over = false;
      const watch = (async () => {
        while (!over) {
          await fetch(`${base}/api/v1/stations`).then((answer) => answer.body.cancel(), () => (refused += 1));
          await pause(20);
        }
      })();
      const restarted = Date.now();
      const code = await new Promise((done) => spawn(options['restart-cmd'], { shell: true, stdio: ['ignore', 'ignore', 'inherit'] }).on('exit', done));
      over = true;
      await watch;
      check(code === 0, `the restart command ended with ${code}`);
      check(refused > 0, 'the server was never away: the restart command restarts nothing');
      const up = Date.now();
      const offset = await clockOffset(base, station.id);
      const after = await until('playing again', RECOVERY_MS, async () => {
        const told = await state(page);
        return told.state === 'playing' && told.events && told.playingDate - offset > up && told;
      });
      check(await page.evaluate(() => window.sameDocument === true), 'the page was loaded again');
      check(after.delay < DELAY_MAX_S, `${after.delay} s behind after the restart`);
      const moved = (await state(page)).currentTime;
      await until('time that moves', 5000, async () => (await state(page)).currentTime > moved + 1);
      await showsWhatSounds(page, station.id);
      complaints.length = kept; // refused connections are told on the console, which is right
      return `away for ${up - restarted} ms, ${after.delay.toFixed(1)} s behind live ${Date.now() - up} ms after, ${after.stalls} stalls`;
    }),

  'no page asks another server for anything': async () => check(strangers.size === 0, [...strangers].join(', ')),

  'no page complains on the console': async () => check(complaints.length === 0, complaints.join('\n')),
};

browser = await launch();
let failed = 0;
for (const [name, test] of Object.entries(tests)) {
  if (options.only && !name.includes(options.only)) continue;
  const began = Date.now();
  try {
    const note = await test();
    console.log(`ok      ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)${note ? `: ${note}` : ''}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}: ${error.message}`);
  }
}
await browser.close();
console.log(failed ? `${failed} failed` : 'all pass');
process.exit(failed ? 1 : 0);
