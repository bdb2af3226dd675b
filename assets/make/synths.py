"""Subtractive voices: pads, basses, leads, plucks, stabs, drones and noises.

In: MIDI note, seconds held, velocity 0..1, a seeded generator. Out: one note, mono (n,) or stereo (2, n).
Never: aliases; every wave comes from a band-limited table.
"""

import numpy as np

from filters import RATE, apply, attack_release, curve, high_pass, low_pass
from theory import hertz
from wavetables import pulse, read, read_moving, saw

TAU = 2.0 * np.pi
STEPS = 5  # tables between a filter's closed and open end


def _time(seconds):
    return np.arange(int(seconds * RATE)) / RATE


def _ladder(shape, f, closed, opened, **more):
    return [shape(f, float(hz), **more) for hz in np.geomspace(closed, opened, STEPS)]


def pad(midi, seconds, vel, rng):
    """Six detuned saws, three a side; the filter breathes open and closed over the note."""
    f, t = hertz(midi), _time(seconds + 1.2)
    tables = _ladder(saw, f, 350 + 300 * vel, 1400 + 2400 * vel)
    breath = 0.5 - 0.5 * np.cos(TAU * np.clip(t / t[-1], 0, 1))
    out = np.empty((2, t.size))
    for side in (0, 1):
        out[side] = sum(read_moving(tables, f * 2.0 ** (cents / 1200) * t + rng.uniform(), breath)
                        for cents in (rng.uniform(-13, -6), rng.uniform(-3, 3), rng.uniform(6, 13)))
    return 0.25 * vel * out * attack_release(t.size, min(0.6, seconds * 0.35), 1.1)


def slow_pad(midi, seconds, vel, rng):
    """The pad of the night: darker, longer at both ends."""
    f, t = hertz(midi), _time(seconds + 4.0)
    tables = _ladder(saw, f, 220 + 160 * vel, 700 + 1000 * vel)
    breath = 0.5 - 0.5 * np.cos(TAU * np.clip(t / t[-1], 0, 1))
    out = np.empty((2, t.size))
    for side in (0, 1):
        out[side] = sum(read_moving(tables, f * 2.0 ** (cents / 1200) * t + rng.uniform(), breath)
                        for cents in (rng.uniform(-9, -4), rng.uniform(4, 9)))
    return 0.3 * vel * out * attack_release(t.size, min(4.0, seconds * 0.45), 3.8)


def drone(midi, seconds, vel, rng):
    """Harmonics that rise and sink on their own, never the same twice. Long notes only."""
    f, t = hertz(midi), _time(seconds)
    slow = np.arange(0, seconds + 1, 0.05)
    out = np.zeros((2, t.size))
    for k in range(1, 11):
        tide = 0.5 + 0.5 * np.sin(TAU * slow * rng.uniform(0.02, 0.09) + rng.uniform(0, TAU))
        level = np.interp(t, slow, tide ** 2) / k ** 1.1
        partial = level * np.sin(TAU * f * k * (1 + rng.uniform(-4e-4, 4e-4)) * t + rng.uniform(0, TAU))
        where = rng.uniform(0.2, 0.8) if k > 1 else 0.5
        out[0] += np.sqrt(1 - where) * partial
        out[1] += np.sqrt(where) * partial
    return 0.4 * vel * out * attack_release(t.size, min(6.0, seconds * 0.3), min(7.0, seconds * 0.35))


def sub_bass(midi, seconds, vel, rng):
    f, t = hertz(midi), _time(seconds + 0.04)
    out = np.sin(TAU * f * t) + 0.22 * np.sin(2 * TAU * f * t) + 0.07 * np.sin(3 * TAU * f * t)
    return 0.8 * vel * out * attack_release(t.size, 0.006, 0.04)


def deep(midi, seconds, vel, rng):
    """A sub that comes and goes like a tide: no edge at either end."""
    f, t = hertz(midi), _time(seconds + 2.5)
    out = np.sin(TAU * f * t) + 0.25 * np.sin(2 * TAU * f * t) + 0.06 * np.sin(3 * TAU * f * t)
    return 0.7 * vel * out * attack_release(t.size, 2.5, 2.5)


def saw_bass(midi, seconds, vel, rng):
    """A saw that snaps shut, over a sine that keeps the ground firm."""
    f, t = hertz(midi), _time(seconds + 0.03)
    tables = _ladder(saw, f, 130, 700 + 2600 * vel, resonance=1.4)
    out = 0.7 * read_moving(tables, f * t + 0.25, np.exp(-t / 0.13)) + 0.6 * np.sin(TAU * f * t)
    return 0.7 * vel * out * attack_release(t.size, 0.004, 0.03)


def acid(midi, seconds, vel, rng):
    """One resonant saw; velocity opens the filter."""
    f, t = hertz(midi), _time(seconds + 0.02)
    tables = _ladder(saw, f, 170, 500 + 3200 * vel ** 2, resonance=4.5)
    out = read_moving(tables, f * t, np.exp(-t / (0.07 + 0.12 * vel)))
    return 0.45 * (0.5 + 0.5 * vel) * np.tanh(1.6 * out) * attack_release(t.size, 0.003, 0.02)


def synth_pluck(midi, seconds, vel, rng):
    """Short, bright, and gone: two saws a hair apart with a fast filter."""
    f, t = hertz(midi), _time(max(seconds, 0.25) + 0.15)
    tables = _ladder(saw, f, 260, 1200 + 4800 * vel)
    out = np.empty((2, t.size))
    for side, cents in ((0, -5.0), (1, 5.0)):
        out[side] = read_moving(tables, f * 2.0 ** (cents / 1200) * t + rng.uniform(), np.exp(-t / 0.09))
    return 0.5 * vel * out * np.exp(-t / 0.22) * attack_release(t.size, 0.002, 0.08)


def square_pluck(midi, seconds, vel, rng):
    f, t = hertz(midi), _time(max(seconds, 0.2) + 0.12)
    tables = _ladder(pulse, f, 400, 900 + 3600 * vel, width=0.5)
    out = read_moving(tables, f * t + rng.uniform(), np.exp(-t / 0.07))
    return 0.45 * vel * out * np.exp(-t / 0.17) * attack_release(t.size, 0.002, 0.06)


def stab(midi, seconds, vel, rng):
    """The house chord: wide saws, quick filter, moderate tail."""
    f, t = hertz(midi), _time(seconds + 0.2)
    tables = _ladder(saw, f, 420, 1500 + 3500 * vel)
    out = np.empty((2, t.size))
    for side in (0, 1):
        out[side] = sum(read_moving(tables, f * 2.0 ** (cents / 1200) * t + rng.uniform(), np.exp(-t / 0.18))
                        for cents in (rng.uniform(-12, -4), rng.uniform(4, 12)))
    return 0.35 * vel * out * np.exp(-t / 0.5) * attack_release(t.size, 0.003, 0.15)


def lead(midi, seconds, vel, rng):
    """A singing pulse and saw with late vibrato."""
    f, t = hertz(midi), _time(seconds + 0.12)
    late = np.clip((t - 0.22) / 0.3, 0, 1)
    cents = 14 * late * np.sin(TAU * 5.3 * t) - 45 * np.exp(-t / 0.022)
    phase = np.cumsum(f * 2.0 ** (cents / 1200)) / RATE
    tables = _ladder(pulse, f, 900, 2200 + 2600 * vel, width=0.36)
    out = read_moving(tables, phase, 0.35 + 0.65 * np.exp(-t / 0.3))
    out = out + 0.6 * read(saw(f, 3000.0), phase * 1.003 + 0.3)
    return 0.4 * vel * out * attack_release(t.size, 0.012, 0.11)


def foghorn(midi, seconds, vel, rng):
    """Two low reeds that sag as the air runs out, heard across the water."""
    f, t = hertz(midi), _time(seconds + 0.8)
    sag = 1.0 - 0.012 * np.clip(t / seconds, 0, 1.3) ** 3 - 0.02 * np.exp(-t / 0.12)
    phase = np.cumsum(f * sag) / RATE
    out = read(saw(f, 420.0), phase) + read(saw(f, 420.0), phase * 1.4983)
    return 0.5 * vel * out * attack_release(t.size, 0.35, 0.9)


def surf(midi, seconds, vel, rng):
    """Waves on shingle: dark and bright noise that come and go. The note chooses the colour, MIDI 48..84."""
    n = int(seconds * RATE)
    swell = np.interp(np.arange(n) / RATE, np.arange(0, seconds + 8, 1.0),
                      np.convolve(rng.uniform(0, 1, int(seconds) + 12), [0.25, 0.5, 0.25], "same")[:int(np.ceil(seconds + 8))])
    out = np.empty((2, n))
    for side in (0, 1):
        noise = rng.standard_normal(n)
        dark = apply(noise, low_pass(hertz(midi)), high_pass(80))
        bright = apply(noise, low_pass(hertz(midi) * 5), high_pass(900, 1))
        out[side] = dark * (0.3 + 0.7 * swell) + 0.25 * bright * swell ** 3
    return 0.4 * vel * out * attack_release(n, min(4.0, seconds * 0.3), min(4.0, seconds * 0.3))


def riser(midi, seconds, vel, rng):
    """Noise that climbs into the next section."""
    n = int(seconds * RATE)
    rise = curve(n, [(0, 0.0), (seconds, 1.0)])
    out = np.stack([apply(rng.standard_normal(n), high_pass(1500)) for _ in range(2)])
    low = np.stack([apply(rng.standard_normal(n), low_pass(2500), high_pass(400)) for _ in range(2)])
    return 0.4 * vel * (out * rise ** 3 + low * rise * (1 - rise)) * attack_release(n, 0.05, 0.02)
