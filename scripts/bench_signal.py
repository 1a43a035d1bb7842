# SPDX-License-Identifier: Apache-2.0
"""The suite `signal`: the feature set of a three-axis point beside NumPy/SciPy and TSFEL, and our Fourier transform beside
SciPy's and FFTW's. Called by scripts/bench with the folder of the binaries; the peers are in this Python's environment.

Everything runs on one core, in rounds that visit all sides one after the other; a ratio is the median over the rounds. Times
are those of the process on the core, so that a neighbour does not count.
"""
import json, os, platform, statistics, subprocess, sys, time, warnings

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
warnings.simplefilter("ignore")
import numpy as np
import pyfftw
from scipy import fft

from signal_numpy import Features

BIN = sys.argv[1]
SHORT = "--short" in sys.argv
ROUNDS = 5 if SHORT else 21
RATE, SPEED, AXES = 25_600, 1797.0, 3
measures = []


def measure(id, value, unit, target, how, peer=None):
    measures.append(dict(id=id, value=value, unit=unit, target=target, peer=peer, how=how))
    print(f"{id:36} {value!s:>10} {unit:28} {target or '':10} {peer or ''}", flush=True)


def point():
    """A second of three axes: a shaft and its harmonics, noise, and impacts of an outer race that ring at 4 kHz."""
    rng, t = np.random.default_rng(1), np.arange(RATE) / RATE
    shaft = SPEED / 60
    ring = 6 * np.exp(-t[:256] / 1e-3) * np.sin(2 * np.pi * 4000 * t[:256])
    axes = []
    for axis in range(AXES):
        x = 0.3 * rng.standard_normal(RATE)
        for order, amplitude in ((1, 2), (2, 0.7), (6, 0.3)):
            x += amplitude * np.sin(2 * np.pi * order * shaft * t + axis)
        for start in (np.arange(0, 1, 1 / (3.58478 * shaft)) * RATE).astype(int):
            x[start : start + 256] += ring[: RATE - start]
        axes.append(x.astype(np.float32))
    return axes


class Lab:
    def __init__(self, axes):
        os.makedirs("out", exist_ok=True)
        np.concatenate(axes).tofile("out/signal.f32")
        self.process = subprocess.Popen([f"{BIN}/signal-lab", "out/signal.f32", str(RATE), str(SPEED)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def ask(self, words):
        self.process.stdin.write(words + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        os.remove("out/signal.f32")


def nanoseconds(work, count):
    times = []
    for _ in range(count):
        start = time.process_time_ns()
        work()
        times.append(time.process_time_ns() - start)
    return statistics.median(times)


def largest_difference(ours, theirs):
    """Over all axes and numbers, as a share; both sides must have the same numbers."""
    worst = ("", 0.0)
    for mine, peers in zip(ours, theirs):
        missing = set(mine) ^ set(peers) ^ {"shaft_speed_rpm"}
        if missing:
            sys.exit(f"not on both sides: {missing}")
        for name, value in peers.items():
            pair = np.broadcast_arrays(np.array(mine[name], float), np.array(value, float))
            if (np.isnan(pair[0]) != np.isnan(pair[1])).any():
                sys.exit(f"only one side has {name}")
            scale = np.maximum(np.abs(pair[1]), 0.02 if name == "skewness" else 1e-9)
            share = float(np.nanmax(np.abs(pair[0] - pair[1]) / scale))
            worst = max(worst, (name, share), key=lambda w: w[1])
    return worst


def transforms(lab, samples):
    """Nanoseconds of forward transforms, ours, SciPy's and FFTW's, by length."""
    peers = {}
    for n in (RATE, 16_384):
        a, b = pyfftw.empty_aligned(n, "float32"), pyfftw.empty_aligned(n // 2 + 1, "complex64")
        plan = pyfftw.FFTW(a, b, flags=("FFTW_MEASURE",), threads=1)
        a[:] = samples[:n]
        signal = samples[:n].copy()
        rows = [(lab.ask(f"transform {n} 200")["med_ns"], nanoseconds(lambda: fft.rfft(signal), 200),
                 nanoseconds(plan.execute, 200)) for _ in range(ROUNDS)]
        peers[n] = [statistics.median(column) for column in zip(*rows)]
        ours, scipy, fftw = peers[n]
        measure(f"fft/{n}", round(scipy / ours, 2), "x SciPy's rfft", None,
                f"forward transform of {n} real float32, tables made before, median of {ROUNDS} rounds of 200; pyFFTW's execute, FFTW_MEASURE",
                f"ours {ours / 1e3:.1f} us, SciPy {scipy / 1e3:.1f} us, FFTW {fftw / 1e3:.1f} us ({fftw / ours:.2f} x)")
    return peers


def tsfel_seconds(axes):
    import pandas
    import tsfel
    frame = pandas.DataFrame({name: axis for name, axis in zip("xyz", axes)})
    settings = tsfel.get_features_by_domain()
    best = float("inf")
    for _ in range(1 if SHORT else 2):
        start = time.process_time()
        tsfel.time_series_features_extractor(settings, frame, fs=RATE, verbose=0, n_jobs=1)
        best = min(best, time.process_time() - start)
    return best


def main():
    axes = point()
    lab, features = Lab(axes), Features(RATE, RATE, SPEED)
    name, share = largest_difference(lab.ask("values"), [features(x) for x in axes])
    measure("same-numbers", float(f"{share:.1e}"), "largest difference, share", "<= 1e-3",
            "every feature, line and band of all axes, ours beside NumPy/SciPy's", name)
    runs = [(lab.ask("run 20"), nanoseconds(lambda: [features(x) for x in axes], 5)) for _ in range(ROUNDS)]
    ours = statistics.median(r["med_ns"] for r, _ in runs)
    scipy = statistics.median(s for _, s in runs)
    ratio = statistics.median(s / r["med_ns"] for r, s in runs)
    what = f"{AXES} axes of 1 s at {RATE} Hz, {len(features(axes[0])) + 31} results each"
    measure("features/scipy", round(ratio, 1), "x NumPy/SciPy", ">= 5",
            f"{what}; median ratio of {ROUNDS} rounds of 20 windows and 5", f"ours {ours / 1e6:.2f} ms, SciPy {scipy / 1e6:.1f} ms")
    slow = tsfel_seconds(axes)
    measure("features/tsfel", round(slow * 1e9 / ours), "x TSFEL, full set", ">= 50",
            f"{what}; TSFEL's default set of all domains, n_jobs=1, fastest run", f"TSFEL {slow * 1e3:.0f} ms")
    peers = transforms(lab, axes[0])
    inverse = statistics.median(lab.ask(f"inverse {RATE} 100")["med_ns"] for _ in range(ROUNDS))
    measure("fft-share", round(100 * AXES * (3 * peers[RATE][0] + 2 * inverse) / ours), "% of a window", None,
            "two forward and one inverse real transform and two inverse complex ones an axis, timed alone, over the window's time")
    watched = {known: [lab.ask(f"window {known} 20") for _ in range(ROUNDS)]
               for known in ("nothing", "bearing", "gears", "motor", "rating")}
    cost = {known: statistics.median(r["med_ns"] for r in rounds) for known, rounds in watched.items()}
    measure("allocations", sum(r["allocations"] for r, _ in runs) + sum(r["allocations"] for rounds in watched.values() for r in rounds),
            "in all windows", "0", "malloc, calloc, realloc and memalign counted in the lab's process, after three windows")
    measure("points-watched", int(0.1 * 10e9 / cost["bearing"]), "three-axis points", ">= 200",
            "10 % of one core of this machine, a window of every point each 10 s; features only, bearing lines in three bands")
    for known, what in (("nothing", "of which nothing is known"), ("bearing", "with a bearing"), ("gears", "with two pairs of gears"),
                        ("motor", "with bearing, motor, belt and vanes"), ("rating", "with a bearing, its speed to be found")):
        measure(f"window-{known}", round(cost[known] / 1e6, 2), "ms", None, f"{AXES} axes of a machine {what}")
    lab.close()
    cpu = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), "")
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    with open("out/signal.json", "w") as f:
        json.dump(dict(suite="signal", machine=f"{platform.machine()}, {cpu}, {os.cpu_count()} cores, Linux {platform.release()}",
                       commit=commit, measures=measures), f, indent=1)
    print("written: out/signal.json")


main()
