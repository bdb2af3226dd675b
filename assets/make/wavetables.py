"""One period of a wave, built from its harmonics: no harmonic above hearing, so nothing aliases.

In: fundamental and cutoff in Hz. Out: tables of one period, and the samples read from them.
Never: filters in time; a filter that moves is a walk between tables of different cutoff.
"""

from functools import lru_cache

import numpy as np

SIZE = 2048
HIGHEST = 17000.0  # Hz, the last harmonic kept


def _period(harmonics):
    """Sine-phase harmonics (index 0 is the fundamental) as one period, at unit RMS-ish level."""
    spectrum = np.zeros(SIZE // 2 + 1, complex)
    count = min(harmonics.size, SIZE // 2 - 1)
    spectrum[1:count + 1] = -0.5j * SIZE * harmonics[:count]
    return np.append(np.fft.irfft(spectrum), 0.0)


def _close(table):
    table[-1] = table[0]
    return table.astype(np.float32)


def _harmonics(f):
    return np.arange(1, max(2, int(HIGHEST / f)) + 1)


def _low_pass(freq, cutoff, resonance):
    ratio = freq / cutoff
    return 1.0 / np.sqrt((1.0 - ratio ** 2) ** 2 + (ratio / resonance) ** 2)


@lru_cache(maxsize=4096)
def saw(f, cutoff, resonance=0.8):
    k = _harmonics(f)
    return _close(_period(_low_pass(k * f, cutoff, resonance) / k * 0.6))


@lru_cache(maxsize=4096)
def pulse(f, cutoff, width=0.5, resonance=0.8):
    k = _harmonics(f)
    return _close(_period(_low_pass(k * f, cutoff, resonance) * np.sin(np.pi * k * width) / k * 0.8))


@lru_cache(maxsize=1024)
def reed(f, cutoff):
    k = _harmonics(f)
    nasal = np.sin(np.pi * k * 0.31) / k ** 1.05
    return _close(_period(_low_pass(k * f, cutoff, 0.9) * nasal * 0.7))


@lru_cache(maxsize=1024)
def formants(f, peaks, cutoff):
    """A saw under resonances (Hz, dB, Q) and a gentle roof."""
    k = _harmonics(f)
    freq = k * f
    level = 1.0 / k / (1.0 + (freq / cutoff) ** 2)
    for hz, gain_db, q in peaks:
        level = level * (1.0 + (10 ** (gain_db / 20) - 1.0) / (1.0 + (q * (freq / hz - hz / freq)) ** 2))
    level = level / np.sqrt(np.sum(level ** 2)) * 0.8
    return _close(_period(level))


def read(table, phase):
    """The table at `phase` (in periods), straight lines between its points."""
    where = (phase % 1.0) * SIZE
    index = where.astype(np.int32)
    low = table[index]
    return low + (where - index) * (table[index + 1] - low)


def read_moving(tables, phase, place):
    """Between tables: `place` 0 is the first, 1 the last, sample by sample."""
    stack = np.stack(tables)
    where = (phase % 1.0) * SIZE
    index = where.astype(np.int32)
    frac = where - index
    at = np.clip(place, 0.0, 1.0) * (len(tables) - 1)
    row = np.minimum(at.astype(np.int32), len(tables) - 2)
    mix = at - row
    lower = stack[row, index] * (1 - frac) + stack[row, index + 1] * frac
    upper = stack[row + 1, index] * (1 - frac) + stack[row + 1, index + 1] * frac
    return lower * (1 - mix) + upper * mix
