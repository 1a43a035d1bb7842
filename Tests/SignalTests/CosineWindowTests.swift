// SPDX-License-Identifier: Apache-2.0

import Signal
import Testing

@Suite("Windows")
struct CosineWindowTests {
  /// Published values: Harris, Proc. IEEE 66(1), 1978; flat top by `scipy.signal.windows.flattop(sym=False)`.
  @Test(
    "Coherent gain and noise bandwidth are the published ones",
    arguments: [
      (CosineWindow.rectangular, 1, 1), (.hann, 0.5, 1.5), (.hamming, 0.54, 1.36283),
      (.blackman, 0.42, 1.72676),
      (.flatTop, 0.21558, 3.77025),
    ])
  func gains(window: CosineWindow, gain: Double, bandwidth: Double) {
    #expect(abs(window.coherentGain - gain) < 1e-5)
    #expect(abs(window.noiseBandwidth_bins - bandwidth) < 1e-5)
    let values = window.values(count: 512).map(Double.init)
    let sum = values.reduce(0, +)
    #expect(abs(sum / 512 - gain) < 1e-5)
    #expect(abs(512 * values.reduce(0) { $0 + $1 * $1 } / (sum * sum) - bandwidth) < 1e-4)
  }
}
