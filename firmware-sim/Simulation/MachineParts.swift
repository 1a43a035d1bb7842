// SPDX-License-Identifier: Apache-2.0

/// A pair of gears: pinion on the measured shaft.
public struct GearSpec: Sendable, Hashable {
  /// Teeth of the pinion.
  public var pinionTeeth: Int
  /// Teeth of the wheel.
  public var wheelTeeth: Int
  /// Mesh frequency and its harmonics at full load, m/s2 RMS.
  public var mesh_m_s2: [Double]

  /// A pair by teeth and mesh levels.
  public init(pinionTeeth: Int, wheelTeeth: Int, mesh_m_s2: [Double]) {
    self.pinionTeeth = pinionTeeth
    self.wheelTeeth = wheelTeeth
    self.mesh_m_s2 = mesh_m_s2
  }

  /// How often the same two teeth meet, in orders of the pinion's shaft.
  public var huntingTooth: Double {
    var (a, b) = (pinionTeeth, wheelTeeth)
    while b != 0 { (a, b) = (b, a % b) }
    return Double(a) / Double(wheelTeeth)
  }
}

/// A belt from the motor's pulley to the one on the measured shaft.
public struct BeltSpec: Sendable, Hashable {
  /// Length of the closed belt, mm.
  public var length_mm: Double
  /// Pitch diameter of the pulley on the measured shaft, mm.
  public var pulley_mm: Double

  /// A belt by its length and the measured shaft's pulley.
  public init(length_mm: Double, pulley_mm: Double) {
    self.length_mm = length_mm
    self.pulley_mm = pulley_mm
  }

  /// How often the belt comes round, in orders of the measured shaft.
  public var order: Double { .pi * pulley_mm / length_mm }
}

/// What the accelerometer can express: a symmetric range cut into 16-bit counts.
public struct SensorSpec: Sendable, Hashable {
  /// Largest magnitude, m/s2.
  public var fullScale_m_s2: Double
  /// Counts at full scale.
  public static let counts = 32767.0
  /// Noise of the sensor itself, m/s2 per root hertz.
  public var noise: Double
  /// Samples per second of a capture, as the sensor is set up.
  public var sampleRate_Hz: Double
  /// Samples in a capture, at most 16 384.
  public var captureLength: Int
  /// Acceleration per count, m/s2.
  public var scale: Double { fullScale_m_s2 / Self.counts }

  /// A 16 g sensor of industrial MEMS quality unless told otherwise.
  public init(
    fullScale_m_s2: Double = 156.9064, noise: Double = 0.0006, sampleRate_Hz: Double = 12_800,
    captureLength: Int = 16_384
  ) {
    self.fullScale_m_s2 = fullScale_m_s2
    self.noise = noise
    self.sampleRate_Hz = sampleRate_Hz
    self.captureLength = captureLength
  }
}

/// How a healthy machine vibrates at DE-H at rated speed.
public struct VibrationSpec: Sendable, Hashable {
  /// Residual unbalance and misalignment: 1x, 2x, 3x and so on, mm/s RMS.
  public var orders_mm_s: [Double]
  /// Vane or blade pass, mm/s RMS.
  public var vanePass_mm_s: Double
  /// Pass of a screw's lobes, mm/s RMS; its harmonics fall off.
  public var lobePass_mm_s: Double
  /// Twice the supply frequency, mm/s RMS.
  public var twiceLine_mm_s: Double
  /// Random flow forces below shaft speed, mm/s RMS.
  public var turbulence_mm_s: Double
  /// Broadband floor, m/s2 per root hertz.
  public var floor: Double
  /// Noise in the structural resonance, m/s2 RMS.
  public var resonanceNoise_m_s2: Double
  /// Structural resonance that impacts excite, Hz.
  public var resonance_Hz: Double
  /// Time in which its ringing falls to 1/e, seconds.
  public var decay_s: Double

  /// A signature; see the properties for units.
  public init(
    orders_mm_s: [Double], vanePass_mm_s: Double = 0, lobePass_mm_s: Double = 0, twiceLine_mm_s: Double = 0.1,
    turbulence_mm_s: Double = 0.02, floor: Double = 0.004, resonanceNoise_m_s2: Double = 0.5,
    resonance_Hz: Double = 3200, decay_s: Double = 0.0009
  ) {
    self.orders_mm_s = orders_mm_s
    self.vanePass_mm_s = vanePass_mm_s
    self.lobePass_mm_s = lobePass_mm_s
    self.twiceLine_mm_s = twiceLine_mm_s
    self.turbulence_mm_s = turbulence_mm_s
    self.floor = floor
    self.resonanceNoise_m_s2 = resonanceNoise_m_s2
    self.resonance_Hz = resonance_Hz
    self.decay_s = decay_s
  }
}
