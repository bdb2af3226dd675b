"""Plucked strings: guitars, harp, kalimba's cousin the lyre, and two basses.

In: MIDI note, seconds held, velocity 0..1, a seeded generator. Out: one mono note.
Never: a loop over samples. The string is a delay line with losses, solved as a comb in the
frequency domain, so any pitch is in tune and any loss curve is allowed.
"""

from functools import lru_cache

import numpy as np

from filters import RATE, attack_release
from theory import hertz

HIGHEST = 12000.0  # Hz; a plucked string has little above

@lru_cache(maxsize=1024)
def pluck(midi, bright, ring, damping_hz, position, grain, variant, size):
    """A string left to ring. `ring`: seconds to -60 dB of the fundamental; `position`: 0..0.5 of its length."""
    f0 = hertz(midi)
    f = np.fft.rfftfreq(size, 1.0 / RATE)
    f = f[f < HIGHEST]
    turn = np.exp(-2j * np.pi * f / f0)
    seconds = ring / (1.0 + (f / damping_hz) ** 1.3)
    loss = 10.0 ** (-3.0 / (f0 * np.maximum(seconds, 0.004)))
    rng = np.random.default_rng(variant * 977 + int(midi * 10))
    scrape = np.zeros(size)
    length = int(RATE / f0) + 1
    scrape[:length] = rng.standard_normal(length) / np.sqrt(length)
    strike = 1.0 + grain * np.fft.rfft(scrape)[:f.size]
    strike = strike * (1.0 - 0.92 * turn ** position) / (1.0 + 1j * f / bright) ** 1.5
    low = 1j * f / (0.45 * f0)
    strike = strike * (low / (1.0 + low)) ** 3
    spectrum = np.zeros(size // 2 + 1, complex)
    spectrum[:f.size] = strike / (1.0 - loss * turn)
    out = np.fft.irfft(spectrum, size)
    out = np.roll(out, 48)
    out[:40] *= np.linspace(0.0, 1.0, 40)
    return (out / np.max(np.abs(out))).astype(np.float32)


def _held(strike, seconds, release):
    n = min(strike.size, int((seconds + release) * RATE))
    return strike[:n] * attack_release(n, 0.0005, release)


def _variant(rng):
    return int(rng.integers(2))


def _touch(vel):
    """How hard, in six steps: strings are costly to solve, so like plucks are shared."""
    return round(vel * 5) / 5


def nylon(midi, seconds, vel, rng):
    bright = 900.0 + 2600.0 * _touch(vel)
    ring = 3.0 * 2.0 ** ((52 - midi) / 30)
    out = pluck(midi, bright, min(ring, 4.0), 2600.0, 0.21, 0.5, _variant(rng), 1 << 17)
    return _held(out, seconds, 0.12) * vel


def steel(midi, seconds, vel, rng):
    bright = 2200.0 + 5200.0 * _touch(vel)
    ring = 4.0 * 2.0 ** ((50 - midi) / 30)
    out = pluck(midi, bright, min(ring, 5.0), 4800.0, 0.13, 0.35, _variant(rng), 1 << 17)
    return _held(out, seconds, 0.10) * vel


def harp(midi, seconds, vel, rng):
    bright = 1100.0 + 2400.0 * _touch(vel)
    ring = 4.2 * 2.0 ** ((60 - midi) / 26)
    out = pluck(midi, bright, min(ring, 5.2), 2400.0, 0.42, 0.15, _variant(rng), 1 << 18)
    return _held(out, max(seconds, 1.2), 0.8) * vel


def upright(midi, seconds, vel, rng):
    out = pluck(midi, 420.0 + 500.0 * _touch(vel), 1.5, 520.0, 0.28, 0.25, _variant(rng), 1 << 17)
    return _held(out, seconds * 0.94, 0.07) * vel


def finger_bass(midi, seconds, vel, rng):
    out = pluck(midi, 620.0 + 700.0 * _touch(vel), 2.6, 800.0, 0.17, 0.1, _variant(rng), 1 << 17)
    return _held(out, seconds * 0.96, 0.05) * vel
