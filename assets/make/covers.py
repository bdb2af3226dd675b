"""Covers: three station posters and one picture an album, drawn in numpy, lettered by ImageMagick.

In: a name and a seed. Out: JPEG files of 600 x 600 pixels.
Needs: convert (ImageMagick) with the URW base fonts (apt install imagemagick fonts-urw-base35).
"""

import subprocess

import numpy as np

SIZE = 1200  # drawn at twice the size of the cover, halved at the end

NAVY, INK, CREAM = (16, 32, 58), (9, 14, 30), (248, 236, 212)


def canvas():
    """x, y from -1 to 1, y growing downwards, and a picture of zeros."""
    line = np.linspace(-1, 1, SIZE)
    x, y = np.meshgrid(line, line)
    return x, y, np.zeros((SIZE, SIZE, 3))


def soft(distance, edge=0.004):
    """1 inside (distance below 0), 0 outside, an even edge."""
    return np.clip(0.5 - distance / edge / 2, 0, 1)


def paint(picture, mask, colour):
    picture += mask[..., None] * (np.asarray(colour, float) - picture)


def window(left, right, top, bottom):
    """The rows and columns of a part of the canvas: small things are drawn on small windows."""
    def pixel(place):
        return int(np.clip((place + 1) / 2 * (SIZE - 1), 0, SIZE - 1))
    return slice(pixel(top), pixel(bottom) + 2), slice(pixel(left), pixel(right) + 2)


def gradient(along, stops):
    places, colours = zip(*stops)
    return np.stack([np.interp(along, places, [c[k] for c in colours]) for k in range(3)], axis=-1)


def hills(x, rng, roughness, waves=5):
    """A horizon line: a few sines of falling height."""
    line = np.zeros_like(x)
    for k in range(1, waves + 1):
        line += np.sin(x * k * rng.uniform(1.2, 2.2) * 1.7 + rng.uniform(0, 6.3)) / k ** 1.2
    return line * roughness


def harbour(rng, low_sun=0.12, warm=True):
    """A low sun, its path on the water, a boat, the breakwater's light."""
    x, y, picture = canvas()
    sky = [(-1, (24, 58, 92)), (-0.45, (86, 122, 136)), (-0.05, (244, 178, 116)), (0.16, (252, 214, 150))]
    if not warm:
        sky = [(-1, (18, 34, 66)), (-0.4, (54, 84, 118)), (0.0, (166, 152, 150)), (0.16, (236, 196, 150))]
    picture[:] = gradient(y, sky)
    sun = np.hypot(x - 0.18, y - low_sun + 0.16)
    picture += (np.exp(-sun * 3.2) * 46)[..., None] * np.array([1.0, 0.75, 0.35])
    paint(picture, soft(sun - 0.27), (255, 232, 178))
    far = 0.13 + hills(x, rng, 0.022)
    paint(picture, soft(far - y), (74, 92, 112))
    horizon = 0.2
    sea = soft(horizon - y)
    deep = np.clip((y - horizon) / (1 - horizon), 0, 1)
    paint(picture, sea, (0, 0, 0))
    picture += sea[..., None] * gradient(deep, [(0, (196, 158, 128)), (0.18, (74, 116, 130)), (1, (14, 44, 72))])
    for k in range(70):  # the sun's path: strokes that widen as they come near
        at = rng.uniform(0, 1) ** 1.4
        row = horizon + 0.012 + at * 0.72
        width = (0.06 + 0.30 * at) * rng.uniform(0.3, 1.0)
        centre = 0.18 + rng.normal(0, 0.06 + 0.10 * at)
        part = window(centre - 0.4, centre + 0.4, row - 0.03, row + 0.03)
        stroke = np.maximum(np.abs(x[part] - centre) - width, (np.abs(y[part] - row) - 0.0025 - 0.007 * at) * 3)
        paint(picture[part], soft(stroke) * sea[part] * (0.75 - 0.45 * at), (255, 222, 164))
    for k in range(5):  # swells, darker towards us
        base = 0.46 + 0.125 * k + 0.016 * (k + 1) * np.sin(x * (5.5 - 0.7 * k) + rng.uniform(0, 6.3)) + 0.006 * np.sin(x * 17 + k)
        shade = np.array((26, 74, 98)) * (1 - k * 0.15)
        paint(picture, soft(base - y) * 0.55, shade)
        paint(picture, soft(np.abs(y - base) - 0.0018) * 0.35, (206, 220, 214))
    # the boat: hull, mast, two sails
    bx, by = x + 0.36, y - 0.34
    hull = np.maximum(np.abs(bx) - 0.2 + (by - 0.0) * 0.9, np.abs(by - 0.03) - 0.036)
    paint(picture, soft(hull), (120, 36, 34))
    paint(picture, soft(np.maximum(np.abs(bx) - 0.205 + by * 0.9, np.abs(by + 0.002) - 0.007)), CREAM)
    paint(picture, soft(np.maximum(np.abs(bx + 0.012) - 0.005, np.abs(by + 0.26) - 0.26)), INK)
    main = np.maximum.reduce([-(bx + 0.008), by + 0.035, bx * 2.45 - (by + 0.51)])
    jib = np.maximum.reduce([bx + 0.016, by + 0.05, -(bx + 0.016) * 3.0 - (by + 0.44)])
    paint(picture, soft(main, 0.006), CREAM)
    paint(picture, soft(jib, 0.006), (238, 205, 160))
    # the light at the end of the breakwater
    stone = np.maximum(0.24 + 0.02 * np.sin(x * 21) * 0.3 - y, 0.52 - x + 0.1 * (y - 0.2))
    paint(picture, soft(np.maximum(stone, y - 0.33)), (34, 44, 60))
    tower = np.maximum(np.abs(x - 0.72) - 0.034 - (y + 0.2) * 0.035, np.abs(y - 0.06) - 0.19)
    paint(picture, soft(tower), CREAM)
    paint(picture, soft(np.maximum(tower, np.abs(y - 0.05) - 0.055)), (176, 54, 44))
    paint(picture, soft(np.maximum(np.abs(x - 0.72) - 0.027, np.abs(y + 0.165) - 0.035)), (255, 236, 150))
    paint(picture, soft(np.maximum(np.abs(x - 0.72) - 0.045 * (y + 0.255) / 0.055, np.abs(y + 0.2275) - 0.0275)), (44, 50, 66))
    return picture


def nightwatch(rng, moon=True, hue=0.0):
    """Stars over a dark sea, a headland, and one beam turning."""
    x, y, picture = canvas()
    picture[:] = gradient(y + 0.1 * x, [(-1.1, (5, 8, 22)), (-0.2, (14, 24 + 10 * hue, 54)), (0.35, (38 + 30 * hue, 62, 96)),
                                        (0.5, (74 + 40 * hue, 96, 122))])
    band = np.exp(-((x * 0.75 + y + 0.28) * 2.6) ** 2)
    cloud = sum(np.sin(x * k * 3.1 + rng.uniform(0, 6)) * np.sin(y * k * 3.7 + rng.uniform(0, 6)) / k for k in (1, 2, 3, 5))
    picture += (band * (11 + 7 * cloud))[..., None] * np.array([0.8, 0.9, 1.25])
    for _ in range(520):
        sx, sy = rng.uniform(-1, 1), rng.uniform(-1, 0.42)
        size = rng.pareto(2.6) * 0.0011 + 0.0012
        r = 26
        cx, cy = int((sx + 1) / 2 * (SIZE - 1)), int((sy + 1) / 2 * (SIZE - 1))
        rows, cols = slice(max(0, cy - r), cy + r), slice(max(0, cx - r), cx + r)
        d = np.hypot(x[rows, cols] - sx, y[rows, cols] - sy)
        glow = np.exp(-(d / min(size, 0.006)) ** 2) * min(1.0, 0.35 + size * 120) * np.clip((0.5 - sy) * 2, 0.15, 1)
        tint = np.array((255, 244, 226)) if rng.random() < 0.3 else np.array((214, 228, 255))
        picture[rows, cols] += glow[..., None] * (tint - picture[rows, cols])
    if moon:
        disc = np.hypot(x - 0.52, y + 0.55)
        picture += (np.exp(-disc * 5) * 50)[..., None] * np.array([0.8, 0.9, 1.0])
        bite = np.hypot(x - 0.58, y + 0.59)
        paint(picture, soft(np.maximum(disc - 0.13, 0.12 - bite)), (250, 244, 222))
    lx, ly = -0.46, 0.115
    angle = np.arctan2(y - ly, x - lx)
    away = np.hypot(x - lx, y - ly)
    for turn, strength in ((-0.13, 0.62), (np.pi - 0.13, 0.40)):
        off = np.abs(np.angle(np.exp(1j * (angle - turn))))
        beam = np.clip(1 - off / 0.11, 0, 1) ** 1.3 * np.exp(-away * 0.75) * strength
        paint(picture, beam * (away > 0.01), (255, 238, 186))
    horizon = 0.46
    sea = soft(horizon - y)
    depth = np.clip((y - horizon) / (1 - horizon), 0, 1)
    picture[:] = picture * (1 - sea[..., None]) + sea[..., None] * gradient(depth, [(0, (62 + 30 * hue, 84, 108)), (0.15, (26, 44, 72)), (1, (5, 9, 22))])
    for _ in range(150):
        at = rng.uniform(0, 1) ** 1.6
        row, centre = horizon + 0.008 + at * 0.5, (0.52 if moon else -0.46) + rng.normal(0, 0.05 + 0.16 * at)
        part = window(centre - 0.15, centre + 0.15, row - 0.02, row + 0.02)
        stroke = np.maximum(np.abs(x[part] - centre) - (0.02 + 0.1 * at) * rng.uniform(0.3, 1),
                            (np.abs(y[part] - row) - 0.001 - 0.003 * at) * 3)
        paint(picture[part], soft(stroke) * (0.6 - 0.5 * at), (226, 226, 210))
    land = 0.36 + 0.26 * np.clip(x + 0.30, 0, 2) ** 1.5 + hills(x * 2, rng, 0.008)
    cliff = 0.38 - 0.34 * (y - 0.46) + 0.016 * np.sin(y * 31) + 0.008 * np.sin(y * 73 + 1) + 0.03 * np.sin(y * 9)
    paint(picture, soft(np.maximum(land - y, x - cliff)), (4, 7, 16))
    tower = np.maximum(np.abs(x - lx) - 0.026 - (y - 0.14) * 0.07, np.abs(y - 0.27) - 0.13)
    paint(picture, soft(tower), (8, 12, 24))
    paint(picture, soft(np.maximum(np.abs(x - lx) - 0.036, np.abs(y - 0.145) - 0.006)), (8, 12, 24))
    paint(picture, soft(np.maximum(np.abs(x - lx) - 0.036 * np.clip((y - 0.045) / 0.04, 0, 1), np.abs(y - 0.065) - 0.022)), (8, 12, 24))
    paint(picture, soft(np.maximum(np.abs(x - lx) - 0.02, np.abs(y - 0.113) - 0.027)), (255, 244, 200))
    picture += (np.exp(-away * 16) * 120)[..., None] * np.array([1.0, 0.92, 0.68])
    return picture


def circuit(rng, ground=(18, 8, 40), hot=(255, 84, 112), cold=(64, 224, 208)):
    """Traces on a board: they run, turn by 45 degrees, and end in pads; some of them carry current."""
    x, y, picture = canvas()
    centre = np.hypot(x, y + 0.12)
    picture[:] = gradient(centre, [(0, np.array(ground) * 2.6 + 10), (0.6, np.array(ground) * 1.5), (1.5, np.array(ground) * 0.6)])
    dots = np.hypot((x + 1) % 0.08 - 0.04, (y + 1) % 0.08 - 0.04)
    paint(picture, soft(dots - 0.0035) * 0.35, np.array(ground) * 3 + 40)
    ways = np.array([(1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1)]) * 0.08
    taken = set()
    chip = 3  # grid cells kept free around the middle
    lines = []
    for start in range(44):
        angle = start / 44 * 2 * np.pi
        cell = np.array([round(np.cos(angle) * (chip + 1)), round(np.sin(angle) * (chip + 1))])
        heading = int(round(angle / (np.pi / 4))) % 8
        path = [tuple(cell)]
        if path[0] in taken:
            continue
        for _ in range(int(rng.integers(6, 15))):
            turn = int(rng.choice((-1, 0, 0, 0, 0, 1)))
            for option in (turn, 0, 1, -1):
                step = ways[(heading + option) % 8] / 0.08
                following = tuple((np.array(path[-1]) + step).astype(int))
                if following not in taken and max(abs(following[0]), abs(following[1])) > chip:
                    heading = (heading + option) % 8
                    break
            else:
                break
            path.append(following)
            taken.add(following)
        taken.add(path[0])
        if len(path) > 3:
            lines.append([(px * 0.08, py * 0.08 - 0.12) for px, py in path])
    field = {}
    for i, line in enumerate(lines):
        colour = hot if i % 3 == 0 else cold if i % 3 == 1 else tuple(0.25 * np.array(cold) + 0.35 * np.array(ground) + 30)
        near = field.setdefault(colour, np.full(x.shape, 9.0))
        ring_x, ring_y = line[-1]
        for (ax, ay), (bx, by) in zip(line, line[1:]):
            dx, dy = bx - ax, by - ay
            part = window(min(ax, bx) - 0.16, max(ax, bx) + 0.16, min(ay, by) - 0.16, max(ay, by) + 0.16)
            px, py = x[part] - ax, y[part] - ay
            along = np.clip((px * dx + py * dy) / (dx * dx + dy * dy), 0, 1)
            near[part] = np.minimum(near[part], np.hypot(px - along * dx, py - along * dy) - 0.0075)
        part = window(ring_x - 0.16, ring_x + 0.16, ring_y - 0.16, ring_y + 0.16)
        end = np.hypot(x[part] - ring_x, y[part] - ring_y)
        ring = np.abs(end - 0.019) - 0.009
        near[part] = np.where(end < 0.010, ring, np.minimum(near[part], ring))
    for colour, near in field.items():
        if colour in (hot, cold):
            picture += (np.exp(-np.maximum(near, 0) * 38) * 0.38)[..., None] * np.array(colour)
    for colour, near in field.items():
        paint(picture, soft(near), colour)
    paint(picture, np.clip((y - 0.36) / 0.22, 0, 1) ** 0.8 * 0.9, np.array(ground) * 0.5)  # a dark foot for the lettering
    box = np.maximum(np.abs(x), np.abs(y + 0.12)) - 0.25
    picture += (np.exp(-np.maximum(box, 0) * 14) * 0.25)[..., None] * np.array(hot)
    paint(picture, soft(box), np.array(ground) * 0.7)
    paint(picture, soft(np.abs(box + 0.012) - 0.004), hot)
    wave = 0.09 * np.sin(x * 26) * np.exp(-(x / 0.13) ** 2)
    trace = np.abs(y + 0.12 - wave) / np.sqrt(1 + (2.0 * np.cos(x * 26) * np.exp(-(x / 0.13) ** 2)) ** 2)
    trace = np.maximum(trace - 0.008, np.abs(x) - 0.2)
    picture += (np.exp(-np.maximum(trace, 0) * 40) * 0.6)[..., None] * np.array(cold)
    paint(picture, soft(trace), CREAM)
    return picture


def finish(picture, rng, target, letters, quality):
    """Grain, halving, lettering, JPEG. `letters`: (text, font, size, kerning, colour, y from the top) rows."""
    picture = picture + rng.normal(0, 1.6, picture.shape[:2])[..., None]
    half = picture.reshape(SIZE // 2, 2, SIZE // 2, 2, 3).mean(axis=(1, 3))
    raw = np.clip(half, 0, 255).astype(np.uint8).tobytes()
    command = ["convert", "-size", f"{SIZE // 2}x{SIZE // 2}", "-depth", "8", "rgb:-", "-gravity", "North"]
    for text, font, size, kerning, colour, top in letters:
        command += ["-font", font, "-pointsize", str(size), "-kerning", str(kerning), "-fill", colour,
                    "-annotate", f"+0+{top}", text]
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(command + ["-strip", "-sampling-factor", "4:2:0", "-quality", str(quality), str(target)],
                   input=raw, check=True)


POSTERS = {
    "harbour": (harbour, {}, [("HARBOUR", "P052-Bold", 66, 10, "#fdf3dc", 34),
                              ("RADIO", "P052-Roman", 30, 22, "#fdf3dc", 108)]),
    "nightwatch": (nightwatch, {}, [("NIGHTWATCH", "URWGothic-Book", 52, 13, "#e9edf5", 486),
                                    ("slow music for the small hours", "P052-Italic", 20, 2, "#b9c4d6", 548)]),
    "circuit": (circuit, {}, [("CIRCUIT", "URWGothic-Demi", 70, 18, "#fff4e6", 462),
                              ("ELECTRIC MUSIC", "URWGothic-Book", 18, 12, "#40e0d0", 546)]),
}

TITLE = {"harbour": ("P052-Bold", "P052-Italic", "#fdf3dc"), "nightwatch": ("URWGothic-Book", "P052-Italic", "#e9edf5"),
         "circuit": ("URWGothic-Demi", "URWGothic-Book", "#fff4e6")}

# Album -> the poster's painter with other light, other colours
ALBUMS = {
    "Small Boats": ("harbour", {"low_sun": 0.02}), "Evening Ferry": ("harbour", {"low_sun": 0.26, "warm": False}),
    "Kettles and Oars": ("harbour", {"low_sun": 0.20}),
    "Lamp Room": ("nightwatch", {"moon": False, "hue": 1.0}), "Signals at Sea Level": ("nightwatch", {"hue": 0.4}),
    "Normally Open": ("circuit", {"ground": (34, 12, 8), "hot": (255, 140, 52), "cold": (255, 208, 120)}),
    "Soft Reset": ("circuit", {"ground": (6, 18, 44), "hot": (120, 132, 255), "cold": (255, 142, 206)}),
}


def poster(station, seed, target):
    painter, light, letters = POSTERS[station]
    rng = np.random.default_rng([seed, 21])
    finish(painter(rng, **light), rng, target, letters, 84)


def album(title, artist, seed, target):
    station, light = ALBUMS[title]
    painter = POSTERS[station][0]
    bold, plain, colour = TITLE[station]
    rng = np.random.default_rng([seed, 22, len(title)])
    top = 34 if station == "harbour" else 480
    size = 46 if len(title) < 14 else 34
    finish(painter(rng, **light), rng, target,
           [(title, bold, size, 3, colour, top), (artist, plain, 22, 3, colour, top + 62)], 74)
