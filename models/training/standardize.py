# SPDX-License-Identifier: Apache-2.0
"""The product's baseline (Sources/Path/Infer: Yardstick, LearnedNormal, Baseline) in numpy, to the letter.

`InferTests` holds the two together: models/golden/standardize.json is written by this file.
"""
import numpy as np

BANDS = [f"b{i}" for i in range(32)]
# name: (offset, floor), both as in Yardstick.swift
FEATURES = {
    "velocity_rms_mm_s": (0.05, 0.10), "acceleration_rms_m_s2": (0.02, 0.10),
    "acceleration_peak_m_s2": (0.1, 0.15), "crest_factor": (0.0, 0.10), "kurtosis": (0.0, 0.10),
    "envelope_rms_m_s2": (0.01, 0.10), "high_frequency_rms_m_s2": (0.02, 0.10),
    "envelope_kurtosis": (0.0, 0.15), "broadband_rms_m_s2": (0.01, 0.10), "order_half_mm_s": (0.05, 0.25),
    "order_1x_mm_s": (0.05, 0.15), "order_2x_mm_s": (0.05, 0.20), "order_3x_mm_s": (0.05, 0.20),
    "orders_4x_10x_mm_s": (0.05, 0.20),
}
NAMES = BANDS + list(FEATURES)
OFFSET = np.array([1e-3] * 32 + [v[0] for v in FEATURES.values()])
FLOOR = np.array([0.15] * 32 + [v[1] for v in FEATURES.values()])
CLIP = 8.0


def forward(raw):
    """Rows of bands and features to the learned scale; a missing feature stays NaN."""
    x = np.array(raw, float)
    x[:, :32] = np.exp(x[:, :32])
    x[x < 0] = np.nan
    with np.errstate(divide="ignore"):
        y = np.log(x + OFFSET)
    return np.where(np.isfinite(y), y, np.nan)


class Moments:
    def __init__(self, values=()):
        self.values = list(values)

    @property
    def mean(self):
        return float(np.mean(self.values))

    @property
    def deviation(self):
        return float(np.std(self.values, ddof=1)) if len(self.values) > 1 else 0.0


class Normal:
    """One quantity: arming in two halves, then accepting what lies within five SD."""

    def __init__(self, floor, arm_after=60, complete_after=2000):
        self.floor, self.half, self.complete = floor, arm_after // 2, complete_after
        self.older, self.newer, self.tried = Moments(), Moments(), 0
        self.armed = False
        self.count, self.mean, self.m2 = 0, 0.0, 0.0

    def observe(self, y):
        if np.isnan(y):
            return
        if self.armed:
            if self.count < self.complete and abs(y - self.mean) <= 5 * self.spread:
                self._add(y)
            return
        (self.older if len(self.older.values) < self.half else self.newer).values.append(y)
        if len(self.newer.values) < self.half:
            return
        pooled = np.sqrt((self.older.deviation ** 2 + self.newer.deviation ** 2) / 2)
        steady = abs(self.older.mean - self.newer.mean) <= 2 * max(pooled, self.floor)
        if steady or self.tried + 1 >= 20:
            for value in self.older.values + self.newer.values:
                self._add(value)
            self.armed = True
        else:
            self.older, self.newer, self.tried = self.newer, Moments(), self.tried + 1

    def _add(self, y):
        self.count += 1
        before = y - self.mean
        self.mean += before / self.count
        self.m2 += before * (y - self.mean)

    @property
    def spread(self):
        return max(np.sqrt(self.m2 / (self.count - 1)) if self.count > 1 else 0.0, self.floor)


class Baseline:
    """All quantities of one point in one operating state."""

    def __init__(self):
        self.normals = [Normal(floor) for floor in FLOOR]

    @property
    def armed(self):
        return all(n.armed for n in self.normals[:32])

    def observe(self, y):
        for normal, value in zip(self.normals, y):
            normal.observe(value)

    def standardize(self, rows):
        """Distances from normal, clipped; 0 where a feature is missing or not learned."""
        mean = np.array([n.mean if n.armed else np.nan for n in self.normals])
        spread = np.array([n.spread if n.armed else np.nan for n in self.normals])
        z = (rows - mean) / spread
        return np.clip(np.nan_to_num(z, nan=0.0), -CLIP, CLIP).astype(np.float32)
