#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Scores the slow-signal detector on SKAB by the leaderboard's protocol and prints one line of JSON.

  python3 scripts/bench_slow.py DIRECTORY_OF_SLOW_LAB [--data DIRECTORY]

SKAB (Katser and Kozitsin 2020, v0.9): the detector learns on the first 400 rows of each file and is scored on the
rest, all files pooled. F1, FAR and MAR judge each row; NAB judges change points in windows of 60 s to the right of
each, with TSAD's curve and its three profiles. Only valve1, 16 of the 34 files, is in the data folder, so the
leaderboard's figures stand beside ours for orientation and are of all 34. The detector's constants were set on the
odd-numbered files; the even-numbered ones are reported apart. Standard library only.
"""

import argparse
import csv
import gzip
import json
import math
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

LEARNING_ROWS = 400
WINDOW_S = 60
# What a hit, a false alarm and a miss are worth (Lavin and Ahmad 2015, as TSAD has them).
PROFILES = {"standard": (1, -0.11, -1), "low_FP": (1, -0.22, -1), "low_FN": (1, -0.11, -2)}
# https://github.com/waico/SKAB, leaderboard, all 34 files: the best of each problem.
PUBLISHED = {"Conv-AE": {"F1": 0.78, "FAR": 13.55, "MAR": 28.02}, "MSCRED": {"NAB_standard": 32.42}}


def outliers(pairs):
    """F1, FAR % and MAR % of (found, true) rows of 0 and 1, pooled over files."""
    count = {(a, b): 0 for a in (0, 1) for b in (0, 1)}
    for found, true in pairs:
        for a, b in zip(found, true, strict=True):
            count[a, b] += 1
    hit, false, missed, quiet = count[1, 1], count[1, 0], count[0, 1], count[0, 0]
    return {
        "F1": hit / (hit + (false + missed) / 2) if hit else 0.0,
        "FAR": 100 * false / (false + quiet),
        "MAR": 100 * missed / (missed + hit),
    }


def nab(cases, profile):
    """NAB score of (events, change points) in seconds, a pair for each file: 0 for silence, 100 for perfection.

    The first event in a window counts, by how early it is; events outside of all windows are false alarms.
    """
    hit, false, miss = PROFILES[profile]
    total, changes = 0.0, 0
    for events, points in cases:
        inside = set()
        for i, point in enumerate(points):
            end = min([point + WINDOW_S] + points[i + 1 : i + 2])
            found = [event for event in events if point <= event < end]
            inside.update(found)
            changes += 1
            if found:
                x = math.pi * ((found[0] - point) / WINDOW_S - 0.5)
                middle = (hit - false) / 2
                total += middle - middle * math.tanh(x) / math.tanh(math.pi / 2) + false
            else:
                total += miss
        total += false * sum(event not in inside for event in events)
    return 100 * (total - changes * miss) / (changes * (hit - miss))


def counts(cases):
    """Missed change points and events that are in no window."""
    missed = false = 0
    for events, points in cases:
        near = [[e for e in events if p <= e < p + WINDOW_S] for p in points]
        missed += sum(not found for found in near)
        false += len(set(events) - {e for found in near for e in found})
    return {"missed": missed, "false": false}


def edges(states, times):
    """Times at which a row of 0 and 1 changes; it begins with 0."""
    return [t for before, now, t in zip([0] + states[:-1], states, times, strict=True) if before != now]


def read(path):
    with gzip.open(path, "rt") as file:
        rows = list(csv.reader(file, delimiter=";"))[1:]
    start = datetime.fromisoformat(rows[0][0])
    times = [(datetime.fromisoformat(row[0]) - start).total_seconds() for row in rows]
    return times, [row[1:9] for row in rows], [int(float(r[9])) for r in rows], [int(float(r[10])) for r in rows]


def run(lab, path):
    """One file: rows found and true, events and change points, what it cost, and which channels led."""
    times, values, anomalous, changes = read(path)
    lines = "".join(f"{t};{';'.join(v)}\n" for t, v in zip(times, values, strict=True))
    answer = json.loads(subprocess.run([lab], input=lines, capture_output=True, text=True, check=True).stdout)
    late = times[LEARNING_ROWS:]
    return {
        "rows": (answer["anomalous"], anomalous[LEARNING_ROWS:]),
        "points": (edges(answer["changing"], late), [t for t, c in zip(late, changes[LEARNING_ROWS:]) if c]),
        "edges": (edges(answer["anomalous"], late), [t for t, c in zip(late, changes[LEARNING_ROWS:]) if c]),
        "ns": answer["nanosecondsPerReading"],
        "allocations": answer["allocationsPerReading"],
    }


def score(files):
    rows = [f["rows"] for f in files]
    points = [f["points"] for f in files]
    result = {"files": len(files), **outliers(rows)}
    result |= {f"NAB_{profile}": nab(points, profile) for profile in PROFILES}
    result["NAB_standard_of_level_edges"] = nab([f["edges"] for f in files], "standard")
    return {k: round(v, 3) if k == "F1" else round(v, 2) for k, v in result.items()} | counts(points)


def check_scorer(files):
    """The scorer on what is known beforehand; raises where it differs."""
    true = [f["rows"][1] for f in files]
    points = [f["points"][1] for f in files]
    silence = outliers([([0] * len(t), t) for t in true])
    noise = outliers([([1] * len(t), t) for t in true])
    assert (silence["F1"], silence["FAR"], silence["MAR"]) == (0, 0, 100)
    assert outliers([(t, t) for t in true]) == {"F1": 1, "FAR": 0, "MAR": 0}
    # Closed form: with share p of anomalous rows, alarming always gives F1 = 2 p / (1 + p).
    share = sum(map(sum, true)) / sum(map(len, true))
    assert math.isclose(noise["F1"], 2 * share / (1 + share)) and (noise["FAR"], noise["MAR"]) == (100, 0)
    for profile, (_, false, miss) in PROFILES.items():
        assert nab([([], p) for p in points], profile) == 0
        assert math.isclose(nab([(p, p) for p in points], profile), 100)
        # An event half a window late is worth the middle between a hit and a false alarm.
        late = nab([([WINDOW_S / 2], [0])], profile)
        assert math.isclose(late, 100 * ((1 + false) / 2 - miss) / (1 - miss))
        # A false alarm costs its price.
        assert math.isclose(nab([([0, 1000], [0])], profile), 100 * (1 + false - miss) / (1 - miss))
    return {"F1_of_always_anomalous": round(noise["F1"], 3)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", help="directory of slow-lab")
    parser.add_argument("--data", default=os.environ.get("MILLWRIGHT_DATA", "../shared/data"))
    arguments = parser.parse_args()
    folder = Path(arguments.data) / "skab" / "valve1"
    paths = sorted(folder.glob("*.csv.gz"), key=lambda p: int(p.name.split(".")[0]))
    if not paths:
        sys.exit(f"error: there are no files in {folder}")
    files = [run(f"{arguments.bin}/slow-lab", path) for path in paths]
    result = {
        "suite": "slow",
        "data": f"SKAB valve1, {len(files)} of 34 files",
        "trap": check_scorer(files),
        "all": score(files),
        "odd": score(files[1::2]),
        "even": score(files[0::2]),
        "ns_per_reading": round(sum(f["ns"] for f in files) / len(files), 1),
        "allocations_per_reading": max(f["allocations"] for f in files),
        "published_all_34_files": PUBLISHED,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
