"""Accompanists: fingerpicking, comping, bass lines and grooves, each a function of one chord.

In: a song and a slot (chord, place, length, level). Out: notes laid on a track.
Never: sings a tune; those are written out in the compose files.
"""

from drums import (brush, clap, conga, crash, hat, kick, open_hat, ride, rim, shaker, snare, soft_kick, sweep_brush,
                   tambourine, tom)


def picking(track, player, pattern, bass_low=40, pan=-0.2, vel=0.6, hold=2.0):
    """Pattern of digits on an even grid over each bar: 0 thumb, 5 thumb on the fifth, 1..4 voicing from below."""
    steps = pattern.split()

    def play(song, slot):
        for order, (i, beat, _) in enumerate(slot.grid(len(steps))):
            for digit in (steps[i] if order else "0" + steps[i].strip("05")).strip("."):
                if digit == "0":
                    midi = slot.chord.bass_note(bass_low)
                elif digit == "5":
                    midi = slot.chord.fifth_note(bass_low)
                else:
                    midi = slot.notes[min(int(digit), len(slot.notes)) - 1]
                accent = 1.1 if i == 0 else 0.85 + 0.15 * (i % 2 == 0)
                song.play(track, player, beat, hold, midi, vel * slot.level * 1.3 * accent, pan)
    return play


def comping(track, player, hits, pan=0.15, vel=0.55, spread=0.012, tight=False):
    """Block chords at (beat, length) points of a bar; notes speak a hair apart, lowest first."""
    def play(song, slot):
        for at, length in hits:
            placed = slot.place(at)
            if placed is None:
                continue
            beat, left = placed
            for i, midi in enumerate(slot.notes):
                song.play(track, player, beat + i * spread, min(length, left + 0.4), midi,
                          vel * slot.level * 1.3 * (0.9 if i else 1.0), pan, tight)
    return play


def strumming(track, player, hits, low=50, pan=0.25, vel=0.45):
    """Strums: (beat, length, "d" or "u"); the stroke takes a few hundredths of a beat."""
    def play(song, slot):
        notes = sorted({slot.chord.bass_note(low - 8)} | set(slot.notes) | {slot.notes[0] + 12})
        for at, length, way in hits:
            placed = slot.place(at)
            if placed is None:
                continue
            order = notes if way == "d" else notes[::-1][:4]
            for i, midi in enumerate(order):
                song.play(track, player, placed[0] + i * 0.022, length, midi,
                          vel * slot.level * 1.3 * (1.0 if way == "d" else 0.75), pan)
    return play


def sustained(track, player, pan=0.0, vel=0.5, shift=0, fan=0.0, top=None):
    """Whole chords held; `fan` spreads the notes across the picture."""
    def play(song, slot):
        notes = slot.notes[-top:] if top else slot.notes
        for i, midi in enumerate(notes):
            where = pan + fan * (2 * i / max(1, len(notes) - 1) - 1)
            song.play(track, player, slot.beat, slot.beats, midi + shift, vel * slot.level * 1.3, where)
    return play


def bass(track, player, steps, low=28, vel=0.75, walk=False):
    """Steps (beat, length, which): r root, f fifth, o octave, w a step that leads into the next root."""
    def play(song, slot):
        root = slot.chord.bass_note(low)
        for beat, length, which in steps:
            if beat >= slot.beats:
                continue
            goal = slot.following.bass_note(low)
            fifth = slot.chord.fifth_note(low)
            lead = goal + (1 if goal < root else -1) if abs(goal - root) > 1 else fifth
            third = root + (3 if (slot.chord.root + 3) % 12 in slot.chord.tones else 4)
            midi = {"r": root, "f": fifth if fifth - root < 9 else fifth - 12, "o": root + 12,
                    "w": lead if walk else fifth, "t": third}[which]
            song.play(track, player, slot.beat + beat, min(length, slot.beats - beat), midi,
                      vel * slot.level * 1.3 * (1.0 if beat == 0 else 0.88))
    return play


DRUMS = {
    # letter: (drum, MIDI tuning, pan)
    "k": (kick, 0, 0.0), "K": (soft_kick, 0, 0.0), "s": (snare, 0, 0.05), "b": (brush, 0, 0.08),
    "w": (sweep_brush, 0, -0.1), "r": (rim, 0, 0.22), "c": (clap, 0, 0.0), "h": (hat, 0, -0.35),
    "o": (open_hat, 0, -0.35), "R": (ride, 0, 0.4), "x": (crash, 0, 0.3), "S": (shaker, 0, 0.5),
    "j": (tambourine, 0, 0.45), "t": (tom, 50, 0.2), "T": (tom, 43, -0.2), "g": (conga, 62, -0.45),
    "G": (conga, 57, -0.3),
}


def groove(track, rows, fill=None, tight=False, every=4):
    """Rows of "letter: steps"; steps are 0..9 (how hard) or . on an even grid over the bar.

    `fill` replaces the rows in each `every`th bar.
    """
    def parse(text):
        return [(line.split(":")[0].strip(), line.split(":")[1].replace(" ", "")) for line in text.strip().split(";")]

    usual, special = parse(rows), parse(fill) if fill else None

    def play(song, slot):
        chosen = special if special and slot.bar % every == every - 1 else usual
        for letter, steps in chosen:
            drum, tuning, pan = DRUMS[letter]
            bus = track + " kick" if letter in "kK" else track
            for i, beat, _ in slot.grid(len(steps)):
                if steps[i] != ".":
                    strength = (int(steps[i]) / 9.0) * (0.55 + 0.5 * slot.level)
                    song.play(bus, drum, beat, 0.1, tuning, strength, pan, tight)
    return play
