# SPDX-License-Identifier: Apache-2.0
"""The features of one waveform in NumPy and SciPy: the numbers that `FeatureExtractor` gives, each written once, vectorised,
with its tables made beforehand and its transforms in single precision. The peer of scripts/bench_signal.py."""
import numpy as np
from scipy import fft, signal

ORDERS = {"BPFO": 3.58478, "BPFI": 5.41522, "2xBSF": 4.71344, "FTF": 0.39831}
SLIP, HARMONIC_SLIP, ORDER_REACH, FOUND, HARMONICS = 0.02, 0.005, 1.25, 4, 5


def kurtosis(power):
    """Of complex envelopes, by their squared magnitudes, along the last axis."""
    mean = power.mean(axis=-1)
    return np.maximum(0, (power * power).mean(axis=-1) / (mean * mean) - 2)


class Kurtogram:
    """Antoni's tree, all nodes of a level at once; `upfirdn` computes only what the decimation keeps."""

    def __init__(self, rate, levels):
        n16, n24 = np.arange(17), np.arange(25)
        low = signal.firwin(17, 0.4) * np.exp(2j * np.pi * n16 / 8)
        high = low[:16][::-1] * (-1.0) ** (1 + np.arange(16))
        prototype = signal.firwin(25, 0.4 * 2 / 3)
        three = [prototype * np.exp(2j * np.pi * n24 * (1 / 12 + shift)) for shift in (0, 1 / 6, 1 / 3)]
        # A zero in front: every second (third) sample from the second (third) on is kept.
        self.low, self.high, *self.three = [np.r_[0, h].astype(np.complex64) for h in (low, high, *three)]
        self.rate, self.levels = rate, levels

    @staticmethod
    def centred(nodes):
        d = nodes - nodes.mean(axis=-1, keepdims=True)
        return d.real**2 + d.imag**2

    def best(self, x, limit):
        """(kurtosis, lower edge, upper edge) of the most impulsive band that is not at an edge."""
        found = (0, 0, 0)

        def consider(values):
            nonlocal found
            pieces = len(values)
            width = self.rate / 2 / pieces
            allowed = values if pieces <= 2 else np.r_[0, values[1:-1], 0]
            allowed = np.where((np.arange(pieces) + 1) * width <= limit, allowed, 0)
            k = int(allowed.argmax())
            if allowed[k] > found[0]:
                found = (float(allowed[k]), k * width, (k + 1) * width)

        nodes = x.astype(np.complex64)[None, :]
        for depth in range(self.levels):
            length = nodes.shape[1]
            if depth <= self.levels - 2 and length // 3 > 16:
                thirds = np.stack([signal.upfirdn(h, nodes, 1, 3)[:, 1 : length // 3 + 1] for h in self.three], 1)
                consider(kurtosis(self.centred(thirds[..., 16:])).ravel())
            half = length // 2
            a = signal.upfirdn(self.low, nodes, 1, 2)[:, 1 : half + 1]
            d = signal.upfirdn(self.high, nodes, 1, 2)[:, 1 : half + 1]
            d[:, ::2] *= -1
            consider(np.stack([kurtosis(self.centred(a[:, 16:])), kurtosis(self.centred(d[:, 15:]))], 1).ravel())
            nodes = np.stack([a, d], 1).reshape(-1, half)
        return found


class Features:
    def __init__(self, count, rate, speed_rpm):
        self.n, self.rate, self.df, self.shaft = count, rate, rate / count, speed_rpm / 60
        self.f = np.arange(count // 2 + 1) * self.df
        low, high = (np.tan(np.pi * f / rate) for f in (2000, 5000))
        w = np.tan(np.pi / 2 * np.arange(1, count // 2) / (count // 2))
        self.gains = np.zeros(count // 2 + 1, np.float32)
        self.gains[1:-1] = 2 / count / (1 + ((w * w - low * high) / (w * (high - low))) ** 8)
        edge = np.tan(np.pi * 1000 / rate)
        self.high = np.r_[0, 1 / (1 + (edge / w) ** 8), 1].astype(np.float32)
        with np.errstate(divide="ignore", invalid="ignore"):
            k = np.arange(count // 2 + 1.0)
            self.once = np.nan_to_num((1 - 1 / k**2) / (2 * np.pi * self.f) ** 2 / 1.5, posinf=0, neginf=0, nan=0)
            self.twice = np.nan_to_num((1 - np.minimum(1, 10 / 3 / k**2)) / (2 * np.pi * self.f) ** 4 / 1.5, posinf=0, nan=0)
        self.edges = 10 * 500 ** (np.arange(33) / 32) / self.df + 0.5
        self.kurtogram = Kurtogram(rate, int(np.log2(rate / 2 / 640)))

    def span(self, low, high, margin=0):
        return slice(int(np.ceil(low / self.df)) - margin, int(high / self.df) + 1 + margin)

    def hann(self, X):
        """Squared magnitudes of X through the Hann window, 0 at both ends."""
        power = np.zeros(len(X), np.float32)
        Y = 0.5 * X[1:-1] - 0.25 * (X[:-2] + X[2:])
        power[1:-1] = Y.real**2 + Y.imag**2
        return power

    def analytic(self, X, gains, first=0):
        spectrum = np.zeros(self.n, np.complex64)
        np.multiply(X, gains, out=spectrum[first : first + len(X)])
        return fft.ifft(spectrum, norm="forward", overwrite_x=True)

    def __call__(self, x):
        out = {}
        d = x.astype(np.float64)
        d -= d.mean()
        self.statistics(d, out)
        X = fft.rfft(d.astype(np.float32))
        power = self.hann(X) * np.float32(8 / self.n**2)
        once = power * self.once
        self.bands(power, once, out)
        self.orders(power, once, out)
        self.impulses(x, X, out)
        out["impact_maximum_m_s2"] = np.abs(fft.irfft(X * self.high, self.n)).max()
        z = self.analytic(X, self.gains)
        square = z.real.astype(np.float64) ** 2
        out["envelope_kurtosis"] = (square * square).mean() / square.mean() ** 2
        envelope = np.abs(z)
        out["envelope_rms_m_s2"] = envelope.std(dtype=np.float64)
        envelope -= envelope.mean()
        amplitudes = np.sqrt(self.hann(fft.rfft(envelope))) * np.float32(4 / self.n)
        for name in ORDERS:
            match = self.line(name, amplitudes)
            if match:
                out[name] = match
        return out

    def statistics(self, d, out):
        square, magnitude = d * d, np.abs(d)
        m2, mean, peak = square.mean(), magnitude.mean(), magnitude.max()
        rms = np.sqrt(m2)
        out["acceleration_rms_m_s2"], out["acceleration_peak_m_s2"] = rms, peak
        out["acceleration_peak_to_peak_m_s2"] = np.ptp(d)
        out["crest_factor"], out["shape_factor"], out["impulse_factor"] = peak / rms, rms / mean, peak / mean
        out["clearance_factor"] = peak / np.sqrt(magnitude).mean() ** 2
        out["skewness"] = (square @ d) / self.n / (m2 * rms)
        out["kurtosis"] = (square @ square) / self.n / (m2 * m2)
        sign = d < 0
        out["zero_crossings_hz"] = np.count_nonzero(sign[1:] != sign[:-1]) / (self.n - 1) * self.rate

    def bands(self, power, once, out):
        iso, s, top = self.span(10, 1000, 1), self.shaft, 0.45 * self.rate
        out["velocity_rms_mm_s"] = 1000 * np.sqrt(once[iso].sum())
        out["displacement_rms_um"] = 1e6 * np.sqrt(power[iso] @ self.twice[iso])
        for name, low, high in (
            ("0.3x_0.8x", 0.3 * s, 0.8 * s), ("0.8x_1.2x", 0.8 * s, 1.2 * s), ("1.8x_2.2x", 1.8 * s, 2.2 * s),
            ("3x_10x", 3 * s, 10 * s), ("10x_1000_hz", 10 * s, 1000),
        ):
            out[f"velocity_{name}_mm_s"] = 1000 * np.sqrt(once[self.span(low, high)].sum())
        for name, low, high in (
            ("high_frequency_rms_m_s2", 1000, top), ("acceleration_1_4_khz_m_s2", 1000, 4000),
            ("acceleration_5_20_khz_m_s2", 5000, min(20000, top)),
        ):
            out[name] = np.sqrt(power[self.span(low, high)].sum(dtype=np.float64) / 1.5)
        sums = np.concatenate([[0], np.cumsum(power, dtype=np.float64)])
        share = np.diff(np.interp(self.edges, np.arange(len(sums)), sums)) / 1.5
        out["bands"] = np.maximum(np.log(1e-5), 0.5 * np.log(share))
        blocks = power[int(np.ceil(10 * s / self.df)) : int(top / self.df) + 1]
        whole = (len(blocks) // 64 - 1) * 64
        floors = np.partition(blocks[:whole].reshape(-1, 64), 32, axis=1)[:, 32].sum(dtype=np.float64) * 64
        rest = blocks[whole:]
        floors += np.partition(rest, len(rest) // 2)[len(rest) // 2] * len(rest)
        out["broadband_rms_m_s2"] = np.sqrt(floors / np.log(2) / 1.5)

    def orders(self, power, once, out):
        def order(multiple):
            f = multiple * self.shaft
            reach = max(self.df, 0.01 * f)
            first = int(np.ceil((f - reach) / self.df))
            top = first + int(power[first : int((f + reach) / self.df) + 1].argmax())
            return 1000 * np.sqrt(once[top - 2 : top + 3].sum())

        out["order_half_mm_s"] = order(0.5)
        for k in (1, 2, 3):
            out[f"order_{k}x_mm_s"] = order(k)
        out["orders_4x_10x_mm_s"] = np.sqrt(sum(order(k) ** 2 for k in range(4, 11)))
        out["vane_pass_mm_s"] = order(6)

    def impulses(self, x, X, out):
        found, low, high = self.kurtogram.best(x - x.mean(), 0.45 * self.rate)
        out["spectral_kurtosis"], out["impulsive_band_hz"] = found, (low + high) / 2
        band = self.span(low, high)
        z = self.analytic(X[band], np.float32(2 / self.n), band.start)
        out["impulsive_band_envelope_rms_m_s2"] = np.abs(z).std(dtype=np.float64)

    def line(self, name, a):
        expected = ORDERS[name] * self.shaft
        if expected < 8 * self.df or self.to_order(expected) <= ORDER_REACH:
            return None
        first = self.peak(expected, SLIP, a)
        if not first or first[1] < FOUND:
            return [None, first[1] if first else 0.0]
        harmonics = 1
        while harmonics < HARMONICS:
            next_one = self.peak(first[0] * (harmonics + 1), HARMONIC_SLIP, a)
            if not next_one or next_one[1] < FOUND:
                break
            harmonics += 1
        spacing = {"BPFI": self.shaft, "2xBSF": ORDERS["FTF"] * self.shaft}.get(name)
        if spacing:
            [self.peak(first[0] + side, HARMONIC_SLIP, a) for side in (-spacing, spacing)]
        return list(first)

    def to_order(self, f):
        order = np.round(f / self.shaft)
        return np.inf if order < 1 else abs(f - order * self.shaft) / self.df

    def peak(self, f, tolerance, a):
        reach = max(tolerance * f, self.df)
        first, last = max(1, int(np.ceil((f - reach) / self.df))), int((f + reach) / self.df)
        part = a[first - 1 : last + 2]
        tops = np.flatnonzero((part[1:-1] >= part[:-2]) & (part[1:-1] >= part[2:])) + first
        for k in tops[np.argsort(a[tops])[::-1]]:
            above = a[k + 1] >= a[k - 1]
            ratio = max(a[k - 1], a[k + 1]) / a[k]
            offset = (2 * ratio - 1) / (ratio + 1)
            exact = (k + (offset if above else -offset)) * self.df
            if self.to_order(exact) > ORDER_REACH:
                wide = int(min(max(self.shaft / self.df, 12), 512))
                around = a[max(2, k - wide) : min(len(a) - 2, k + wide) + 1]
                return exact, float(a[k] / np.partition(around, len(around) // 2)[len(around) // 2])
        return None
