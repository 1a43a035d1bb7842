// SPDX-License-Identifier: Apache-2.0

import Foundation
public import Simulation

/// Writes a recording as JSON lines, which `millwright replay` reads, and the ground truth as a second file.
///
/// A reading: `{"t": unix s, "machine": "P-101", "point": "speed", "quantity": "rotational-speed",
/// "value": 1480.2}`, null for no value. A waveform: `"quantity": "acceleration"` with `rate` in Hz, `speed`
/// in r/min, `full-scale` in m/s2 and `f32`, base64 of little-endian float32 in m/s2. Truth:
/// `{"t": …, "machine": …, "fault": …, "severity": 0...1, "event": "onset|grown|end"}`.
public struct RecordingWriter {
  private let data: FileHandle
  private let truth: FileHandle
  private var buffer = Data()

  /// Creates `path`, and beside it the truth file that `truthPath(for:)` names; replaces what is there.
  public init(path: String) throws(FirmwareError) {
    data = try RecordingWriter.create(path)
    truth = try RecordingWriter.create(RecordingWriter.truthPath(for: path))
  }

  /// `night.jsonl` has its truth in `night.truth.jsonl`.
  public static func truthPath(for path: String) -> String {
    (path.hasSuffix(".jsonl") ? String(path.dropLast(6)) : path) + ".truth.jsonl"
  }

  /// Adds one reading; NaN is written as null.
  public mutating func write(
    _ value: Double, point: String, quantity: String, machine: String, at unix_s: Double
  ) {
    let text = value.isFinite ? Telemetry.short(value) : "null"
    append(
      "{\"t\":\(Telemetry.short(unix_s, digits: 3)),\"machine\":\"\(machine)\",\"point\":\"\(point)\","
        + "\"quantity\":\"\(quantity)\",\"value\":\(text)}\n")
  }

  /// Adds one waveform.
  public mutating func write(_ capture: Capture, point: String, machine: String, at unix_s: Double) {
    // SAFETY: floats are read as the bytes they are; every supported platform is little-endian.
    let bytes = unsafe capture.samples.withUnsafeBytes { unsafe Data($0) }
    let speed = capture.speed_rpm.isFinite ? "\"speed\":\(Telemetry.short(capture.speed_rpm))," : ""
    append(
      "{\"t\":\(Telemetry.short(unix_s, digits: 3)),\"machine\":\"\(machine)\",\"point\":\"\(point)\","
        + "\"quantity\":\"acceleration\",\"rate\":\(Telemetry.short(capture.sampleRate_Hz)),\(speed)"
        + "\"full-scale\":\(Telemetry.short(capture.fullScale_m_s2)),\"f32\":\"\(bytes.base64EncodedString())\"}\n"
    )
  }

  /// Adds the scalars for which the machine has a sensor.
  public mutating func write(
    _ scalars: MachineScalars, machine: String, at unix_s: Double, isFitted: (Scalar) -> Bool
  ) {
    for scalar in Scalar.allCases where isFitted(scalar) {
      // Load travels in per cent; a ratio is recorded as a share.
      let value = scalar == .load ? scalars[scalar] / 100 : scalars[scalar]
      write(value, point: scalar.rawValue, quantity: scalar.quantity, machine: machine, at: unix_s)
    }
  }

  /// Adds one event to the truth file.
  public func writeTruth(_ event: TruthEvent) {
    truth.write(Data((event.json + "\n").utf8))
  }

  /// Writes what is buffered and closes both files.
  public mutating func finish() {
    data.write(buffer)
    buffer.removeAll()
    try? data.close()
    try? truth.close()
  }

  private mutating func append(_ line: String) {
    buffer.append(contentsOf: line.utf8)
    if buffer.count > 1 << 20 {
      data.write(buffer)
      buffer.removeAll(keepingCapacity: true)
    }
  }

  private static func create(_ path: String) throws(FirmwareError) -> FileHandle {
    guard FileManager.default.createFile(atPath: path, contents: nil),
      let handle = FileHandle(forWritingAtPath: path)
    else { throw .badRecording(path: path, reason: "cannot be created") }
    return handle
  }
}

/// One turn in the course of a fault.
public struct TruthEvent: Sendable {
  /// Unix seconds.
  public var unix_s: Double
  /// Machine id.
  public var machine: String
  /// Fault id.
  public var fault: String
  /// 0...1
  public var severity: Double
  /// `onset`, `grown` or `end`.
  public var event: String

  /// An event; see the properties for units.
  public init(unix_s: Double, machine: String, fault: String, severity: Double, event: String) {
    self.unix_s = unix_s
    self.machine = machine
    self.fault = fault
    self.severity = severity
    self.event = event
  }

  /// One line of a truth file, without its newline.
  public var json: String {
    "{\"t\":\(Telemetry.short(unix_s, digits: 3)),\"machine\":\"\(machine)\",\"fault\":\"\(fault)\","
      + "\"severity\":\(Telemetry.short(severity)),\"event\":\"\(event)\"}"
  }

  /// The events of these plans in time order.
  ///
  /// - Parameter unix: turns a machine time into unix seconds.
  public static func course(
    of faults: [FaultPlan], machine: String, unix: (Double) -> Double
  ) -> [TruthEvent] {
    faults.flatMap { plan in
      var events = [(plan.onset_s, 0.0, "onset"), (plan.onset_s + plan.growth_s, plan.ceiling, "grown")]
      if let end = plan.end_s { events.append((end, plan.severity(at: end - 1e-3), "end")) }
      return events.map {
        TruthEvent(
          unix_s: unix($0.0), machine: machine, fault: plan.kind.rawValue, severity: $0.1, event: $0.2)
      }
    }.sorted { $0.unix_s < $1.unix_s }
  }
}

extension Scalar {
  /// The quantity's name in recordings.
  public var quantity: String {
    switch self {
    case .speed: "rotational-speed"
    case .load, .currentImbalance: "ratio"
    case .bearingTemperature, .windingTemperature, .ambientTemperature, .casingTemperature,
      .dischargeTemperature, .valveTemperature, .ventTemperature, .sealTemperature, .oilTemperature,
      .couplingTemperature:
      "temperature"
    case .suctionPressure, .dischargePressure, .interstagePressure, .differentialPressure, .sealPressure,
      .oilPressure:
      "pressure"
    case .flow: "flow"
    case .current: "current"
    case .power: "power"
    case .velocityRMS: "velocity"
    case .accelerationRMS: "acceleration"
    }
  }
}
