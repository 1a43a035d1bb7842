// SPDX-License-Identifier: Apache-2.0

/// One waveform as a sensor took it.
public struct Capture: Sendable {
  /// Acceleration, m/s2.
  public var samples: [Float]
  /// Samples per second.
  public var sampleRate_Hz: Double
  /// Largest magnitude that the sensor can express, m/s2.
  public var fullScale_m_s2: Double
  /// Shaft speed during the capture, r/min; NaN when it is not known.
  public var speed_rpm: Double

  /// A capture; see the properties for units.
  public init(samples: [Float], sampleRate_Hz: Double, fullScale_m_s2: Double, speed_rpm: Double) {
    self.samples = samples
    self.sampleRate_Hz = sampleRate_Hz
    self.fullScale_m_s2 = fullScale_m_s2
    self.speed_rpm = speed_rpm
  }
}

/// Whatever sensor firmware can stand in front of: a simulated machine, or a recording of a real one.
public protocol MachineSource: Sendable {
  /// The machine's id, like `P-101`.
  var id: String { get }
  /// The channels that carry an accelerometer.
  var channels: [Channel] { get }
  /// All slow measurements at machine time `t`, seconds.
  mutating func scalars(at t: Double) -> MachineScalars
  /// One capture that begins at machine time `t`, seconds.
  mutating func capture(at t: Double, channel: Channel) -> Capture
}

extension SimulatedMachine: MachineSource {
  /// The id of the specification.
  public var id: String { spec.id }
  /// Both ends in all three directions, and the other side of a coupling.
  public var channels: [Channel] {
    Channel.allCases.filter { $0.end != .coupled || spec.couplingJaws != nil }
  }

  /// One capture with the rate and length of the specified sensor.
  public mutating func capture(at t: Double, channel: Channel) -> Capture {
    let sensor = spec.sensor
    return Capture(
      samples: waveform(
        at: t, channel: channel, sampleRate_Hz: sensor.sampleRate_Hz, count: sensor.captureLength),
      sampleRate_Hz: sensor.sampleRate_Hz, fullScale_m_s2: sensor.fullScale_m_s2,
      speed_rpm: shaftSpeed_rpm(at: t))
  }
}
