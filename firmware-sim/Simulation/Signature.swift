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
}

/// A part of the structure that rings when it is struck and colours noise: a damped mode.
struct Mode {
  /// Zero for a mode that is not there.
  var frequency_Hz = 0.0
  /// Time in which ringing falls to 1/e, seconds.
  var decay_s = 0.001
  /// Noise in it, m/s2 RMS.
  var noise_m_s2 = 0.0

  /// Adds independent noise by its power.
  mutating func raise(by more_m_s2: Double) {
    noise_m_s2 = (noise_m_s2 * noise_m_s2 + more_m_s2 * more_m_s2).squareRoot()
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
  var loadZone_Hz = 0.0
  /// Share of the peak in the modes casing, housing, ring.
  var casing = 0.0
  var housing = 1.0
  var ring = 0.5

  /// Mean square of the load zone max(0, cos)^1.5 over a turn: 4/3 / 2 pi.
  var modulationPower: Double { loadZone_Hz > 0 ? 0.212 : 1 }
}

/// All that one channel hears at one moment, before it is turned into samples.
struct Signature {
  private(set) var lines: [Line] = []
  var blows: [BlowTrain] = []
  /// White floor, m/s2 per root hertz.
  var floor = 0.0
  /// Noise that rises to this level above `hissCorner_Hz`, m/s2 per root hertz: metal on metal, small bubbles.
  var hiss = 0.0
  /// Random forces below and about shaft speed, as one broad mode.
  var rumble = Mode()
  /// Plates and gear cases, near 1 kHz.
  var casing = Mode()
  /// The bearing housing, 2 to 4 kHz: what envelopes are taken of.
  var housing = Mode()
  /// Rings of a bearing, 6 to 10 kHz; beyond what a slow sensor shows.
  var ring = Mode()
  /// How often a second the noise of all modes swells and by what share, as a gear's or a rub's does.
  var swell_Hz = 0.0
  var swell = 0.0
  /// How much of the swing to one side is held back by a stop, 0...1: a loose part, a rub.
  var truncation = 0.0

  static let hissCorner_Hz = 2000.0

  /// Adds a line; two of one frequency become one, with their phases.
  mutating func add(_ line: Line) {
    guard line.amplitude > 0, line.frequency_Hz > 0 else { return }
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

  /// Random forces of `velocity_mm_s` RMS about `frequency_Hz`; the louder of two sets where they lie.
  mutating func addRumble(_ frequency_Hz: Double, velocity_mm_s: Double, width: Double = 0.5) {
    let level = velocity_mm_s * 1e-3 * 2 * .pi * frequency_Hz
    if level > rumble.noise_m_s2 {
      rumble.frequency_Hz = frequency_Hz
      rumble.decay_s = 1 / (.pi * width * frequency_Hz)
    }
    rumble.raise(by: level)
  }
}
