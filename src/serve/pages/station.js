// The page of one station: joins the player, the programme and the controls to what is seen and read out.
//
// In: the station's JSON in `data-station` of <main>. Out: the page; `window.longwave` for tests and the curious.
// Never: reloads itself, moves the focus, announces the same thing twice.

import { hueOf, placeholder, tint, tintOf, whenLoaded } from './art.js';
import { ServerClock } from './clock.js';
import { copyButtons, keys, volumeControls } from './controls.js';
import { Events, Programme, isSong, lines } from './now.js';
import { Player } from './player.js';

const PLAYED_SHOWN = 6;
const LATE_S = 4; // beyond the stream's own delay, where a way back to live is offered
const WORDS = {
  idle: 'Ready to play',
  connecting: 'Connecting',
  playing: 'Playing',
  recovering: 'Reconnecting, the sound comes back by itself',
  paused: 'Paused',
  blocked: 'Press play to listen',
  unable: 'This browser cannot play the station here; see the other ways to listen',
};

const root = document.getElementById('station');
const part = Object.fromEntries([...root.querySelectorAll('[id]')].map((element) => [element.id, element]));
const station = JSON.parse(root.dataset.station);
const audio = part.audio;
const clock = new ServerClock(`/api/v1/stations/${station.id}/now`);
const programme = new Programme();
const events = new Events(station.id, programme);
const player = new Player(audio, station.streams);
const hasMediaSession = 'mediaSession' in navigator;

let shown; // the entry on the page
let covered; // the address of the art on the page

// ---- What is on ----

/** Seconds from the origin's present to what is heard, or null. */
function delay() {
  const date = player.playingDate;
  return date === null ? null : (clock.now() - date) / 1000;
}

/** The time whose programme the page shows: the listener's own, or the origin's present while nothing sounds. */
function listenersTime() {
  return player.playingDate ?? clock.now();
}

function showEntry(entry) {
  const { title, artist } = lines(entry, station);
  if (part.title.textContent !== title) part.title.textContent = title;
  if (part.artist.textContent !== artist) part.artist.textContent = artist;
  document.title = isSong(entry) ? `${title} · ${artist} · ${station.name}` : station.name;
  root.toggleAttribute('data-between', !isSong(entry));
  showArt(entry?.art ?? station.art);
  showPlayed();
  if (!hasMediaSession) return;
  navigator.mediaSession.metadata = new MediaMetadata({
    title,
    artist,
    album: isSong(entry) ? (entry.album ?? station.name) : '',
    artwork: [{ src: new URL(entry?.art ?? station.art ?? drawnArt(), location.href).href, sizes: '600x600' }],
  });
}

function drawnArt() {
  return `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(placeholder(station.id)))}`;
}

/** Fades the next cover in over the last; a missing one is drawn. */
function showArt(address) {
  if (covered === address) return;
  covered = address;
  if (!address) {
    tint(document.documentElement, { hue: hueOf(station.id), chroma: 0.9 });
    return replaceCover(placeholder(station.id));
  }
  const image = new Image(600, 600);
  image.alt = '';
  image.src = address;
  whenLoaded(image, (there) => {
    if (covered !== address) return;
    if (!there) return address === station.art ? showArt(null) : showArt(station.art);
    const colours = tintOf(image);
    if (colours) tint(document.documentElement, colours);
    replaceCover(image);
  });
}

function replaceCover(element) {
  const before = [...part.cover.children];
  element.classList.add('enter');
  part.cover.append(element);
  element.getBoundingClientRect(); // so that the fade has a beginning
  element.classList.remove('enter');
  setTimeout(() => before.forEach((old) => old.remove()), 800);
}

function showPlayed() {
  const items = programme.before(listenersTime(), PLAYED_SHOWN).map((entry) => {
    const item = document.createElement('li');
    const cover = document.createElement('div');
    cover.className = 'cover';
    if (entry.art) {
      const image = new Image(96, 96);
      image.alt = '';
      image.loading = 'lazy';
      image.addEventListener('error', () => image.replaceWith(placeholder(station.id)), { once: true });
      image.src = entry.art;
      cover.append(image);
    } else cover.append(placeholder(station.id));
    const what = document.createElement('div');
    what.className = 'what';
    const title = document.createElement('b');
    title.textContent = entry.title;
    const artist = document.createElement('span');
    artist.textContent = entry.artist ?? '';
    what.append(title, artist);
    const when = document.createElement('time');
    when.dateTime = entry.at;
    when.textContent = new Date(entry.time).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
    item.append(cover, what, when);
    return item;
  });
  part.played.replaceChildren(...items);
  part.log.hidden = items.length === 0;
}

const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

function tick() {
  const time = listenersTime();
  const entry = programme.at(time) ?? shown ?? station.now;
  if (entry?.at !== shown?.at || shown === undefined) {
    shown = entry;
    showEntry(entry);
  }
  if (isSong(entry)) {
    const gone = Math.min(entry.duration, Math.max(0, (time - Date.parse(entry.at)) / 1000));
    part.fill.style.setProperty('--done', (gone / entry.duration).toFixed(4));
    part.gone.textContent = minutes(gone);
    part.whole.textContent = minutes(entry.duration);
  }
  const behind = player.state === 'playing' ? delay() : null;
  part.delay.textContent = behind === null ? '' : `${Math.max(0, behind).toFixed(1)} s behind live`;
  part.live.hidden = behind === null || player.target === null || behind < player.target + LATE_S;
}

// ---- Playing ----

function toggle() {
  if (player.wanted) player.pause();
  else player.play();
}

function showState() {
  root.dataset.state = player.state;
  root.toggleAttribute('data-wanted', player.wanted);
  part.state.textContent = WORDS[player.state];
  part.toggle.setAttribute('aria-label', player.wanted ? `Pause ${station.name}` : `Play ${station.name}`);
  part.toggle.disabled = player.state === 'unable';
  if (hasMediaSession) navigator.mediaSession.playbackState = player.wanted ? 'playing' : 'paused';
  listenToEvents();
  tick();
}

/** A page that neither plays nor is seen keeps no connection open: browsers allow few to one server. */
function listenToEvents() {
  if (player.wanted || document.visibilityState === 'visible') events.open();
  else events.close();
}

player.addEventListener('change', showState);
part.toggle.addEventListener('click', toggle);
part.live.addEventListener('click', () => player.toLive());
keys(root, { toggle, ...volumeControls(root, audio) });
copyButtons(root);
document.addEventListener('visibilitychange', () => {
  listenToEvents();
  tick();
});
if (hasMediaSession) {
  navigator.mediaSession.setActionHandler('play', () => player.play());
  navigator.mediaSession.setActionHandler('pause', () => player.pause());
  navigator.mediaSession.setActionHandler('stop', () => player.pause());
}

programme.add(station.now);
covered = undefined;
showState();
clock.start();
events.history().then(showPlayed);
setInterval(tick, 250);
if (location.hash === '#play') {
  history.replaceState(null, '', location.pathname);
  player.play();
}

// ---- For tests and the curious ----

/** What the page knows of itself. Times in ms since 1970, delay, target and currentTime in seconds. */
window.longwave = {
  state: () => ({
    station: station.id,
    state: player.state,
    delay: delay(),
    target: player.target,
    clockUncertaintyMs: clock.uncertainty,
    playingDate: player.playingDate,
    currentTime: audio.currentTime,
    stalls: player.stalls,
    errors: player.errors,
    warnings: player.warnings,
    lastError: player.lastError,
    engine: player.engine,
    codec: player.codec,
    title: part.title.textContent,
    artist: part.artist.textContent,
    entry: shown ?? null,
    events: events.connected,
  }),
};
