// Art: what stands in for a missing image, and the hue that an image lends to the page.
//
// In: a station's id, image elements. Out: an SVG drawing, { hue, chroma } for the style sheet.
// Never: asks another server, writes an inline style attribute into markup (the page's CSP forbids it).

const SVG = 'http://www.w3.org/2000/svg';

/** A number that stays the same for an id, 0 ..= 2^32 - 1 (FNV-1a). */
function seedOf(id) {
  let seed = 0x811c9dc5;
  for (const char of new TextEncoder().encode(id)) seed = Math.imul(seed ^ char, 0x01000193) >>> 0;
  return seed;
}

/** The OKLCH hue of a station that has no art, 0 .. 360. */
export function hueOf(id) {
  return seedOf(id) % 360;
}

function draw(name, attributes, parent) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent?.append(element);
  return element;
}

/** A calm sea of long waves in the station's own colours, the same at each visit. */
export function placeholder(id) {
  let state = seedOf(id) || 1;
  const random = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  const hue = hueOf(id);
  const svg = draw('svg', { viewBox: '0 0 600 600', 'aria-hidden': 'true', preserveAspectRatio: 'xMidYMid slice' });
  draw('rect', { width: 600, height: 600, fill: `oklch(84% .045 ${hue})` }, svg);
  draw('circle', { cx: 140 + random() * 320, cy: 130 + random() * 90, r: 46 + random() * 44, fill: `oklch(94% .05 ${(hue + 60) % 360})` }, svg);
  const layers = 7;
  for (let layer = 0; layer < layers; layer++) {
    const base = 235 + layer * 52;
    const height = 16 + random() * 30;
    const length = 150 + random() * 170;
    const phase = random() * 2 * Math.PI;
    let path = 'M0 600';
    for (let x = 0; x <= 600; x += 12) path += `L${x} ${(base + height * Math.sin((2 * Math.PI * x) / length + phase)).toFixed(1)}`;
    draw('path', { d: `${path}L600 600Z`, fill: `oklch(${75 - layer * 8.5}% ${(0.07 + layer * 0.006).toFixed(3)} ${(hue + layer * 5) % 360})` }, svg);
  }
  return svg;
}

/** The hue that stands out in an image, and how colourful the image is (0 grey ..= 1), or null if it cannot be read. */
export function tintOf(image) {
  const side = 24;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = side;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  let pixels;
  try {
    context.drawImage(image, 0, 0, side, side);
    pixels = context.getImageData(0, 0, side, side).data;
  } catch {
    return null;
  }
  const bins = new Float64Array(24);
  const sums = Array.from({ length: 24 }, () => [0, 0]);
  let colour = 0;
  for (let i = 0; i < pixels.length; i += 4) {
    const [r, g, b] = [pixels[i] / 255, pixels[i + 1] / 255, pixels[i + 2] / 255];
    const { hue, chroma } = oklch(r, g, b);
    const bin = Math.floor(hue / 15) % 24;
    bins[bin] += chroma;
    sums[bin][0] += chroma * Math.cos((hue * Math.PI) / 180);
    sums[bin][1] += chroma * Math.sin((hue * Math.PI) / 180);
    colour += chroma;
  }
  const top = bins.indexOf(Math.max(...bins));
  const hue = ((Math.atan2(sums[top][1], sums[top][0]) * 180) / Math.PI + 360) % 360;
  return { hue: Math.round(hue), chroma: Math.min(1, colour / (side * side) / 0.07) };
}

/** sRGB 0..=1 to the hue and chroma of OKLCH (Ottosson, "A perceptual color space for image processing"). */
function oklch(r, g, b) {
  const [lr, lg, lb] = [r, g, b].map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  const l = Math.cbrt(0.4122214708 * lr + 0.5363325363 * lg + 0.0514459929 * lb);
  const m = Math.cbrt(0.2119034982 * lr + 0.6806995451 * lg + 0.1073969566 * lb);
  const s = Math.cbrt(0.0883024619 * lr + 0.2817188376 * lg + 0.6299787005 * lb);
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const bb = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  return { hue: ((Math.atan2(bb, a) * 180) / Math.PI + 360) % 360, chroma: Math.hypot(a, bb) };
}

/** Lends the art's hue to an element and all in it. */
export function tint(element, { hue, chroma }) {
  element.style.setProperty('--hue', String(hue));
  element.style.setProperty('--chroma', chroma.toFixed(2));
}

/** Calls back once the image is there (true) or is known to be missing (false). */
export function whenLoaded(image, then) {
  if (image.complete) return then(image.naturalWidth > 0);
  image.addEventListener('load', () => then(true), { once: true });
  image.addEventListener('error', () => then(false), { once: true });
}
