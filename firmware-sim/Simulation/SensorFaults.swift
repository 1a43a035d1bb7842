// SPDX-License-Identifier: Apache-2.0

extension FaultPlan {
  /// True when this sensor fault sits on the accelerometer of `channel`.
  func covers(_ channel: Channel) -> Bool {
    (place ?? Channel.driveEndHorizontal.rawValue) == channel.rawValue
  }

  /// True when it sits on the transmitter of `scalar`; the overall values come from the sensor at DE-H.
  func covers(_ scalar: Scalar) -> Bool {
    switch scalar {
    case .velocityRMS, .accelerationRMS: covers(.driveEndHorizontal) || place == scalar.rawValue
    default: place == scalar.rawValue
    }
  }
}

extension FaultKind {
  /// Makes of a true waveform what a sensor with this fault gives; does nothing for a machine fault.
  func spoil(
    _ x: inout [Float], _ severity: Double, _ sensor: SensorSpec, rate_Hz: Double, random: inout Xoshiro
  ) {
    let rail = Float(sensor.fullScale_m_s2)
    switch self {
    case .sensorStuck:
      // The last converted value, again and again.
      let value = x.first ?? 0
      for i in x.indices { x[i] = value }
    case .sensorBias:
      for i in x.indices { x[i] += 0.3 * Float(severity) * rail }
    case .sensorClipped:
      // An amplifier of wrong gain: the peaks lie beyond the rail.
      let peak = x.reduce(Float(1e-6)) { max($0, abs($1)) }
      let gain = max(1, rail / peak * Float(1.5 + 4 * severity))
      for i in x.indices { x[i] *= gain }
    case .sensorDropout:
      // Runs of exact zeros, 20 ms each on average, over up to 40 % of the capture.
      var place = 0.0
      let share = 0.05 + 0.35 * severity
      let run = 0.02 * rate_Hz
      while true {
        place += -logarithm(max(random.uniform(), 1e-12)) * run * (1 - share) / share
        let end = place - logarithm(max(random.uniform(), 1e-12)) * run
        guard place < Double(x.count) else { break }
        for i in Int(place)..<min(Int(end) + 1, x.count) { x[i] = 0 }
        place = end
      }
    case .sensorLooseMount:
      // A rocking sensor: energy that falls from zero hertz, and a contact that passes little above 1 kHz.
      let keep = exponential(-2 * .pi * 0.8 / rate_Hz)
      let drive = 5 * severity * (1 - keep * keep).squareRoot()
      let pass = Float(1 - 0.5 * severity)
      var sway = 5 * severity * random.normal()
      for i in x.indices {
        sway = keep * sway + drive * random.normal()
        x[i] = pass * x[i] + Float(sway)
      }
    default: break
    }
  }
}
