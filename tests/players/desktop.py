#!/usr/bin/env python3
"""Plays every stream of every station in the players that people have, and listens.

Usage: desktop.py BASE_URL [--seconds 6] [--jobs 2] [--only PLAYER]

ffmpeg, mpv, VLC, GStreamer and MPD play opus.m3u8, live.m3u8, hls.m3u8, radio.m3u8 and the endless streams of
each station. Each writes what it would send to a loudspeaker, 48 kHz stereo s16, into a pipe; a cell passes
when so many seconds of it have come and they are not silence. MPD must also show the ICY title.
Exit code 1 if any cell fails.
"""

import argparse
import array
import concurrent.futures
import json
import math
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

RATE = 48000
BYTES_A_SECOND = RATE * 4
SILENCE_DBFS = -55.0
# A player that has not delivered by then has failed: start-up, 3 target durations back, and the listening itself.
PATIENCE_SECONDS = 60


def level_dbfs(pcm):
    samples = array.array("h")
    samples.frombytes(pcm[: len(pcm) // 2 * 2])
    if not samples:
        return -math.inf
    thinned = samples[::7]
    power = sum(s * s for s in thinned) / len(thinned)
    return 10 * math.log10(power / 32768**2) if power > 0 else -math.inf


def loud_share(pcm):
    """The share of half seconds that are not silence."""
    step = BYTES_A_SECOND // 2
    levels = [level_dbfs(pcm[at : at + step]) for at in range(0, len(pcm) - step + 1, step)]
    return sum(level > SILENCE_DBFS for level in levels) / max(len(levels), 1)


def listen(command, seconds, **options):
    """Runs a player until it has written so many seconds; gives the PCM and what it said."""
    player = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
    said = []
    reader = threading.Thread(target=lambda: said.append(player.stderr.read()), daemon=True)
    reader.start()
    alarm = threading.Timer(PATIENCE_SECONDS, player.kill)
    alarm.start()
    pcm = bytearray()
    wanted = seconds * BYTES_A_SECOND
    while len(pcm) < wanted:
        some = player.stdout.read1(65536)
        if not some:
            break
        pcm += some
    alarm.cancel()
    player.kill()
    player.wait()
    reader.join(5)
    return bytes(pcm), (said[0] if said else b"").decode(errors="replace")


def ffmpeg(url, seconds):
    return listen(
        ["ffmpeg", "-hide_banner", "-nostdin", "-v", "warning", "-i", url, "-f", "s16le", "-ac", "2", "-ar", "48000", "-"],
        seconds,
    )


def mpv(url, seconds):
    return listen(
        ["mpv", "--no-config", "--no-video", "--msg-level=all=error", "--audio-samplerate=48000",
         "--audio-channels=stereo", "--audio-format=s16", "--ao=pcm", "--ao-pcm-waveheader=no",
         "--ao-pcm-file=/dev/stdout", url],
        seconds,
    )


def vlc(url, seconds):
    # VLC refuses to run as root.
    nobody = pwd.getpwnam("nobody")
    as_user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []} if os.getuid() == 0 else {}
    sout = "#transcode{acodec=s16l,samplerate=48000,channels=2}:std{access=file,mux=wav,dst=-}"
    with tempfile.TemporaryDirectory() as home:
        os.chmod(home, 0o777)
        environment = {**os.environ, "HOME": home, "XDG_CONFIG_HOME": home, "XDG_RUNTIME_DIR": home}
        return listen(
            ["vlc", "-I", "dummy", "--no-video", "--quiet", "--no-sout-video", url, "--sout", sout],
            seconds, env=environment, cwd="/", **as_user,
        )


def gstreamer(url, seconds):
    return listen(
        ["gst-launch-1.0", "-q", "uridecodebin", "uri=" + url, "!", "audioconvert", "!", "audioresample", "!",
         "audio/x-raw,format=S16LE,rate=48000,channels=2", "!", "fdsink", "fd=1"],
        seconds,
    )


def mpd(url, seconds):
    with tempfile.TemporaryDirectory() as home:
        socket, fifo, conf = (os.path.join(home, name) for name in ("socket", "pcm", "mpd.conf"))
        os.mkfifo(fifo)
        lines = [
            f'bind_to_address "{socket}"', f'db_file "{home}/db"', f'state_file "{home}/state"',
            f'log_file "{home}/log"', 'log_level "default"',
            'input {', 'plugin "curl"', '}', 'audio_output {', 'type "pipe"', 'name "ear"',
            f'command "exec cat > {fifo}"', 'format "48000:16:2"', '}',
        ]
        with open(conf, "w") as out:
            out.write("\n".join(lines) + "\n")
        daemon = subprocess.Popen(["mpd", "--no-daemon", conf], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for _ in range(200):
                if os.path.exists(socket):
                    break
                time.sleep(0.05)  # MPD has no other way to say that it listens.
            mpc = ["mpc", "--host", socket]
            subprocess.run([*mpc, "-q", "add", url], check=True)
            subprocess.run([*mpc, "-q", "play"], check=True)
            pcm, said = listen(["cat", fifo], seconds)
            title = subprocess.run([*mpc, "current"], capture_output=True, text=True).stdout.strip()
            if "/stream." in url and " - " not in title:
                said += f"\nno ICY title: {title!r}"
                pcm = b""
            with open(os.path.join(home, "log")) as log:
                said += log.read()
            return pcm, said
        finally:
            daemon.kill()
            daemon.wait()


PLAYERS = {"ffmpeg": ffmpeg, "mpv": mpv, "vlc": vlc, "gstreamer": gstreamer, "mpd": mpd}
PROGRAMS = {"gstreamer": "gst-launch-1.0"}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("base")
    arguments.add_argument("--seconds", type=int, default=6)
    arguments.add_argument("--jobs", type=int, default=2)
    arguments.add_argument("--only", choices=PLAYERS)
    options = arguments.parse_args()
    base = options.base.rstrip("/")
    players = {options.only: PLAYERS[options.only]} if options.only else PLAYERS
    missing = [name for name in players if not shutil.which(PROGRAMS.get(name, name))]
    if missing:
        sys.exit(f"not installed: {', '.join(missing)}")

    with urllib.request.urlopen(f"{base}/api/v1/stations") as answer:
        stations = json.load(answer)["stations"]
    cells = [
        (player, station["id"], path)
        for station in stations
        for path in station["streams"].values()
        if path
        for player in players
    ]

    def cell(which):
        player, station, path = which
        began = time.monotonic()
        pcm, said = players[player](base + path, options.seconds)
        share = loud_share(pcm)
        seconds = len(pcm) / BYTES_A_SECOND
        passed = seconds >= options.seconds - 0.1 and share >= 0.75
        return which, passed, seconds, share, time.monotonic() - began, said

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for (player, _, path), passed, seconds, share, took, said in pool.map(cell, cells):
            mark = "ok  " if passed else "FAIL"
            print(f"{mark} {player:9} {path:28} {seconds:5.1f} s heard, {share:4.0%} not silent, {took:4.1f} s", flush=True)
            if not passed:
                failed += 1
                print("\n".join("       " + line for line in said.splitlines()[-8:]))
    print(f"{len(cells) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
