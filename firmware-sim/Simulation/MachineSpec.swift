// SPDX-License-Identifier: Apache-2.0

/// A vibration sensor's place on a machine: bearing end and direction.
public enum Channel: String, CaseIterable, Sendable {
  /// Drive end, horizontal.
  case driveEndHorizontal = "DE-H"
  /// Drive end, vertical.
  case driveEndVertical = "DE-V"
  /// Drive end, axial.
  case driveEndAxial = "DE-A"
  /// Non-drive end, horizontal.
  case nonDriveEndHorizontal = "NDE-H"
  /// Non-drive end, vertical.
  case nonDriveEndVertical = "NDE-V"
  /// Non-drive end, axial.
  case nonDriveEndAxial = "NDE-A"

  enum Way { case horizontal, vertical, axial }
  var isDriveEnd: Bool {
    switch self {
    case .driveEndHorizontal, .driveEndVertical, .driveEndAxial: true
    default: false
    }
  }
  var way: Way {
    switch self {
    case .driveEndHorizontal, .nonDriveEndHorizontal: .horizontal
    case .driveEndVertical, .nonDriveEndVertical: .vertical
    case .driveEndAxial, .nonDriveEndAxial: .axial
    }
  }
}

/// How a healthy machine vibrates at DE-H at rated speed.
public struct VibrationSpec: Sendable, Hashable {
  /// Residual unbalance and misalignment: 1x, 2x, 3x, mm/s RMS.
  public var orders_mm_s: [Double]
  /// Vane or blade pass, mm/s RMS.
  public var vanePass_mm_s: Double
  /// Twice the supply frequency, mm/s RMS.
  public var twiceLine_mm_s: Double
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
    orders_mm_s: [Double], vanePass_mm_s: Double = 0, twiceLine_mm_s: Double = 0.1, floor: Double = 0.004,
    resonanceNoise_m_s2: Double = 0.5, resonance_Hz: Double = 3200, decay_s: Double = 0.0009
  ) {
    self.orders_mm_s = orders_mm_s
    self.vanePass_mm_s = vanePass_mm_s
    self.twiceLine_mm_s = twiceLine_mm_s
    self.floor = floor
    self.resonanceNoise_m_s2 = resonanceNoise_m_s2
    self.resonance_Hz = resonance_Hz
    self.decay_s = decay_s
  }
}

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

/// One machine, complete: rating, parts, signature, day plan, sensor.
public struct MachineSpec: Sendable, Hashable {
  /// The machine's id, like `P-101`.
  public var id: String
  /// Rated shaft power, kW.
  public var ratedPower_kW: Double
  /// Shaft speed at rated load, r/min.
  public var ratedSpeed_rpm: Double
  /// Poles of the motor.
  public var poles: Int
  /// Frequency of the supply at rated speed, Hz.
  public var lineFrequency_Hz: Double
  /// Rated current, A.
  public var ratedCurrent_A: Double
  /// Bearing at the drive end.
  public var driveEnd: RollingBearing
  /// Bearing at the other end.
  public var nonDriveEnd: RollingBearing
  /// Vanes of the pump or blades of the fan.
  public var vanes: Int?
  /// Gears on the measured shaft, if any.
  public var gear: GearSpec?
  /// Pump and pipe, if the machine is a pump.
  public var hydraulics: Hydraulics?
  /// How it warms.
  public var thermal: ThermalModel
  /// How it vibrates when healthy.
  public var vibration: VibrationSpec
  /// The accelerometer on each channel.
  public var sensor: SensorSpec
  /// What production asks of it.
  public var plan: OperatingPlan

  /// A machine; see the properties for units.
  public init(
    id: String, ratedPower_kW: Double, ratedSpeed_rpm: Double, poles: Int = 4, lineFrequency_Hz: Double = 50,
    ratedCurrent_A: Double, driveEnd: RollingBearing = .skf6205, nonDriveEnd: RollingBearing = .skf6203,
    vanes: Int? = nil, gear: GearSpec? = nil, hydraulics: Hydraulics? = nil,
    thermal: ThermalModel = ThermalModel(), vibration: VibrationSpec, sensor: SensorSpec = SensorSpec(),
    plan: OperatingPlan = .threeShifts
  ) {
    self.id = id
    self.ratedPower_kW = ratedPower_kW
    self.ratedSpeed_rpm = ratedSpeed_rpm
    self.poles = poles
    self.lineFrequency_Hz = lineFrequency_Hz
    self.ratedCurrent_A = ratedCurrent_A
    self.driveEnd = driveEnd
    self.nonDriveEnd = nonDriveEnd
    self.vanes = vanes
    self.gear = gear
    self.hydraulics = hydraulics
    self.thermal = thermal
    self.vibration = vibration
    self.sensor = sensor
    self.plan = plan
  }
}
