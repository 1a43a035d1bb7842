// SPDX-License-Identifier: Apache-2.0

/// One sinusoid of a capture.
struct Line {
  var frequency_Hz: Double
  /// Peak acceleration, m/s2.
  var amplitude: Double
  var phase: Double

  /// RMS velocity, mm/s.
  var velocity_mm_s: Double { amplitude / (2 * .pi * frequency_Hz * 2.0.squareRoot()) * 1000 }

  /// A line by its RMS velocity in mm/s.
  init(_ frequency_Hz: Double, velocity_mm_s: Double, phase: Double) {
    self.frequency_Hz = frequency_Hz
    self.phase = phase
    amplitude = velocity_mm_s * 1e-3 * 2 * .pi * frequency_Hz * 2.0.squareRoot()
  }

  /// A line by its RMS acceleration in m/s2.
  init(_ frequency_Hz: Double, acceleration_m_s2: Double, phase: Double) {
    self.frequency_Hz = frequency_Hz
    self.phase = phase
    amplitude = acceleration_m_s2 * 2.0.squareRoot()
  }
}

/// A train of blows that make the structure ring.
struct BlowTrain {
  /// Mean rate, 1/s.
  var rate_Hz: Double
  /// Peak of the ringing that one blow of mean strength starts, m/s2.
  var peak: Double
  /// Spread of one interval, share of the mean; 1 makes the blows a Poisson process.
  var slip: Double
  /// Spread of the strength from blow to blow, share.
  var spread: Double
  /// Frequency at which the load zone is passed, Hz; zero for a defect that stands in it.
  var loadZone_Hz: Double

  /// Mean square of the load zone max(0, cos)^1.5 over a turn: 4/3 / 2 pi.
  var modulationPower: Double { loadZone_Hz > 0 ? 0.212 : 1 }
}

/// All that one channel hears at one moment, before it is turned into samples.
struct Signature {
  private(set) var lines: [Line] = []
  var blows: [BlowTrain] = []
  /// White floor, m/s2 per root hertz.
  var floor = 0.0
  /// Noise in the structural resonance, m/s2 RMS.
  var resonanceNoise = 0.0
  var resonance_Hz = 0.0
  var decay_s = 0.0
  /// Looseness: how much of the swing to one side is held back by the stop, 0...1.
  var truncation = 0.0

  /// Adds a line; two of one frequency become one, with their phases.
  mutating func add(_ line: Line) {
    guard let same = lines.firstIndex(where: { $0.frequency_Hz == line.frequency_Hz }) else {
      lines.append(line)
      return
    }
    let old = lines[same]
    let along = old.amplitude * cosine(old.phase) + line.amplitude * cosine(line.phase)
    let across = old.amplitude * sine(old.phase) + line.amplitude * sine(line.phase)
    lines[same].amplitude = (along * along + across * across).squareRoot()
    lines[same].phase = arctangent(across, along)
  }

  /// RMS velocity in 10-1000 Hz, mm/s, in closed form.
  var velocity_mm_s: Double {
    var power = 0.0
    for line in lines where line.frequency_Hz >= 10 && line.frequency_Hz <= 1000 {
      power += line.velocity_mm_s * line.velocity_mm_s
    }
    // White acceleration S integrates to S^2 (1/f1 - 1/f2) / 4 pi^2.
    power += floor * floor * 1e6 * (1.0 / 10 - 1.0 / 1000) / (4 * .pi * .pi)
    return power.squareRoot()
  }

  /// RMS acceleration up to `bandwidth_Hz`, m/s2, in closed form.
  func acceleration_m_s2(bandwidth_Hz: Double) -> Double {
    var power = floor * floor * bandwidth_Hz
    for line in lines where line.frequency_Hz < bandwidth_Hz { power += line.amplitude * line.amplitude / 2 }
    if resonance_Hz < bandwidth_Hz {
      power += resonanceNoise * resonanceNoise
      // A ringing A exp(-t/tau) sin(wt) carries A^2 tau / 4.
      for train in blows {
        power +=
          train.rate_Hz * train.peak * train.peak * decay_s / 4 * train.modulationPower
          * (1 + train.spread * train.spread)
      }
    }
    return power.squareRoot()
  }
}
