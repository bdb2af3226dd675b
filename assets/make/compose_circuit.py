"""The tracks of Circuit: machines in time, from a night bus at 112 to sunrise at 126.

In: a seed. Out: stereo masters. Each track is blocks of eight bars; a letter says who plays in it.
"""

from accompany import groove
from drums import crash
from filters import high_pass, low_pass, peak, shelf_high
from keys import electric_piano, marimba
from mixdown import Strip, mix
from score import Scale, Song
from synths import acid, lead, pad, riser, saw_bass, square_pluck, stab, sub_bass, synth_pluck
from theory import Chord, voice

FLOOR = "k: 9...9...9...9..."
LOW_END = (high_pass(32), low_pass(2800, 1))
TOP = (high_pass(220), shelf_high(6000, -1.5))
KIT = (high_pass(180),)


class Track:
    """A song on a grid of bars, its chords one a bar, over and over."""

    def __init__(self, title, seed, bpm, symbols, bars, low=55, high=74, swing=0.0):
        self.song = Song(title, seed, bpm, bars * 4 + 1, 3.5, swing=swing, loose=0.0)
        self.bars = bars
        self.row = [Chord(symbol) for symbol in symbols.split()]
        self.notes, previous = [], None
        for chord in self.row + self.row:  # twice round, so that the seam is led as well
            previous = voice(chord, previous, low, high)
            self.notes.append(previous)
        self.notes = self.notes[len(self.row):]
        self.song.harmony = [(bar * 4, self.chord(bar)[0]) for bar in range(bars)]

    def chord(self, bar):
        return self.row[bar % len(self.row)], self.notes[bar % len(self.row)]

    def beat(self, track, rows, first, last, fill=None):
        """A drum groove from bar `first` up to `last`; `fill` takes over in the bar before `last`."""
        for bar in range(first, last):
            chosen = fill if fill and bar == last - 1 else rows
            groove(track, chosen, tight=True)(self.song, _Bar(bar * 4))

    def bass(self, player, steps, first, last, low=29, track="bass", vel=0.8):
        """Sixteen steps: r root, o octave, f fifth, s seventh below the octave; a dot is a rest, - holds on."""
        for bar in range(first, last):
            chord, _ = self.chord(bar)
            root = chord.bass_note(low)
            for i, step in enumerate(steps):
                if step in ".-":
                    continue
                held = 1 + len(steps[i + 1:]) - len(steps[i + 1:].lstrip("-"))
                midi = {"r": root, "o": root + 12, "f": root + 7, "s": root + 10}[step]
                self.song.play(track, player, bar * 4 + i / 4, held / 4 * 0.9, midi, vel * (1 if i % 4 == 0 else 0.85), tight=True)

    def arp(self, track, player, order, first, last, vel=0.6, octave=0, swell=0.0, pan=0.3, held=0.24):
        """Sixteen steps a bar over the voicing: digits 1..4 up, 5..8 the same an octave higher."""
        for bar in range(first, last):
            _, notes = self.chord(bar)
            loud = vel * (1 - swell + swell * (bar - first + 1) / (last - first))
            for i in range(16):
                step = order[i % len(order)]
                if step == ".":
                    continue
                k = int(step) - 1
                midi = notes[k % 4 % len(notes)] + 12 * (k // 4) + 12 * octave
                self.song.play(track, player, bar * 4 + i / 4, held, midi, loud * (1.1 if i % 4 == 0 else 0.9),
                               pan * (1 if i % 2 else -1), tight=True)

    def pads(self, track, player, first, last, vel=0.6, octave=0, fan=0.5):
        bar = first
        while bar < last:
            chord, notes = self.chord(bar)
            bars = 1
            while bar + bars < last and self.chord(bar + bars)[0].symbol == chord.symbol:
                bars += 1
            for i, midi in enumerate(notes):
                self.song.play(track, player, bar * 4, bars * 4, midi + 12 * octave, vel, fan * (2 * i / max(1, len(notes) - 1) - 1), tight=True)
            bar += bars

    def chops(self, track, player, steps, first, last, vel=0.6, pan=0.0, held=0.3):
        """Chords on sixteen steps 0..9."""
        for bar in range(first, last):
            _, notes = self.chord(bar)
            for i, step in enumerate(steps):
                if step != ".":
                    for midi in notes:
                        self.song.play(track, player, bar * 4 + i / 4, held, midi, vel * int(step) / 9, pan, tight=True)

    def line(self, track, player, scale, text, bar, **more):
        self.song.sing(track, player, scale, text, bar * 4, tight=True, **more)

    def lift(self, bar, bars=2):
        """Noise that rises into `bar`, and the crash that meets it."""
        self.song.play("fx", riser, (bar - bars) * 4, bars * 4, 60, 0.6, tight=True)
        self.hit(bar)

    def hit(self, bar):
        self.song.play("fx", crash, bar * 4, 1, 0, 0.8, 0.1, tight=True)


class _Bar:
    """A whole bar of four, as a groove wants to see it."""

    def __init__(self, beat):
        self.beat, self.level, self.bar = beat, 0.9, 0

    def grid(self, steps):
        return [(i, self.beat + i * 4 / steps, 4 - i * 4 / steps) for i in range(steps)]


def copper_trace(seed):
    """F minor, 118: one arpeggio whose filter is the story."""
    t = Track("Copper Trace", seed, 118, "Fm9 Fm9 Dbmaj9 Dbmaj9 Abadd9 Abadd9 Eb6 Eb6", 52)
    t.arp("arp", synth_pluck, "1325436581325436", 0, 24, 0.6)
    t.arp("arp", synth_pluck, "1325436587654321", 24, 50, 0.65)
    t.beat("kit", FLOOR, 4, 8)
    t.beat("kit", FLOOR + "; h: ..6...6...6...6.; c: ....7.......7...", 8, 24, "k: 9...9...9.......; c: ....7.......7.78; h: ..6...6...6.6666")
    t.beat("kit", FLOOR + "; o: ..6...6...6...6.; h: 3.333.333.333.33; c: ....8.......8...; S: 2.4.2.4.2.4.2.4.", 32, 48)
    t.bass(saw_bass, "r..r..r.r..r..o.", 8, 24)
    t.bass(saw_bass, "r..ro.r.r..rf.o.", 32, 48)
    t.pads("pad", pad, 16, 50, 0.55)
    t.lift(32)
    t.hit(8), t.hit(16), t.hit(48)
    scale = Scale("F4", "minor")
    hook = "-:2 5:.75 4:.75 3:.5 | 5:3 -:1 | -:2 3:.75 4:.75 5:.5 | 3:3 -:1 | -:2 5:.75 7:.75 1':.5 | 7:2 5:2 | -:2 4:.75 3:.75 2:.5 | 2:3.5 -:.5"
    t.line("lead", lead, scale, hook, 24, vel=0.55)
    t.line("lead", lead, scale, hook, 32, vel=0.7)
    t.line("lead", lead, scale, hook, 40, vel=0.75, thirds=-2)
    return mix(t.song, {
        "arp": Strip(-20, TOP, 0.16, 0.25, 0.3, cutoff=[(0, 400), (32, 1200), (64, 3500), (96, 9000), (100, 1200), (128, 9000), (190, 7000), (204, 500)]),
        "kit kick": Strip(-20, ()), "kit": Strip(-24.5, KIT, 0.06), "bass": Strip(-20, LOW_END, duck=0.45, mono=True),
        "pad": Strip(-24, (high_pass(180),), 0.3, duck=0.65), "lead": Strip(-22, TOP, 0.2, 0.3, 0.15),
        "fx": Strip(-27, (high_pass(300),), 0.3)}, -12.5, 1.6, delay=(0.75, 0.42, 3200))


def night_bus_41(seed):
    """A minor, 112, swung: electric piano chords, a round bass, rain on the window."""
    t = Track("Night Bus 41", seed, 112, "Am9 Am9 Fmaj9 Fmaj9 Dm9 Dm9 G13 E7b9", 52, 53, 72, swing=0.04)
    t.chops("keys", electric_piano, "7.....5...6.....", 0, 16, 0.6, held=0.9)
    t.chops("keys", electric_piano, "7..5..6...5..4..", 16, 50, 0.6, held=0.5)
    t.beat("kit", "S: 5.3.5.3.5.3.5.3.; r: ......4.......4.", 4, 8)
    t.beat("kit", FLOOR + "; S: 5.3.5.3.5.3.5.3.; r: ......4.......4.; c: ....6.......6...", 8, 24, "k: 9...9.....9.....; c: ....6......66.6.")
    t.beat("kit", FLOOR + "; o: ..5...5...5...5.; S: 5.3.5.3.5.3.5.3.; c: ....7.......7...; g: ...4...4..4....5", 32, 48)
    t.bass(sub_bass, "r--..r..f-..r.o.", 8, 24)
    t.bass(sub_bass, "r--..ro.f-..r.s.", 32, 48)
    t.pads("pad", pad, 16, 50, 0.45)
    t.lift(32)
    t.hit(8), t.hit(48)
    scale = Scale("A4", "minor")
    t.line("mallets", marimba, scale, "-:1.5 3:.5 5:.75 7:.75 5:.5 | 3:.75 2:.75 1:1 -:1.5 | -:1.5 3:.5 6:.75 5:.75 3:.5 | 2:.75 3:.75 5:1 -:1.5 |"
           "-:1.5 4:.5 6:.75 1':.75 6:.5 | 4:.75 6:.75 3':1 -:1.5 | -:1.5 2':.5 7:.75 5:.75 #6:.5 | #3:.75 4:.75 #7:1 -:1.5", 16, vel=0.7)
    t.line("lead", lead, scale, "5:1.5 3:.5 5:2 | 7:1.5 5:.5 3:2 | 5:1.5 6:.5 1':2 | 5:3 -:1 | 4:1.5 6:.5 1':2 | 3':1.5 1':.5 6:2 | 7:1.5 #6:.5 5:2 | #3:3.5 -:.5", 32, vel=0.6)
    t.line("mallets", marimba, scale, "-:1.5 3:.5 5:.75 7:.75 5:.5 | 3:.75 2:.75 1:1 -:1.5 | -:1.5 3:.5 6:.75 5:.75 3:.5 | 2:.75 3:.75 5:1 -:1.5 |"
           "-:1.5 4:.5 6:.75 1':.75 6:.5 | 4:.75 6:.75 3':1 -:1.5 | -:1.5 2':.5 7:.75 5:.75 #6:.5 | #3:.75 4:.75 #7:1 -:1.5", 40, vel=0.75)
    return mix(t.song, {
        "keys": Strip(-20, (high_pass(130), peak(350, -2)), 0.18, 0.15, 0.35, wide=(2.2, 0.5, 0.5), cutoff=[(0, 700), (32, 4500), (96, 6000), (104, 1500), (128, 7000), (192, 6000), (206, 700)]),
        "kit kick": Strip(-21, ()), "kit": Strip(-26, KIT, 0.08), "bass": Strip(-21, (high_pass(30), low_pass(900, 1)), duck=0.4, mono=True, drive=0.6),
        "pad": Strip(-27, (high_pass(200),), 0.35, duck=0.6), "mallets": Strip(-22, TOP, 0.22, 0.35),
        "lead": Strip(-24, TOP, 0.28, 0.3), "fx": Strip(-30, (high_pass(300),), 0.3)}, -14.0, 1.9, delay=(0.75, 0.45, 2600))


def ground_loop(seed):
    """C sharp minor, 124: an acid line and very little mercy."""
    t = Track("Ground Loop", seed, 124, "C#m C#m C#m C#m A A B C#m", 56, 56, 73)
    riff, other = "r.or.ros.r.orsr.", "rr.or.o.rs.or.of"
    for first, last, vel, steps in ((0, 8, 0.45, riff), (8, 16, 0.6, riff), (16, 24, 0.75, other), (24, 28, 0.5, riff),
                                    (32, 40, 0.85, riff), (40, 48, 1.0, other), (48, 54, 0.6, riff)):
        t.bass(acid, steps, first, last, 37, "acid", vel)
    t.beat("kit", FLOOR, 4, 8)
    t.beat("kit", FLOOR + "; h: 3363336333633363", 8, 16, "k: 9...9...9.9.99..; h: 3363336333633363")
    t.beat("kit", FLOOR + "; o: ..6...6...6...6.; h: 33.333.333.333.3; c: ....8.......8...", 16, 24, "c: ....8.....8.8888; h: 3333333333333333")
    t.beat("kit", FLOOR + "; o: ..7...7...7...7.; h: 33.333.333.333.3; c: ....9.......9...; T: ...4..4.....4...; r: ..4..4....4..4.4", 32, 48)
    t.beat("kit", FLOOR + "; h: ..5...5...5...5.", 48, 54)
    t.bass(sub_bass, "r...r...r...r...", 16, 24, 25)
    t.bass(sub_bass, "r...r...r...r...", 32, 48, 25)
    t.pads("pad", pad, 24, 40, 0.6)
    t.chops("stab", stab, "......7..7......", 16, 24, 0.55)
    t.chops("stab", stab, "7..7..7...7..7..", 40, 48, 0.6)
    t.lift(32, 4)
    t.hit(16), t.hit(40), t.hit(54)
    return mix(t.song, {
        "acid": Strip(-19.5, (high_pass(60), peak(900, 1.5, 0.7), shelf_high(7000, -2)), 0.1, 0.12, 0.25, drive=0.5,
                      cutoff=[(0, 500), (64, 2500), (96, 6000), (112, 900), (128, 8000), (192, 9000), (224, 500)]),
        "kit kick": Strip(-19, ()), "kit": Strip(-24, KIT, 0.06), "bass": Strip(-23, (low_pass(300, 1),), duck=0.6, mono=True),
        "pad": Strip(-25, (high_pass(200),), 0.4, duck=0.5), "stab": Strip(-24, TOP, 0.25, 0.3, 0.2),
        "fx": Strip(-26, (high_pass(300),), 0.3)}, -11.5, 1.4, delay=(0.75, 0.45, 3000))


def soft_reset(seed):
    """D minor, 110: a tune first, machines second; italo's open window."""
    t = Track("Soft Reset", seed, 110, "Dm Bbmaj7 Gm7 A7sus4 Dm Bbmaj7 F C", 56, 56, 75)
    t.bass(saw_bass, "r.o.r.o.r.o.r.o.", 4, 28, 33)
    t.bass(saw_bass, "r.o.r.o.r.o.r.o.", 36, 52, 33)
    t.arp("arp", square_pluck, "1.2.3.4.5.4.3.2.", 0, 54, 0.55)
    t.beat("kit", "k: 9.......9.......; s: ....8.......8...; h: 4.3.4.3.4.3.4.3.", 4, 12, "k: 9.......9.......; s: ....8...8.8.8.88")
    t.beat("kit", FLOOR + "; s: ....8.......8...; o: ..5...5...5...5.; j: 3...4...3...4...", 12, 28, FLOOR + "; s: ....8.......8...; t: ........77......; T: ..........77.7.7")
    t.beat("kit", FLOOR + "; s: ....9.......9...; o: ..6...6...6...6.; h: 3.333.333.333.33; c: ....5.......5...", 36, 52)
    t.pads("pad", pad, 12, 54, 0.5)
    scale = Scale("D4", "minor")
    verse = ("1:1 3:.5 5:1 3:.5 5:1 | 6:1.5 5:.5 3:2 | 5:1 3:.5 5:1 7:.5 1':1 | 7:1.5 5:.5 4:1 2:1 |"
             "1:1 3:.5 5:1 3:.5 5:1 | 6:1.5 5:.5 3:1 5:1 | 4:1 6:.5 1':1 6:.5 4:1 | 5:3 -:1")
    chorus = ("1':1.5 7:.5 5:1 1':1 | 1':1 3':1 2':1 1':1 | 5:1.5 7:.5 1':1 5':1 | 4':1.5 2':.5 2':1.5 7:.5 |"
              "1':1.5 7:.5 5:1 1':1 | 3':1 5':1 3':1 1':1 | 6:1 1':1 4':1 3':1 | 2':3 -:1")
    t.line("lead", lead, scale, verse, 4, octave=0, vel=0.6)
    t.line("lead", lead, scale, chorus, 12, octave=0, vel=0.75)
    t.line("bells", electric_piano, scale, verse, 20, octave=1, vel=0.7)
    t.line("bells", electric_piano, scale, "-:2 5:1 3 | 5:2 3:2 | -:2 5:1 7 | 2':3 -:1 | -:2 5:1 3 | 5:2 3:2 | -:2 4:1 6 | 5:3 -:1", 28, octave=1, vel=0.6)
    t.line("lead", lead, scale, chorus, 36, octave=0, vel=0.8, vary=0.2)
    t.line("lead", lead, scale, chorus.rpartition("|")[0] + "| 2':2 5:2 | 1:4",
           44, octave=0, vel=0.8, thirds=-2)
    t.lift(12), t.lift(36)
    t.hit(52)
    return mix(t.song, {
        "lead": Strip(-20, TOP, 0.2, 0.28), "bells": Strip(-21.5, TOP, 0.25, 0.35, wide=(2.0, 0.6, 0.5)), "arp": Strip(-25, TOP, 0.15, 0.25, 0.2),
        "kit kick": Strip(-21.5, ()), "kit": Strip(-23, KIT, 0.1), "bass": Strip(-20, LOW_END, duck=0.3, mono=True),
        "pad": Strip(-24.5, (high_pass(180),), 0.3, duck=0.45), "fx": Strip(-29, (high_pass(300),), 0.3)}, -13.5, 1.7, delay=(0.75, 0.4, 3400))


def phase_locked(seed):
    """G mixolydian, 120: two marimbas a sixteenth apart, then two, then three; the chords follow them."""
    t = Track("Phase Locked", seed, 120, "Gadd9 Gadd9 Gadd9 Gadd9 Fmaj9 Fmaj9 C/G Cadd9", 52, 55, 72)
    cell = "1.34.2.31.4.23.4"
    for voice_at, track, pan, first, last in ((0, "left", -0.5, 0, 50), (1, "right", 0.5, 8, 48)):
        for bar in range(first, last, 4):
            shift = voice_at * ((bar // 8) % 4 + 1)
            turned = cell[shift:] + cell[:shift]
            t.arp(track, marimba, turned, bar, min(bar + 4, last), 0.6, 0, pan=0.0, held=0.3)
    t.arp("high", square_pluck, "5...7...6.....8.", 16, 46, 0.5, pan=0.6)
    t.beat("kit", "S: 5.4.5.4.5.4.5.4.", 8, 16)
    t.beat("kit", FLOOR + "; S: 5.4.5.4.5.4.5.4.; r: ...4..4....4..4.", 16, 28, "k: 9...9...9.......; r: ...4..4.4.4.4444")
    t.beat("kit", FLOOR + "; h: ..6...6...6...6.; S: 5.4.5.4.5.4.5.4.; c: ....6.......6...; r: ...4..4....4..4.", 32, 48)
    t.bass(sub_bass, "r-----..r--.r-..", 16, 28, 31)
    t.bass(saw_bass, "r--.r-.r..r-f-o.", 32, 48, 31)
    t.pads("pad", pad, 12, 50, 0.5)
    t.lift(32)
    t.hit(16), t.hit(48)
    return mix(t.song, {
        "left": Strip(-21, (high_pass(90), peak(2500, 1.5)), 0.14, 0.1), "right": Strip(-22.5, (high_pass(90), peak(2500, 1.5)), 0.14, 0.1),
        "high": Strip(-26, TOP, 0.3, 0.4), "kit kick": Strip(-21.5, ()), "kit": Strip(-27, KIT, 0.08),
        "bass": Strip(-21.5, LOW_END, duck=0.4, mono=True), "pad": Strip(-25, (high_pass(180),), 0.35, duck=0.5),
        "fx": Strip(-30, (high_pass(300),), 0.3)}, -15.0, 1.5, delay=(0.75, 0.42, 3000))


def sunrise_protocol(seed):
    """E major from its sixth, 126: a long breakdown, and the sun."""
    t = Track("Sunrise Protocol", seed, 126, "C#m7 Amaj9 Eadd9 Badd9 C#m7 Amaj9 F#m9 Bsus4", 60, 56, 76)
    t.beat("kit", FLOOR + "; h: ..5...5...5...5.", 0, 8)
    t.beat("kit", FLOOR + "; o: ..6...6...6...6.; h: 3.333.333.333.33; c: ....7.......7...", 8, 24, "k: 9...9...........; c: ....7...7.7.7777")
    t.beat("kit", "c: ....4.......4...", 32, 40, "s: 3.3.3.3.4.4.5678")
    t.beat("kit", FLOOR + "; o: ..7...7...7...7.; h: 3.333.333.333.33; c: ....8.......8...; j: 4.4.4.4.4.4.4.4.", 40, 56)
    t.bass(saw_bass, "..rr..rr..rr..ro", 4, 24, 28)
    t.bass(saw_bass, "..rr..rr..ro..rf", 40, 56, 28)
    t.arp("arp", synth_pluck, "1234567654321234", 8, 24, 0.55, swell=0.4)
    t.arp("arp", synth_pluck, "1357864213578642", 24, 58, 0.65, swell=0.3)
    t.pads("pad", pad, 16, 58, 0.6)
    t.pads("strings", pad, 40, 56, 0.5, octave=1)
    scale = Scale("E4", "major")
    theme = ("6:1.5 5:.5 6:1 1':1 | 7:2 5:1 3:1 | 3:1.5 2:.5 3:1 5:1 | 5:1.5 4:.5 2:2 |"
             "6:1.5 5:.5 6:1 1':1 | 3':2 1':1 7:1 | 6:1 1':1 2':1 4':1 | 2':3 -:1")
    t.line("lead", lead, scale, theme, 24, vel=0.55)
    t.line("lead", lead, scale, theme, 40, vel=0.75)
    t.line("lead", lead, scale, theme, 48, vel=0.8, thirds=-2)
    t.lift(8), t.lift(40, 4)
    t.hit(16), t.hit(48), t.hit(56)
    return mix(t.song, {
        "arp": Strip(-22, TOP, 0.2, 0.3, 0.4, cutoff=[(0, 600), (32, 900), (96, 5000), (100, 1500), (160, 11000), (218, 9000), (236, 700)]),
        "kit kick": Strip(-20, ()), "kit": Strip(-24.5, KIT, 0.06), "bass": Strip(-20, LOW_END, duck=0.3, mono=True),
        "pad": Strip(-22, (high_pass(180),), 0.35, duck=0.7), "strings": Strip(-27, (high_pass(400),), 0.4, duck=0.6),
        "lead": Strip(-21, TOP, 0.25, 0.3, 0.1), "fx": Strip(-26, (high_pass(300),), 0.3)}, -12.5, 2.0, delay=(0.75, 0.45, 3600))


SONGS = {"Copper Trace": copper_trace, "Night Bus 41": night_bus_41, "Ground Loop": ground_loop, "Soft Reset": soft_reset,
         "Phase Locked": phase_locked, "Sunrise Protocol": sunrise_protocol}
