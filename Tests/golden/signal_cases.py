# SPDX-License-Identifier: Apache-2.0
"""Writes 1,000 signals and what SciPy makes of them, for Tests/SignalTests/SciPyAgreementTests.swift.

    python3 Tests/golden/signal_cases.py FILE        (NumPy 2.4, SciPy 1.17)

Little-endian: for each case int32 length, int32 filter, then float32 samples, then float64: kurtosis, skewness, and the
arrays density (Hann, mean removed), amplitude (flat top, mean kept), Welch's density, the Hilbert envelope, the filtered
signal. SciPy computes in float64, of the float32 samples. A signal that is not finite has no results.
"""
import sys
import warnings

import numpy as np
from scipy import signal, stats

FS = 12800.0
FILTERS = [
    signal.butter(4, (2000, 5000), "bandpass", fs=FS, output="sos"),
    signal.butter(3, 1000, "highpass", fs=FS, output="sos"),
    signal.butter(5, 500, "lowpass", fs=FS, output="sos"),
    signal.butter(1, 3000, "lowpass", fs=FS, output="sos"),
    signal.butter(2, 10, "highpass", fs=FS, output="sos"),
    signal.butter(3, (300, 330), "bandpass", fs=FS, output="sos"),
    signal.butter(3, (100, 6000), "bandpass", fs=FS, output="sos"),
]
rng = np.random.default_rng(4)


def lengths():
    yield from range(1, 65)
    primes = [n for n in range(67, 5000) if all(n % d for d in range(2, int(n**0.5) + 1))]
    yield from rng.choice(primes, 150, replace=False)
    yield from (65536, 65535, 65521, 65519, 32768, 32749, 50000, 48611, 2 * 32749, 3 * 21841)
    yield from rng.integers(5000, 20000, 40)
    yield from rng.integers(65, 2000, 1000 - 64 - 150 - 10 - 40)


def shape(kind, n):
    t = np.arange(n)
    noise = rng.standard_normal(n)
    match kind:
        case 0: return noise
        case 1: return np.sin(2 * np.pi * rng.uniform(0, 0.5) * t) + 0.01 * noise
        case 2: return (t % rng.integers(2, 300) == 0) * 10.0 + 0.1 * noise
        case 3: return noise * 1e-40  # denormal in float32
        case 4: return noise * 1e17
        case 5: return noise + 1e4
        case 6: return np.cumsum(noise)
        case 7: return np.full(n, rng.choice([0.0, 0.1, -3e7, 1e-41]))
        case 8: return np.where(t == rng.integers(0, n), 1.0, 0.0)
        case 9: return np.sign(noise)
        case 10: return (-1.0) ** t * 3 + 1
        case 11: return 1e6 + (t % 2)
        case 12: return noise**5
        case 13: return t * 1.0
        case 14:
            noise[rng.integers(0, n)] = rng.choice([np.nan, np.inf, -np.inf])
            return noise
        case _: return rng.standard_normal(n) * 10.0 ** rng.integers(-15, 15)


with open(sys.argv[1], "wb") as file, warnings.catch_warnings():
    warnings.simplefilter("ignore")
    for index, n in enumerate(lengths()):
        x32 = shape(index % 16, n).astype(np.float32)
        which = index % len(FILTERS)
        np.array([n, which], np.int32).tofile(file)
        x32.tofile(file)
        if not np.isfinite(x32).all():
            continue
        x = x32.astype(np.float64)
        sos = FILTERS[which]
        edge = 3 * (2 * len(sos) + 1 - min((sos[:, 2] == 0).sum(), (sos[:, 5] == 0).sum()))
        tone = signal.periodogram(x, FS, "flattop", detrend=False, scaling="spectrum")[1]
        tone[1 : len(tone) - (n % 2 == 0)] *= 2  # mean squares to squared peaks
        for values in (
            np.array([stats.kurtosis(x, fisher=False), stats.skew(x)]),
            signal.periodogram(x, FS, "hann", detrend="constant")[1],
            np.sqrt(tone),
            signal.welch(x, FS)[1],
            np.abs(signal.hilbert(x)),
            signal.sosfiltfilt(sos, x, padlen=min(edge, n - 1)),
        ):
            values.astype(np.float64).tofile(file)
