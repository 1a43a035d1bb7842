// SPDX-License-Identifier: Apache-2.0

import Simulation

/// What a vibration transmitter computes from one capture, sample by sample, as its firmware would.
struct VibrationSummary {
  /// 6 Hz and up, mm/s.
  var velocityRMS_mm_s = 0.0
  var velocityPeak_mm_s = 0.0
  /// Whole band, m/s2.
  var accelerationRMS_m_s2 = 0.0
  var accelerationPeak_m_s2 = 0.0
  /// 1 kHz and up, m/s2 RMS.
  var highFrequencyRMS_m_s2 = 0.0
  /// 3 for normal noise.
  var kurtosis = 0.0
  /// The strongest of the half orders of shaft speed in velocity, Hz; 0 without a speed.
  var peakVelocity_Hz = 0.0

  var crest: Double { accelerationRMS_m_s2 > 0 ? accelerationPeak_m_s2 / accelerationRMS_m_s2 : 0 }
  /// Displacement of the strongest line, um RMS.
  var displacement_um: Double {
    peakVelocity_Hz > 0 ? velocityRMS_mm_s * 1000 / (2 * .pi * peakVelocity_Hz) : 0
  }

  init(_ capture: Capture) {
    let x = capture.samples.map(Double.init)
    guard x.count > 64 else { return }
    let rate = capture.sampleRate_Hz
    let mean = x.reduce(0, +) / Double(x.count)
    var second = 0.0
    var fourth = 0.0
    for value in x {
      let d = value - mean
      second += d * d
      fourth += d * d * d * d
      accelerationPeak_m_s2 = max(accelerationPeak_m_s2, abs(d))
    }
    second /= Double(x.count)
    accelerationRMS_m_s2 = second.squareRoot()
    kurtosis = second > 0 ? fourth / Double(x.count) / (second * second) : 0

    var before = HighPass(6, rate_Hz: rate)
    var after = HighPass(6, rate_Hz: rate)
    var high = HighPass(1000, rate_Hz: rate)
    var velocity = 0.0
    var settled: [Double] = []
    var highPower = 0.0
    for (i, value) in x.enumerated() {
      velocity += before.next(value - mean) / rate * 1000
      let v = after.next(velocity)
      let h = high.next(value - mean)
      // The filters need a quarter of the capture to settle.
      if i >= x.count / 4 {
        settled.append(v)
        highPower += h * h
        velocityPeak_mm_s = max(velocityPeak_mm_s, abs(v))
      }
    }
    velocityRMS_mm_s = (settled.reduce(0) { $0 + $1 * $1 } / Double(settled.count)).squareRoot()
    highFrequencyRMS_m_s2 = (highPower / Double(settled.count)).squareRoot()
    findPeak(settled, rate: rate, rotation_Hz: capture.speed_rpm / 60)
  }

  private mutating func findPeak(_ velocity: [Double], rate: Double, rotation_Hz: Double) {
    guard rotation_Hz > 1 else { return }
    var best = 0.0
    for half in 1...24 {
      let frequency = Double(half) / 2 * rotation_Hz
      guard frequency < 0.4 * rate else { break }
      let power = goertzel(velocity, frequency / rate)
      if power > best { (best, peakVelocity_Hz) = (power, frequency) }
    }
  }
}

/// Second-order Butterworth high-pass, bilinear transform.
struct HighPass {
  private let b: Double
  private let a1: Double
  private let a2: Double
  private var x1 = 0.0
  private var x2 = 0.0
  private var y1 = 0.0
  private var y2 = 0.0

  init(_ corner_Hz: Double, rate_Hz: Double) {
    let w = tangent(.pi * min(corner_Hz / rate_Hz, 0.49))
    let n = 1 / (1 + 2.0.squareRoot() * w + w * w)
    b = n
    a1 = 2 * (w * w - 1) * n
    a2 = (1 - 2.0.squareRoot() * w + w * w) * n
  }

  mutating func next(_ x: Double) -> Double {
    let y = b * (x - 2 * x1 + x2) - a1 * y1 - a2 * y2
    (x2, x1) = (x1, x)
    (y2, y1) = (y1, y)
    return y
  }
}
