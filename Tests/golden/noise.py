# SPDX-License-Identifier: Apache-2.0
"""The words that `Noise.centred()` of Tests/TestData draws, for the scripts beside this one."""
import numpy as np


def noise(count, state):
    """SplitMix64, its upper 24 bits as a fraction from -0.5 to 0.5."""
    mask, out = (1 << 64) - 1, []
    for _ in range(count):
        state = (state + 0x9E3779B97F4A7C15) & mask
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        z ^= z >> 31
        out.append((z >> 40) / (1 << 24) - 0.5)
    return np.array(out, np.float32)


def impacts(count, period=256):
    """Noise, and one impact a period: a triangle of alternating sign, 4 samples long to the whole wave."""
    x = noise(count, 1)
    for n in range(0, count - 7, period):
        for j in range(8):
            x[n + j] += np.float32((8 - j) * (0.5 if j % 4 < 2 else -0.5))
    return x
