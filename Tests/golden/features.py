# SPDX-License-Identifier: Apache-2.0
"""Prints the SciPy values that Tests/FeaturesTests/SciPyTests.swift holds.

    python3 Tests/golden/features.py        (NumPy 2.4, SciPy 1.17)

The signal is made of integers, so that Swift and Python hold the same float32 words.
"""
import numpy as np
from scipy import signal, stats

from noise import impacts

N, FS = 4096, 12800.0

x = impacts(N)  # kurtosis, and lines in the envelope
x64 = x.astype(np.float64)
print("mean", x64.mean(), "rms", x64.std(), "peak", np.abs(x64 - x64.mean()).max())
print("kurtosis", stats.kurtosis(x64, fisher=False))
window = signal.get_window("hann", N)
spectrum = np.abs(np.fft.rfft((x64 - x64.mean()) * window)) * 2 / window.sum()
print("spectrum", {k: float(f"{spectrum[k]:.9g}") for k in (1, 16, 100, 777, 1024, 2047)})
frequency, density = signal.periodogram(x64, FS, "hann", detrend="constant", scaling="density")
band = (frequency >= 1000) & (frequency <= 0.45 * FS)
print("rms from 1 kHz", np.sqrt(density[band].sum() * FS / N))
# The filter's transient must not show: the signal is repeated before and after itself.
sos = signal.butter(4, [2000, 5000], "bandpass", fs=FS, output="sos")
filtered = signal.sosfiltfilt(sos, np.tile(x64, 3))[N:2 * N]
envelope = np.abs(signal.hilbert(filtered))
centred = envelope - envelope.mean()
lines = np.abs(np.fft.rfft(centred * window)) * 2 / window.sum()
print("envelope rms", centred.std(), "kurtosis", stats.kurtosis(filtered, fisher=False))
print("envelope spectrum", {k: float(f"{lines[k]:.9g}") for k in (1, 16, 32, 48, 100, 777)})
