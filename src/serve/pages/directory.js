// The directory: art for the stations that have none, and what each plays, kept fresh.
//
// In: each card's station in `data-station`, the API's list. Out: titles on the cards.
// Never: asks more often than once in five seconds, or at all while nobody looks.

import { hueOf, placeholder, tint, tintOf, whenLoaded } from './art.js';
import { isSong, lines } from './now.js';

const ASK_MIN_MS = 5000;
const ASK_MAX_MS = 60_000;

const cards = new Map();
let timer = 0;

for (const card of document.querySelectorAll('.card')) {
  const station = JSON.parse(card.dataset.station);
  cards.set(station.id, card);
  const image = card.querySelector('.cover img');
  tint(card, { hue: hueOf(station.id), chroma: 0.9 });
  whenLoaded(image, (there) => {
    if (!there) image.replaceWith(placeholder(station.id));
    else tint(card, tintOf(image) ?? { hue: hueOf(station.id), chroma: 0.9 });
  });
  show(station);
}
schedule([]);

function show(station) {
  const { title, artist } = lines(station.now, station);
  const line = cards.get(station.id)?.querySelector('.card-title');
  const text = isSong(station.now) ? `${title} – ${artist}` : 'On air';
  if (line && line.textContent !== text) line.textContent = text;
}

async function ask() {
  let stations = [];
  try {
    const answer = await fetch('/api/v1/stations');
    stations = answer.ok ? (await answer.json()).stations : [];
    stations.forEach(show);
  } catch {
    // The next time.
  }
  schedule(stations);
}

/** Asks again shortly after the first of the items on air should have ended. */
function schedule(stations) {
  clearTimeout(timer);
  if (document.visibilityState !== 'visible') return;
  const ends = stations.filter((station) => station.now).map((station) => Date.parse(station.now.at) + station.now.duration * 1000);
  const wait = Math.min(ASK_MAX_MS, Math.max(ASK_MIN_MS, Math.min(...ends, Infinity) - Date.now() + 500));
  timer = setTimeout(ask, stations.length ? wait : ASK_MIN_MS);
}

document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') ask();
});
