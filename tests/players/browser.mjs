// Proves that real players play every station: the page itself, hls.js and Shaka, in headless Chromium.
//
// In: the address of a running server. Out: a table, a JSON report, exit 1 if any player failed.
// A player passes when sound is decoded and is not silence, time moves on, nothing stalls or errs, and the delay is known.
// Never: trusts what a page says of itself where the media element can be asked.

import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { clockOffset, json, launch, parse, pause, until } from './chromium.mjs';

const SILENCE_DBFS = -60;
const SOUNDING_SHARE_MIN = 0.9;
const PLAYED_SLACK_S = 2;
const START_MAX_S = 20;
const DELAY_MAX_S = 15;
const HELD_MAX_S = 1; // by which the sound device may lag behind the clock on the wall
const TRIES_MAX = 3;

const options = parse(process.argv.slice(2), 'node browser.mjs BASE_URL [--seconds 30] [--at-once 5] [--stations a,b] [--report FILE.json]', {
  seconds: 30,
  'at-once': 5,
  stations: '',
  report: '',
});

/** Runs in the page: leads the element's sound through an analyser and counts what goes wrong from the first sound on. */
function instrument() {
  const audio = document.querySelector('audio');
  const probe = { sounded: 0, waits: 0, jumps: 0, mediaErrors: [] };
  audio.addEventListener('playing', () => (probe.sounded ||= performance.now()));
  audio.addEventListener('waiting', () => probe.sounded && (probe.waits += 1));
  audio.addEventListener('seeking', () => probe.sounded && (probe.jumps += 1));
  audio.addEventListener('error', () => probe.mediaErrors.push(audio.error?.message || `code ${audio.error?.code}`));
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 32768 }); // 0.68 s at 48 kHz
  const samples = new Float32Array(analyser.fftSize);
  context.createMediaElementSource(audio).connect(analyser).connect(context.destination);
  window.read = () => {
    analyser.getFloatTimeDomainData(samples);
    let power = 0;
    for (const sample of samples) power += sample * sample;
    const level = Math.max(-200, 10 * Math.log10(power / samples.length));
    return { ...probe, level, time: audio.currentTime, output: context.currentTime, paused: audio.paused, rate: audio.playbackRate };
  };
  return context.resume();
}

const require = createRequire(import.meta.url);
const FILES = {
  '/': ['text/html; charset=utf-8', new URL('player.html', import.meta.url)],
  '/hls.js': ['text/javascript', require.resolve('hls.js/dist/hls.min.js')],
  '/shaka.js': ['text/javascript', require.resolve('shaka-player/dist/shaka-player.compiled.js')],
};

async function serveLibraries() {
  const server = createServer(async (request, response) => {
    const file = FILES[new URL(request.url, 'http://localhost').pathname];
    if (!file) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': file[0] }).end(await readFile(file[1]));
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return server;
}

/** Each way to play a station: how it is opened, and what it tells of itself. */
function plays(station, libraries) {
  const bare = (library, stream) => ({
    station: station.id,
    player: library,
    stream,
    async open(page) {
      await page.goto(libraries);
      await page.evaluate(instrument);
      // The promise of start() may hang on a stream that never plays; the wait for sound is what decides.
      await page.evaluate(([name, url]) => void window.start[name](url).catch((error) => window.troubles.push(String(error))), [library, options.base + station.streams[stream]]);
    },
    tell: () => ({ date: window.playingDate?.() ?? null, troubles: window.troubles }),
  });
  const all = [
    {
      station: station.id,
      player: 'page',
      stream: 'opus',
      async open(page) {
        await page.goto(`${options.base}/${station.id}`);
        await page.evaluate(instrument);
        await page.keyboard.press('Space');
      },
      tell: () => {
        const { playingDate, delay, stalls, errors, warnings, lastError, codec, engine } = window.longwave.state();
        const troubles = errors ? [...warnings, lastError] : warnings;
        return { date: playingDate, delay, troubles, stalls, codec, engine, shown: document.getElementById('delay').textContent };
      },
    },
    bare('hls.js', 'opus'),
    bare('hls.js', 'live'),
    bare('shaka', 'opus'),
    bare('shaka', 'live'),
  ];
  return all.filter((play) => play.player === 'page' || station.streams[play.stream]);
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Opens one player and waits for its sound. A player that fails here has its result already. */
async function open(browser, play) {
  const result = { station: play.station, player: play.player, stream: play.stream, failures: [] };
  const context = await browser.newContext();
  const page = await context.newPage();
  page.on('pageerror', (error) => result.failures.push(`script error: ${error.message}`));
  const opened = Date.now();
  try {
    await play.open(page);
    await until('sound', START_MAX_S * 1000, () => page.evaluate(() => window.read().sounded && window.read().time > 0));
    result.start = (Date.now() - opened) / 1000;
  } catch (error) {
    const troubles = await page.evaluate(() => window.troubles ?? window.longwave?.state()).catch(() => null);
    result.failures.push(error.message.split('\n')[0], JSON.stringify(troubles));
    await context.close();
  }
  return { play, page, context, result };
}

async function measure({ play, page, context, result }, offset) {
  if (result.failures.length) {
    await context.close();
    return result;
  }
  const ask = () => page.evaluate((tell) => [window.read(), (0, eval)(tell)()], `(${play.tell})`);
  const levels = [];
  const delays = [];
  try {
    const began = Date.now();
    const [first, before] = await ask();
    let [last, told] = [first, before];
    while (Date.now() - began < options.seconds * 1000) {
      await pause(Math.min(1000, options.seconds * 1000 - (Date.now() - began)));
      const asked = Date.now();
      [last, told] = await ask();
      levels.push(last.level);
      if (told.date !== null) delays.push(((asked + Date.now()) / 2 + offset - told.date) / 1000);
    }
    Object.assign(result, {
      played: last.time - first.time,
      held: (Date.now() - began) / 1000 - (last.output - first.output),
      stalls: Math.max(last.waits - first.waits, (told.stalls ?? 0) - (before.stalls ?? 0)),
      stallsWhileOthersOpened: first.waits,
      jumps: last.jumps - first.jumps,
      troubles: [...told.troubles.slice(before.troubles.length), ...last.mediaErrors],
      level: median(levels),
      sounding: levels.filter((level) => level > SILENCE_DBFS).length / levels.length,
      delay: delays.length ? { median: median(delays), min: Math.min(...delays), max: Math.max(...delays) } : null,
      codec: told.codec,
      pageDelay: told.delay,
      pageSays: told.shown,
    });
    judge(result, play);
  } catch (error) {
    result.failures.push(error.message.split('\n')[0]);
  } finally {
    await context.close();
  }
  return result;
}

function judge(result, play) {
  const { failures } = result;
  if (result.played < options.seconds - PLAYED_SLACK_S) failures.push(`played ${result.played.toFixed(1)} of ${options.seconds} s`);
  if (result.stalls) failures.push(`${result.stalls} stalls`);
  if (result.jumps) failures.push(`${result.jumps} jumps`);
  if (result.troubles.length) failures.push(`errors: ${[...new Set(result.troubles)].join(', ')}`);
  if (result.sounding < SOUNDING_SHARE_MIN) failures.push(`silent ${Math.round(100 - 100 * result.sounding)} % of the time`);
  if (!result.delay) failures.push('no delay reported');
  else if (result.delay.min <= 0 || result.delay.max > DELAY_MAX_S) failures.push(`delay ${result.delay.min.toFixed(2)} to ${result.delay.max.toFixed(2)} s is not to be believed`);
  if (play.player !== 'page') return;
  if (!/^\d+\.\d s behind live$/.test(result.pageSays)) failures.push(`the page says "${result.pageSays}" for its delay`);
  else if (result.delay && Math.abs(result.pageDelay - result.delay.median) > 1) failures.push(`the page's delay is ${result.pageDelay.toFixed(2)} s, measured ${result.delay.median.toFixed(2)} s`);
}

function table(results) {
  const head = ['station', 'player', 'stream', 'start s', 'played s', 'stalls', 'level dBFS', 'sounding', 'delay s (min to max)', 'verdict'];
  const n = (value, digits = 1) => (Number.isFinite(value) ? value.toFixed(digits) : '-');
  const rows = results.map((r) => [
    r.station,
    r.player,
    r.stream,
    n(r.start),
    n(r.played),
    n(r.stalls, 0) + (r.stallsWhileOthersOpened ? ` (${r.stallsWhileOthersOpened} before)` : ''),
    n(r.level),
    Number.isFinite(r.sounding) ? `${Math.round(r.sounding * 100)} %` : '-',
    r.delay ? `${n(r.delay.median, 2)} (${n(r.delay.min, 2)} to ${n(r.delay.max, 2)})` : '-',
    r.failures.length ? `FAILED: ${r.failures.join('; ')}` : 'plays',
  ]);
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => (i === head.length - 1 ? 0 : row[i].length))));
  return [head, ...rows].map((row) => row.map((cell, i) => cell.padEnd(widths[i])).join('  ').trimEnd()).join('\n');
}

const wanted = options.stations ? options.stations.split(',') : null;
const stations = (await json(`${options.base}/api/v1/stations`)).stations.filter(({ id }) => !wanted || wanted.includes(id));
if (stations.length === 0) throw new Error('the server has no such station');
const offset = await clockOffset(options.base, stations[0].id);
const server = await serveLibraries();
const browser = await launch();
const queue = stations.flatMap((station) => plays(station, `http://127.0.0.1:${server.address().port}/`));
const results = [];
// One after another they open, then all of a group are measured at once: what this machine spends on starting a
// browser page is no fault of a player that already plays.
for (let i = 0; i < queue.length; i += options['at-once']) {
  const group = queue.slice(i, i + options['at-once']);
  let measured = [];
  for (let tries = 1; tries <= TRIES_MAX; tries++) {
    const opened = [];
    for (const play of group) opened.push(await open(browser, play));
    measured = await Promise.all(opened.map((one) => measure(one, offset)));
    const held = Math.max(...measured.map((result) => result.held ?? 0));
    // Every player lost the same stretch: that was this machine, which shows nothing about the players.
    if (!measured.every((result) => result.held > HELD_MAX_S)) break;
    console.log(`the sound device of this machine stood still for ${held.toFixed(1)} s: ${tries < TRIES_MAX ? 'measuring again' : 'no result'}`);
  }
  results.push(...measured);
}
await browser.close();
server.close();
console.log(table(results));
const failed = results.filter((result) => result.failures.length > 0).length;
console.log(failed ? `\n${failed} of ${results.length} players failed` : `\nall ${results.length} players play`);
if (options.report) await writeFile(options.report, `${JSON.stringify({ base: options.base, seconds: options.seconds, chromium: browser.version(), results }, null, 2)}\n`);
process.exit(failed ? 1 : 0);
