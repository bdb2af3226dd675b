"""Pitches, scales, chords and how one chord moves to the next.

In: note names, chord symbols ("Bm7", "D/F#"), tunes written as scale degrees.
Out: MIDI note numbers (60 = middle C, may be fractional) and lengths in beats.
Never: makes a sound, draws a random number.
"""

from itertools import product

PITCH_CLASS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}

STEPS = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "pentatonic": (0, 2, 4, 7, 9),
    "minor pentatonic": (0, 3, 5, 7, 10),
}

# Intervals above the root. The order is the order of importance when a voicing must leave some out.
QUALITIES = {
    "": (4, 7, 0), "m": (3, 7, 0), "5": (7, 0), "6": (4, 9, 7, 0), "m6": (3, 9, 7, 0),
    "7": (4, 10, 7, 0), "maj7": (4, 11, 7, 0), "m7": (3, 10, 7, 0),
    "9": (4, 10, 2, 7), "maj9": (4, 11, 2, 7), "m9": (3, 10, 2, 7), "add9": (4, 2, 7, 0),
    "madd9": (3, 2, 7, 0), "69": (4, 9, 2, 7), "m11": (3, 10, 5, 2), "13": (4, 10, 9, 2),
    "sus2": (2, 7, 0), "sus4": (5, 7, 0), "7sus4": (5, 10, 7, 0), "9sus4": (5, 10, 2, 7),
    "dim": (3, 6, 0), "m7b5": (3, 10, 6, 0), "7b9": (4, 10, 1, 7), "maj7#11": (4, 11, 6, 2),
    "aug": (4, 8, 0),
}


def hertz(midi):
    """The frequency of a MIDI note number, equal temperament, A4 = 440 Hz."""
    return 440.0 * 2.0 ** ((midi - 69.0) / 12.0)


def pitch_class(name):
    """"F#" -> 6, "Eb" -> 3."""
    return (PITCH_CLASS[name[0]] + name.count("#") - name[1:].count("b")) % 12


def note(name):
    """"F#3" -> 54."""
    return pitch_class(name[:-1]) + 12 * (int(name[-1]) + 1)


class Scale:
    """A tonic (as MIDI number) and the steps above it; degrees count from 0 and may be negative."""

    def __init__(self, tonic, mode):
        self.tonic = note(tonic)
        self.steps = STEPS[mode]

    def at(self, degree):
        octave, step = divmod(degree, len(self.steps))
        return self.tonic + 12 * octave + self.steps[step]


class Chord:
    """A chord symbol: `bass` and `tones` are pitch classes, `tones` without octave."""

    def __init__(self, symbol):
        self.symbol = symbol
        head, _, under = symbol.partition("/")
        size = 2 if head[1:2] in ("#", "b") else 1
        self.root = pitch_class(head[:size])
        self.tones = [(self.root + i) % 12 for i in QUALITIES[head[size:]]]
        self.fifth = next((t for t in self.tones if (t - self.root) % 12 in (6, 7, 8)), (self.root + 7) % 12)
        self.bass = pitch_class(under) if under else self.root

    def bass_note(self, low):
        """The bass in the octave that begins at `low`."""
        return low + (self.bass - low) % 12

    def fifth_note(self, low):
        return low + (self.fifth - low) % 12


def voice(chord, previous, low, high):
    """The voicing between `low` and `high` that moves least from `previous` (None: the most even one).

    Seconds below middle C and gaps over an octave cost extra, so chords neither growl nor fall apart.
    """
    places = [[n for n in range(low, high + 1) if n % 12 == tone] for tone in chord.tones]
    best, least = None, None
    centre = (low + high) / 2
    for candidate in product(*places):
        notes = sorted(candidate)
        gaps = [b - a for a, b in zip(notes, notes[1:])]
        cost = sum(max(0, gap - 9) * 2 for gap in gaps)
        cost += sum(4 for gap, n in zip(gaps, notes) if gap < 3 and n < 60)
        cost += 6 * sum(gap == 1 for gap in gaps[-1:])
        if previous and len(previous) == len(notes):
            cost += sum(abs(a - b) for a, b in zip(notes, previous))
            cost += abs(sum(notes) / len(notes) - centre) * 0.3
        else:
            cost += abs(sum(notes) / len(notes) - centre) * 1.5 + (notes[-1] - notes[0]) * 0.2
        if least is None or cost < least:
            best, least = notes, cost
    return best


def chart(text, beats_per_bar):
    """"Dmaj9 | Gmaj7 A7sus4" -> [(chord, first beat, beats)]; chords share their bar evenly."""
    slots, beat = [], 0.0
    for bar in text.split("|"):
        symbols = bar.split()
        for symbol in symbols:
            share = beats_per_bar / len(symbols)
            slots.append((Chord(symbol), beat, share))
            beat += share
    return slots


def tune(text):
    """A tune as scale degrees: "5:1.5 6:.5 1':2 b7,:1 -:4" -> [(degree, sharpen, beats)].

    Degrees count from 1; ' and , move an octave; b and # alter; - rests; the length stays until changed.
    Bar lines are only for the eye. A degree of None is a rest.
    """
    notes, beats = [], 1.0
    for word in text.replace("|", " ").split():
        head, _, length = word.partition(":")
        beats = float(length) if length else beats
        if head == "-":
            notes.append((None, 0, beats))
            continue
        bend = head.count("#") - head.count("b")
        digits = head.strip("#b',")
        octave = head.count("'") - head.count(",")
        notes.append((int(digits) - 1 + 7 * octave, bend, beats))
    return notes
