"""Filters and envelopes on whole arrays, through the FFT: no per-sample loops.

In: float arrays (samples last), frequencies in Hz, times in seconds, levels in dB.
Out: float arrays of the same length.
Never: keeps state between calls.
"""

import numpy as np

RATE = 44100  # of everything that is synthesised, in Hz


def db(level):
    return 10.0 ** (level / 20.0)


def low_pass(hz, poles=2):
    return lambda f: 1.0 / (1.0 + 1j * f / hz) ** poles


def high_pass(hz, poles=2):
    return lambda f: (1j * f / hz / (1.0 + 1j * f / hz)) ** poles


def peak(hz, gain_db, q=1.0):
    """A bell of the analogue parametric equaliser."""
    root = db(gain_db / 2)

    def response(f):
        s = 1j * f / hz
        return (s * s + s * root / q + 1) / (s * s + s / (root * q) + 1)

    return response


def shelf_high(hz, gain_db):
    return lambda f: (1.0 + 1j * f / hz * db(gain_db)) / (1.0 + 1j * f / hz)


def shelf_low(hz, gain_db):
    return lambda f: (db(gain_db) + 1j * f / hz) / (1.0 + 1j * f / hz)


def apply(signal, *responses):
    """The signal through causal responses in series. Short sounds at once, long ones block by block."""
    n = signal.shape[-1]
    reach = 1 << 13
    size = 2 * reach
    f = np.fft.rfftfreq(size, 1.0 / RATE)
    total = responses[0](f)
    for response in responses[1:]:
        total = total * response(f)
    if n <= reach:
        return np.fft.irfft(np.fft.rfft(signal, size) * total, size)[..., :n].astype(np.float32)
    impulse = np.fft.irfft(total, size)[:reach]
    impulse[reach // 2:] *= np.linspace(1.0, 0.0, reach // 2)
    return convolve(signal, impulse)


def convolve(signal, impulse):
    """Linear convolution by overlap-save, cut to the signal's length."""
    n, reach = signal.shape[-1], impulse.size
    size = 1 << max(14, int(reach * 3).bit_length())
    hop = size - reach + 1
    spectrum = np.fft.rfft(impulse, size)
    out = np.empty(signal.shape, np.float32)
    for channel, result in zip(np.atleast_2d(signal), np.atleast_2d(out)):
        padded = np.concatenate([np.zeros(reach - 1, np.float32), channel, np.zeros(size, np.float32)])
        for first in range(0, n, hop):
            block = np.fft.irfft(np.fft.rfft(padded[first:first + size]) * spectrum, size)
            result[first:first + hop] = block[reach - 1:reach - 1 + min(hop, n - first)]
    return out


def sweep(signal, times, cutoffs, resonance_db=4.0, slope=2.0):
    """A low-pass whose cutoff follows a curve (seconds -> Hz, straight in octaves), frame by frame."""
    window, hop, batch = 2048, 512, 512
    n = signal.shape[-1]
    shape = np.sqrt(np.hanning(window + 1)[:window])
    f = np.fft.rfftfreq(window, 1.0 / RATE)
    starts = np.arange(-window, n, hop)
    cutoff = 2.0 ** np.interp((starts + window / 2) / RATE, times, np.log2(cutoffs))
    out = np.zeros(signal.shape, np.float32)
    for channel, result in zip(np.atleast_2d(signal), np.atleast_2d(out)):
        padded = np.concatenate([np.zeros(window), channel, np.zeros(2 * window)])
        mixed = np.zeros(padded.size)
        for first in range(0, starts.size, batch):
            rows = starts[first:first + batch] + window
            frames = padded[rows[:, None] + np.arange(window)] * shape
            ratio = f[None, :] / cutoff[first:first + batch, None]
            gain = 1.0 / np.sqrt(1.0 + ratio ** (2 * slope))
            gain *= 1.0 + (db(resonance_db) - 1.0) * np.exp(-((np.log2(ratio + 1e-6)) ** 2) * 6.0)
            frames = np.fft.irfft(np.fft.rfft(frames) * gain, window) * shape
            for row, frame in zip(rows, frames):
                mixed[row:row + window] += frame
        result[:] = mixed[window:window + n] * (hop / window * 2)
    return out


def attack_release(n, attack, release):
    """1 with a raised-cosine start and end: what keeps every note free of clicks."""
    envelope = np.ones(n)
    a = min(n // 2, max(8, int(attack * RATE)))
    r = min(n - a, max(8, int(release * RATE)))
    envelope[:a] *= 0.5 - 0.5 * np.cos(np.pi * np.arange(a) / a)
    envelope[n - r:] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(1, r + 1) / r)
    return envelope


def curve(n, points):
    """Straight lines through (seconds, value) points, one value a sample."""
    times, values = zip(*points)
    return np.interp(np.arange(n) / RATE, times, values)
