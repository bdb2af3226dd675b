"""The drum cupboard: every drum is a few sines and some noise.

In: a MIDI note that tunes the drum (0 where tuning means nothing), velocity 0..1, a seeded generator.
Out: one mono hit. The seconds held are ignored: a drum rings as long as it rings.
"""

import numpy as np

from filters import RATE, apply, attack_release, high_pass, low_pass, peak

TAU = 2.0 * np.pi


def _time(seconds):
    return np.arange(int(seconds * RATE)) / RATE


def _noise(seconds, rng, *responses):
    return apply(rng.standard_normal(int(seconds * RATE)), *responses)


def _finish(out, release=0.02):
    return out * attack_release(out.size, 0.0006, release)


def _drop(t, low, high, seconds):
    """A sine that falls from `high` to `low` Hz."""
    return np.sin(TAU * (low * t + (high - low) * seconds * (1 - np.exp(-t / seconds))))


def kick(midi, seconds, vel, rng):
    t = _time(0.42)
    thump = _drop(t, 49, 210, 0.026) * np.exp(-t / 0.15)
    click = _noise(0.42, rng, high_pass(1800), low_pass(7000)) * np.exp(-t / 0.004) * 0.25
    return _finish(np.tanh(1.5 * (thump + click * vel)) * vel * 0.95, 0.12)


def soft_kick(midi, seconds, vel, rng):
    t = _time(0.4)
    thump = _drop(t, 52, 120, 0.03) * np.exp(-t / 0.12)
    felt = _noise(0.4, rng, low_pass(900), high_pass(120)) * np.exp(-t / 0.012) * 0.25
    return _finish((thump + felt) * vel * 0.9, 0.15)


def snare(midi, seconds, vel, rng):
    t = _time(0.32)
    shell = 0.5 * np.exp(-t / 0.055) * (_drop(t, 186, 240, 0.02) + 0.6 * np.sin(TAU * 331 * t))
    wires = _noise(0.32, rng, high_pass(1400), low_pass(9500), peak(4200, 4)) * np.exp(-t / 0.085) * 0.55
    return _finish((shell + wires * (0.6 + 0.4 * vel)) * vel, 0.06)


def brush(midi, seconds, vel, rng):
    """A brush tap: softer start, no shell to speak of."""
    t = _time(0.28)
    swish = _noise(0.28, rng, high_pass(900), low_pass(6500)) * np.exp(-t / 0.07) * np.clip(t / 0.008, 0, 1)
    return _finish((swish * 0.5 + 0.14 * np.sin(TAU * 200 * t) * np.exp(-t / 0.04)) * vel, 0.08)


def sweep_brush(midi, seconds, vel, rng):
    """The circle a brush draws between taps."""
    t = _time(0.5)
    shape = np.sin(np.pi * t / t[-1]) ** 1.5
    return _finish(_noise(0.5, rng, high_pass(1500), low_pass(6000)) * shape * 0.22 * vel, 0.05)


def rim(midi, seconds, vel, rng):
    t = _time(0.12)
    wood = np.sin(TAU * 1650 * t) * np.exp(-t / 0.012) + 0.7 * np.sin(TAU * 480 * t) * np.exp(-t / 0.02)
    return _finish((wood + _noise(0.12, rng, high_pass(2500)) * np.exp(-t / 0.004) * 0.3) * 0.5 * vel)


def clap(midi, seconds, vel, rng):
    t = _time(0.36)
    hands = sum(np.exp(-np.clip(t - at, 0, 9) / fade) * (t >= at) * level
                for at, fade, level in ((0, 0.006, 0.7), (0.011, 0.006, 0.8), (0.022, 0.007, 0.8), (0.033, 0.085, 1.0)))
    return _finish(_noise(0.36, rng, high_pass(850), low_pass(7500), peak(1300, 6, 1.2)) * hands * 0.42 * vel, 0.08)


def _metal(seconds, rng, ring):
    """Six square waves that share nothing, the old trick for cymbals, and hiss on top."""
    t = _time(seconds)
    squares = sum(np.sign(np.sin(TAU * f * t + rng.uniform(0, TAU))) for f in (263, 400, 421, 474, 587, 845))
    body = apply(squares * 0.16, high_pass(6500, 3), low_pass(14000, 1))
    hiss = _noise(seconds, rng, high_pass(6000), low_pass(13000, 1)) * 0.35
    return (body + hiss) * np.exp(-t / ring)


def hat(midi, seconds, vel, rng):
    return _finish(_metal(0.11, rng, 0.024 + 0.016 * vel) * vel * 0.7)


def open_hat(midi, seconds, vel, rng):
    return _finish(_metal(0.36, rng, 0.13) * vel * 0.6, 0.12)


def ride(midi, seconds, vel, rng):
    t = _time(1.1)
    ping = sum(np.sin(TAU * f * t) * np.exp(-t / d) for f, d in ((3140, 0.2), (4690, 0.12), (5870, 0.16)))
    return _finish((_metal(1.1, rng, 0.3) * 0.5 + 0.05 * ping) * vel * 0.6, 0.4)


def crash(midi, seconds, vel, rng):
    t = _time(2.4)
    wash = _noise(2.4, rng, high_pass(2600), low_pass(11000, 1)) * (np.exp(-t / 0.55) * 0.5 + 0.3 * np.exp(-t / 0.06))
    return _finish((wash + _metal(2.4, rng, 0.6) * 0.4) * vel * 0.45, 1.2)


def shaker(midi, seconds, vel, rng):
    t = _time(0.12)
    seeds = np.clip(t / 0.022, 0, 1) * np.exp(-np.clip(t - 0.022, 0, 1) / 0.022)
    return _finish(_noise(0.12, rng, high_pass(4200), low_pass(10500, 1)) * seeds * 0.42 * vel)


def tambourine(midi, seconds, vel, rng):
    t = _time(0.25)
    jingle = sum(np.sin(TAU * f * t + rng.uniform(0, 6)) for f in (6230, 7410, 8190, 9050)) * 0.09
    return _finish((jingle + _noise(0.25, rng, high_pass(5500)) * 0.2) * np.exp(-t / 0.06) * vel, 0.06)


def tom(midi, seconds, vel, rng):
    t = _time(0.6)
    low = 440.0 * 2.0 ** ((midi - 69) / 12)
    skin = _drop(t, low, low * 1.7, 0.04) * np.exp(-t / 0.2)
    stick = _noise(0.6, rng, high_pass(500), low_pass(3000)) * np.exp(-t / 0.012) * 0.25
    return _finish((skin + stick) * 0.8 * vel, 0.2)


def conga(midi, seconds, vel, rng):
    t = _time(0.4)
    f = 440.0 * 2.0 ** ((midi - 69) / 12)
    skin = _drop(t, f, f * 1.18, 0.02) * np.exp(-t / 0.11) + 0.25 * np.sin(TAU * f * 1.59 * t) * np.exp(-t / 0.05)
    palm = _noise(0.4, rng, high_pass(900), low_pass(5000)) * np.exp(-t / 0.007) * 0.3
    return _finish((skin + palm * vel) * 0.7 * vel, 0.1)
