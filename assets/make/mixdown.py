"""The desk: a fader, an equaliser and sends for each track, the rooms behind, and the master.

In: a song's tracks. Out: one stereo master at a wanted loudness, no sample above the ceiling.
Never: guesses a fader by ear; each track is brought to a wanted loudness (BS.1770 weighting).
"""

import numpy as np

from filters import RATE, apply, convolve, curve, db, high_pass, low_pass, peak, shelf_high, sweep

CEILING_DB = -3.0  # sample peaks of the master: lossy coding adds up to two decibels


def k_weighting(f):
    """ITU-R BS.1770 pre-filter: a high shelf of 4 dB above 1.7 kHz, a high-pass at 38 Hz."""
    s = 1j * f / 1681.97
    high, middle = db(4.0), db(4.0) ** 0.4996
    shelf = (high * s * s + middle * s / 0.7072 + 1) / (s * s + s / 0.7072 + 1)
    return shelf * high_pass_q(38.135, 0.5003)(f)


def high_pass_q(hz, q):
    def response(f):
        s = 1j * f / hz
        return s * s / (s * s + s / q + 1)
    return response


def loudness(stereo):
    """Integrated loudness in LUFS, gated as BS.1770 does; silence is -70."""
    power = np.sum(apply(stereo, k_weighting).astype(np.float64) ** 2, axis=0)
    hop = RATE // 10
    steps = power[:power.size // hop * hop].reshape(-1, hop).mean(axis=1)
    blocks = np.convolve(steps, np.full(4, 0.25), "valid")
    loud = blocks[blocks > 10 ** ((-70 + 0.691) / 10)]
    if loud.size == 0:
        return -70.0
    loud = loud[loud > loud.mean() / 10]
    return float(-0.691 + 10 * np.log10(loud.mean()))


def room(seconds, rng, bright_hz=5200.0, predelay=0.018, early=True):
    """A stereo impulse response: sparse early reflections, then noise whose treble dies first."""
    n = int((seconds * 1.15 + predelay) * RATE)
    start = int(predelay * RATE)
    t = np.arange(n - start) / RATE
    out = np.zeros((2, n))
    for side in (0, 1):
        tail = np.zeros(t.size)
        for low, high, share in ((60, 250, 0.85), (250, 1000, 1.0), (1000, 3000, 0.8), (3000, 9000, 0.45)):
            band = apply(rng.standard_normal(t.size), high_pass(low), low_pass(min(high, bright_hz)))
            tail += band * 10 ** (-3 * t / (seconds * share))
        tail *= np.clip(t / 0.03, 0, 1) ** 0.5
        out[side, start:] = tail / np.sqrt(np.sum(tail ** 2))
        if early:
            for _ in range(9):
                at = start + int(rng.uniform(0.002, 0.06) * RATE)
                out[side, at] += rng.choice((-1, 1)) * rng.uniform(0.04, 0.14)
    return out


def echo(stereo, seconds, feedback, damping_hz, repeats=7):
    """A ping-pong delay, each repeat duller than the last."""
    out = np.zeros_like(stereo)
    turn = stereo
    for i in range(repeats):
        turn = apply(turn[::-1] * feedback, low_pass(damping_hz, 1), high_pass(180, 1))
        shift = int(seconds * (i + 1) * RATE)
        if shift >= out.shape[1]:
            break
        out[:, shift:] += turn[:, :out.shape[1] - shift]
    return out


def chorus(stereo, rng, depth_ms=2.4, rate=0.6, mix=0.5):
    """Each side read from a slowly moving point a few milliseconds back."""
    n = stereo.shape[1]
    t = np.arange(n)
    out = np.empty_like(stereo)
    for side in (0, 1):
        back = (9.0 + depth_ms * np.sin(2 * np.pi * rate * t / RATE + side * 1.8 + rng.uniform(0, 6))) * RATE / 1000
        where = np.clip(t - back, 0, n - 1)
        index = where.astype(np.int64)
        frac = (where - index).astype(np.float32)
        channel = stereo[side]
        moved = channel[index] * (1 - frac) + channel[np.minimum(index + 1, n - 1)] * frac
        out[side] = channel * (1 - mix * 0.4) + moved * mix
    return out


def auto_pan(stereo, rate, depth):
    swing = depth * np.sin(2 * np.pi * rate * np.arange(stereo.shape[1]) / RATE)
    return stereo * np.stack([1 + swing, 1 - swing]).astype(np.float32)


def pump(n, kicks, depth, seconds):
    """The duck under each kick: down at once (10 ms), back along a curve."""
    gain = np.ones(n, np.float32)
    length = int(seconds * RATE)
    x = np.arange(length) / length
    shape = 1 - depth * (1 - x ** 1.4)
    fade = int(0.01 * RATE)
    shape[:fade] = 1 - (1 - shape[fade]) * np.arange(fade) / fade
    for at in kicks:
        first = int(at * RATE)
        part = gain[first:first + length]
        np.minimum(part, shape[:part.size], out=part)
    return gain


def limit(stereo, ceiling):
    """A look-ahead limiter on 1 ms blocks: the gain is down before the peak arrives."""
    block = RATE // 1000
    n = stereo.shape[1]
    peaks = np.abs(stereo).max(axis=0)
    peaks = np.append(peaks, np.zeros(-n % block)).reshape(-1, block).max(axis=1)
    need = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9))
    reach = 12
    padded = np.pad(need, reach, constant_values=1.0)
    held = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).min(axis=1)
    window = np.hanning(2 * reach + 1)[1:-1]
    smooth = np.convolve(np.pad(held, reach - 1, mode="edge"), window / window.sum(), "valid")
    gain = np.interp(np.arange(n), (np.arange(smooth.size) + 0.5) * block, smooth)
    return np.clip(stereo * gain, -ceiling, ceiling)


class Strip:
    """One channel of the desk.

    level: LUFS this track alone should measure. eq: responses. reverb, delay: sends, 0..1.
    duck: 0..1, how far the kick pushes it down. gains: (beat, dB) points. cutoff: (beat, Hz) points.
    """

    def __init__(self, level, eq=(), reverb=0.0, delay=0.0, duck=0.0, wide=None, pan=None, gains=None, cutoff=None,
                 resonance=4.0, drive=0.0, mono=False):
        self.level, self.eq, self.reverb, self.delay, self.duck = level, eq, reverb, delay, duck
        self.wide, self.pan, self.gains, self.cutoff = wide, pan, gains, cutoff
        self.resonance, self.drive, self.mono = resonance, drive, mono


def _through(strip, song, sound, rng):
    if strip.mono:
        sound = sound.mean(axis=0, keepdims=True)
    if strip.eq:
        sound = apply(sound, *strip.eq)
    if strip.mono:
        sound = np.repeat(sound, 2, axis=0)
    if strip.drive:
        level = np.sqrt(np.mean(sound ** 2)) * 4 + 1e-9
        sound = np.tanh(sound / level * (1 + strip.drive)) * level
    if strip.cutoff:
        times, cutoffs = zip(*[(song.at(beat), hz) for beat, hz in strip.cutoff])
        sound = sweep(sound, times, cutoffs, strip.resonance)
    if strip.wide:
        sound = chorus(sound, rng, *strip.wide)
    if strip.pan:
        sound = auto_pan(sound, *strip.pan)
    sound = sound * np.float32(db(strip.level - loudness(sound)))
    if strip.gains:
        sound = sound * db(curve(sound.shape[1], [(song.at(beat), gain) for beat, gain in strip.gains])).astype(np.float32)
    return sound


def mix(song, strips, lufs, reverb=1.6, bright=5200.0, delay=None, pump_seconds=0.3, glue=0.6):
    """All tracks through their strips, the rooms, and the master; `delay` is (beats, feedback, damping Hz)."""
    rng = np.random.default_rng([song.seed, 7])
    n = int(song.seconds * RATE)
    dry, to_room, to_delay = (np.zeros((2, n), np.float32) for _ in range(3))
    duck_shape = {}
    missing = set(song.tracks) ^ set(strips)
    assert not missing, f"tracks without a strip, or strips without a track: {sorted(missing)}"
    for name in sorted(song.tracks):
        strip = strips[name]
        sound = _through(strip, song, song.tracks.pop(name), rng)
        if strip.duck:
            if strip.duck not in duck_shape:
                duck_shape[strip.duck] = pump(n, song.kicks, strip.duck, pump_seconds)
            sound = sound * duck_shape[strip.duck]
        dry += sound
        if strip.reverb:
            to_room += sound * np.float32(strip.reverb)
        if strip.delay:
            to_delay += sound * np.float32(strip.delay)
    if delay:
        beats, feedback, damping = delay
        repeats = echo(to_delay, song.at(beats) - song.at(0), feedback, damping)
        dry += repeats
        to_room += repeats * np.float32(0.35)
    to_room = apply(to_room, high_pass(160, 1))
    impulse = room(reverb, rng, bright)
    for side in (0, 1):
        dry[side] += convolve(to_room[side] * 0.8 + to_room[1 - side] * 0.2, impulse[side])
    return master(dry, lufs, glue)


def master(stereo, lufs, glue=0.6):
    """Firm mono lows, a little warmth, the wanted loudness, the ceiling."""
    middle = stereo.mean(axis=0)
    sides = apply((stereo[0] - stereo[1]) / 2, high_pass(130))
    stereo = apply(np.stack([middle + sides, middle - sides]), high_pass_q(26, 0.7), shelf_high(9000, 1.0),
                   peak(320, -1.0, 0.8))
    stereo = stereo * db(-14.0 - loudness(stereo))
    if glue:
        stereo = np.tanh(stereo * glue) / glue
    stereo = stereo - stereo.mean(axis=1, keepdims=True)
    ceiling = db(CEILING_DB)
    for _ in range(2):  # limiting takes some loudness away; ask again
        stereo = limit(stereo * db(lufs - loudness(stereo)), ceiling)
    fade = int(0.02 * RATE)
    stereo[:, :fade // 4] *= np.linspace(0, 1, fade // 4)
    stereo[:, -fade * 10:] *= np.linspace(1, 0, fade * 10)
    return stereo.astype(np.float32)
