# SPDX-License-Identifier: Apache-2.0
"""Prints the values that Tests/SignalTests holds for kurtogram, cepstrum, time-synchronous average and trends.

    python3 Tests/golden/signal_more.py        (NumPy 2.4, SciPy 1.17)

Written from the published definitions: J. Antoni, MSSP 21(1), 2007, for the kurtogram; P. K. Sen 1968 and
M. G. Kendall 1975 for the trends. Signals are made of integers and IEEE operations, so that Swift holds the same words.
"""
import numpy as np
from scipy import signal, stats

from noise import impacts, noise


def kurtosis(c, real=False):
    c = c - c.mean()
    power = np.abs(c) ** 2
    return max(0.0, (power ** 2).mean() / power.mean() ** 2 - (3 if real else 2))


def kurtogram(x, levels):
    """{(depth, is third, place): kurtosis}: filter everything by convolution, then keep every second or third."""
    n16, n24 = np.arange(17), np.arange(25)
    low = signal.firwin(17, 0.4) * np.exp(2j * np.pi * n16 / 8)
    high = low[:16][::-1] * (-1.0) ** (1 + np.arange(16))
    prototype = signal.firwin(25, 0.4 * 2 / 3)
    three = [prototype * np.exp(2j * np.pi * n24 * (1 / 12 + shift)) for shift in (0, 1 / 6, 1 / 3)]
    found = {(0, False, 0): kurtosis(x, real=True)}
    nodes = [x - x.mean()]
    for depth in range(levels):
        below = []
        for j, node in enumerate(nodes):
            if depth <= levels - 2:
                for t, h in enumerate(three):
                    found[depth, True, 3 * j + t] = kurtosis(np.convolve(node, h)[: len(node)][2::3][16:])
            a = np.convolve(node, low)[: len(node)][1::2]
            d = np.convolve(node, high)[: len(node)][1::2]
            d = d * (-1.0) ** np.arange(1, len(d) + 1)
            found[depth + 1, False, 2 * j] = kurtosis(a[16:])
            found[depth + 1, False, 2 * j + 1] = kurtosis(d[15:])
            below += [a, d]
        nodes = below
    return found


def rows(found, levels):
    """As the Swift table: level 0, 1, log2 3, 2, log2 6, ..., each by frequency."""
    order = [(0, False)]
    for depth in range(1, levels + 1):
        order.append((depth, False))
        if depth < levels:
            order.append((depth - 1, True))
    return [found[key] for depth, third in order
            for key in sorted(k for k in found if k[:2] == (depth, third))]


def swift(values, digits=9):
    return "[" + ", ".join(f"{v:.{digits}g}" for v in values) + "]"


if __name__ == "__main__":
    x = impacts(4096).astype(np.float64)
    print("kurtogram of impacts(4096), 5 levels\n", swift(rows(kurtogram(x, 5), 5), 7))
    odd = impacts(3001, 250).astype(np.float64)
    print("kurtogram of impacts(3001, 250), 4 levels\n", swift(rows(kurtogram(odd, 4), 4), 7))

    series = np.cumsum(noise(40, 3).astype(np.float64)) + 0.05 * np.arange(40)
    series = np.round(series * 4) / 4  # with ties
    times = np.arange(40.0)
    times[20:] += 7.5
    print("series", swift(series))
    fit = stats.theilslopes(series, times, 0.95)
    print("theilslopes 0.95", *(f"{v:.15g}" for v in fit))
    fit = stats.theilslopes(series, times, 0.5)
    print("theilslopes 0.50", *(f"{v:.15g}" for v in fit))
    s = sum(np.sign(series[j] - series[i]) for i in range(40) for j in range(i + 1, 40))
    ties = np.unique(series, return_counts=True)[1]
    variance = (40 * 39 * 85 - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18
    z = (s - np.sign(s)) / np.sqrt(variance)
    tau = stats.kendalltau(np.arange(40), series, method="asymptotic")
    print("mann-kendall S", s, "variance", f"{variance:.15g}", "z", f"{z:.15g}",
          "p", f"{2 * stats.norm.sf(abs(z)):.15g}", "tau-b", f"{tau.statistic:.15g}",
          "variance by kendalltau", f"{(s / stats.norm.isf(tau.pvalue / 2)) ** 2:.12g}")

    def pairs(values, places):
        return "[" + ", ".join(f"({i}, {values[i]:.9g})" for i in places) + "]"

    for count in (4096, 3001):
        x = impacts(count).astype(np.float64)
        bins = np.abs(np.fft.rfft(x - x.mean()))
        bins[0] = bins[1]
        print("cepstrum", count, pairs(np.fft.irfft(np.log(bins), count), (0, 1, 2, 7, 100, 255, 256, 257, 512, 1400)))
    x = impacts(4096).astype(np.float64)
    sos = signal.butter(4, 1000, "highpass", fs=12800, output="sos")
    rectified = np.abs(signal.sosfiltfilt(sos, x))
    for maximum in (512.0, 700.0):
        interval = 12800 / (2.56 * maximum)
        settling = 39  # three periods of 1 kHz
        number = int(np.floor((4096 - 2 * settling) / interval + 1e-9))
        edges = [settling + int(np.ceil(j * interval)) for j in range(number + 1)]
        values = [rectified[a:b].max() for a, b in zip(edges, edges[1:])]
        print("maxima", maximum, pairs(values, (0, 1, 2, 30, 51, 100, number - 1)))

    x = noise(512, 13)
    x += np.where((np.arange(512) // 8) % 2 == 0, 1, -1).astype(np.float32)
    x[100] += np.float32(4)
    x = x.astype(np.float64) - x.astype(np.float64).mean()
    bins = np.fft.rfft(x)
    mesh = sum(2 / 512 * abs(bins[32 * h]) for h in (1, 2, 3))
    rest = bins.copy()
    rest[[0, 1, 2, 32, 64, 96]] = 0
    r = np.fft.irfft(rest, 512)
    rest[[31, 33, 63, 65, 95, 97]] = 0
    d = np.fft.irfft(rest, 512)
    moment = lambda s, k: (s ** k).mean() / (s ** 2).mean() ** (k / 2)
    print("gear", swift([np.ptp(x) / mesh, moment(d, 4), moment(d, 6), moment(d, 8), moment(r, 4),
                         d.std() / (x - d).std()], 9))
