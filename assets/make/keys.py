"""Struck, blown and bowed things: electric piano, organ, mallets, bells, flute, reeds, fiddle, choir.

In: MIDI note, seconds held, velocity 0..1, a seeded generator. Out: one mono note.
Never: places a note in time or in the stereo picture.
"""

import numpy as np

from filters import RATE, apply, attack_release, high_pass, low_pass
from theory import hertz
from wavetables import formants, reed, read, saw

TAU = 2.0 * np.pi


def _time(seconds):
    return np.arange(int(seconds * RATE)) / RATE


def electric_piano(midi, seconds, vel, rng):
    """Two FM pairs: a warm tone that mellows, and the short ring of the tine."""
    f = hertz(midi)
    ring = 2.4 * 2.0 ** ((60 - midi) / 24)
    t = _time(min(seconds + 0.22, ring * 2.5))
    body_index = (0.25 + 1.5 * vel * vel) * np.exp(-t / 0.5) + 0.12
    body = np.sin(TAU * f * t + body_index * np.sin(TAU * f * 1.0007 * t))
    tine_level = 0.20 * vel ** 1.5 * np.exp(-t / 0.16) * (0.4 if midi > 76 else 1.0)
    tine = np.sin(TAU * f * t + 0.9 * np.exp(-t / 0.08) * np.sin(TAU * f * 14.0 * t))
    out = (body * np.exp(-t / ring) + tine * tine_level) * vel
    return out * attack_release(t.size, 0.003, 0.2)


def organ(midi, seconds, vel, rng):
    """Five drawbars and a slow wind; the keying is soft."""
    f, t = hertz(midi), _time(seconds + 0.08)
    wind = 1.0 + 0.0012 * np.sin(TAU * 5.6 * t + rng.uniform(0, TAU))
    phase = np.cumsum(f * wind) / RATE * TAU
    bars = ((0.5, 0.5), (1, 1.0), (2, 0.55), (3, 0.28), (4, 0.16), (6, 0.05))
    out = sum(level * np.sin(phase * ratio + rng.uniform(0, TAU)) for ratio, level in bars)
    return 0.4 * vel * out * attack_release(t.size, 0.018, 0.07)


def _modes(midi, seconds, vel, modes, hammer_hz, rng):
    """Sum of decaying modes (ratio, level, seconds to 1/e) and the knock that starts them."""
    f, t = hertz(midi), _time(seconds)
    out = np.zeros(t.size)
    for ratio, level, decay in modes:
        if f * ratio < 15000:
            out += level * np.exp(-t / decay) * np.sin(TAU * f * ratio * t)
    knock = apply(rng.standard_normal(1800) * np.exp(-np.arange(1800) / 260), low_pass(hammer_hz), high_pass(200))
    out[:1800] += 0.12 * vel * knock[:out.size]
    return out * vel * attack_release(t.size, 0.0012, min(0.2, seconds * 0.3))


def vibes(midi, seconds, vel, rng):
    decay = 1.5 * 2.0 ** ((65 - midi) / 24)
    out = _modes(midi, max(seconds, 0.4) + 0.9, vel,
                 ((1, 1, decay), (3.98, 0.22 * vel, decay * 0.25), (10.1, 0.06 * vel, 0.06)), 2500, rng)
    t = np.arange(out.size) / RATE
    return out * (1.0 - 0.18 * (0.5 - 0.5 * np.cos(TAU * 4.6 * t)))


def kalimba(midi, seconds, vel, rng):
    decay = 0.55 * 2.0 ** ((67 - midi) / 24)
    return _modes(midi, 1.6, vel, ((1, 1, decay), (2.0, 0.10, decay * 0.6), (5.95, 0.16 * vel, 0.07),
                                   (11.2, 0.06 * vel, 0.03)), 1800, rng)


def marimba(midi, seconds, vel, rng):
    decay = 0.34 * 2.0 ** ((64 - midi) / 20)
    return _modes(midi, 1.3, vel, ((1, 1, decay), (3.93, 0.25 * vel, decay * 0.3), (9.6, 0.07 * vel, 0.03)),
                  1200 + 1600 * vel, rng)


def bell(midi, seconds, vel, rng):
    """A small bronze bell: hum, prime, tierce, quint, nominal, each pair a hair apart so that it beats."""
    partials = ((0.5, 0.35, 3.6), (1, 1.0, 2.6), (1.002, 0.5, 2.4), (1.189, 0.42, 1.8), (1.498, 0.22, 1.3),
                (2.0, 0.55, 1.5), (2.004, 0.3, 1.4), (2.51, 0.16, 0.8), (3.01, 0.2, 0.6), (4.17, 0.10, 0.35))
    return _modes(midi, max(seconds, 5.0), vel, partials, 3000, rng) * 0.5


def glass(midi, seconds, vel, rng):
    """A rubbed and tapped glass: nearly pure, slow to speak."""
    decay = 2.4 * 2.0 ** ((72 - midi) / 30)
    out = _modes(midi, max(seconds, 5.5), vel, ((1, 1, decay), (1.003, 0.6, decay), (2.71, 0.12, 0.7),
                                                (5.2, 0.04, 0.25)), 900, rng)
    return out * attack_release(out.size, 0.02, 0.5) * 0.7


def flute(midi, seconds, vel, rng):
    f, t = hertz(midi), _time(seconds + 0.09)
    late = np.clip((t - 0.25) / 0.4, 0, 1)
    cents = 11 * late * np.sin(TAU * 4.9 * t + rng.uniform(0, 1)) - 35 * np.exp(-t / 0.03)
    phase = np.cumsum(f * 2.0 ** (cents / 1200)) / RATE * TAU
    shimmer = 1 + 0.10 * late * np.sin(TAU * 4.9 * t)
    out = np.sin(phase) + (0.30 + 0.2 * vel) * shimmer * np.sin(2 * phase) \
        + 0.14 * vel * shimmer * np.sin(3 * phase) + 0.04 * vel * np.sin(4 * phase)
    breath = apply(rng.standard_normal(t.size), low_pass(f * 3), high_pass(f * 0.8))
    out = out * shimmer + (0.07 + 0.25 * np.exp(-t / 0.04)) * breath
    return 0.6 * vel * out * attack_release(t.size, 0.045, 0.085)


def accordion(midi, seconds, vel, rng):
    """Two reeds a few cents apart under one bellows."""
    f, t = hertz(midi), _time(seconds + 0.07)
    out = np.zeros(t.size)
    for cents in (-5.0, 6.0):
        phase = f * 2.0 ** (cents / 1200) * t + rng.uniform()
        out += read(reed(f, 2600 + 2400 * vel), phase)
    bellows = 0.88 + 0.12 * np.sin(np.pi * np.clip(t / max(seconds, 0.3), 0, 1))
    return 0.5 * vel * out * bellows * attack_release(t.size, 0.03, 0.06)


def fiddle(midi, seconds, vel, rng):
    """A bowed saw through the resonances of a wooden box, vibrato once the note has settled."""
    f, t = hertz(midi), _time(seconds + 0.08)
    late = np.clip((t - 0.18) / 0.3, 0, 1)
    cents = 16 * late * np.sin(TAU * 5.7 * t + rng.uniform(0, 1)) - 22 * np.exp(-t / 0.025)
    phase = np.cumsum(f * 2.0 ** (cents / 1200)) / RATE
    box = formants(f, ((290, 6, 1.2), (470, 8, 1.5), (1100, 4, 1.5), (2600, 7, 1.2)), 4200 + 2600 * vel)
    bow = 0.7 + 0.3 * np.sin(np.pi * np.clip(t / max(seconds, 0.15), 0, 1))
    return 0.5 * vel * read(box, phase) * bow * attack_release(t.size, 0.035, 0.07)


def choir(midi, seconds, vel, rng):
    """Three throats on "ah", each with its own slow drift."""
    f, t = hertz(midi), _time(seconds + 1.6)
    ah = formants(f, ((640, 13, 2.0), (1080, 10, 2.4), (2600, 8, 3.0)), 1500)
    out = np.zeros(t.size)
    for _ in range(3):
        drift = 7 * np.sin(TAU * rng.uniform(0.1, 0.3) * t + rng.uniform(0, TAU)) \
            + 6 * np.sin(TAU * rng.uniform(4.4, 5.4) * t + rng.uniform(0, TAU)) + rng.uniform(-6, 6)
        out += read(ah, np.cumsum(f * 2.0 ** (drift / 1200)) / RATE + rng.uniform())
    return 0.3 * vel * out * attack_release(t.size, min(1.4, seconds * 0.4), 1.5)


def ensemble(midi, seconds, vel, rng):
    """Section strings: five slightly different players."""
    f, t = hertz(midi), _time(seconds + 0.5)
    table = saw(f, 1500 + 1500 * vel)
    out = np.zeros(t.size)
    for _ in range(5):
        wobble = 6 * np.sin(TAU * rng.uniform(4.8, 6.0) * t + rng.uniform(0, TAU)) + rng.uniform(-8, 8)
        out += read(table, np.cumsum(f * 2.0 ** (wobble / 1200)) / RATE + rng.uniform())
    return 0.22 * vel * out * attack_release(t.size, min(0.35, seconds * 0.3), 0.45)
