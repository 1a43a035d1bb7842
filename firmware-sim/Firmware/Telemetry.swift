// SPDX-License-Identifier: Apache-2.0

import Foundation
public import Simulation

/// One MQTT message to be sent.
public struct TelemetryMessage: Sendable, Equatable {
  /// Topic name.
  public var topic: String
  /// Payload as sent.
  public var payload: [UInt8]

  /// A message.
  public init(topic: String, payload: [UInt8]) {
    self.topic = topic
    self.payload = payload
  }
}

/// The simulator's own MQTT payloads, of one machine.
///
/// JSON on `sim/<machine>/telemetry`: `{"ts": unix seconds, "seq": n, "values": {"speed": 1480.2, …}}`, null
/// for no value. Binary on `sim/<machine>/waveform`, little-endian: a header of 40 bytes, then at most 4096
/// samples a segment; see `segments`.
public struct Telemetry: Sendable {
  /// How samples are written.
  public enum SampleFormat: UInt8, Sendable {
    case int16 = 1
    case float32 = 2
  }

  private let machine: String
  private let format: SampleFormat
  private var telemetrySequence = 0
  private var captureSequence: UInt32 = 0

  /// Payloads of the machine with this id.
  public init(machine: String, format: SampleFormat = .int16) {
    self.machine = machine
    self.format = format
  }

  /// One telemetry message of all scalars.
  public mutating func message(_ scalars: MachineScalars, at device_s: Double) -> TelemetryMessage {
    message(Scalar.allCases.map { ($0.rawValue, scalars[$0]) }, at: device_s)
  }

  /// One telemetry message of named values in the units of `Scalar`; NaN becomes null.
  public mutating func message(_ values: [(String, Double)], at device_s: Double) -> TelemetryMessage {
    let fields = values.map { name, value in
      "\"\(name)\":" + (value.isFinite ? Telemetry.short(value) : "null")
    }
    defer { telemetrySequence += 1 }
    let text =
      "{\"ts\":\(Telemetry.short(device_s, digits: 3)),\"seq\":\(telemetrySequence),"
      + "\"values\":{\(fields.joined(separator: ","))}}"
    return TelemetryMessage(topic: "sim/\(machine)/telemetry", payload: Array(text.utf8))
  }

  /// One capture as segments. Header: 0 magic `MWWF`, 4 version 1, 5 format, 6 u16 header length, 8 u32
  /// capture sequence, 12 u16 segment, 14 u16 segments, 16 u32 samples in all, 20 f32 sample rate in Hz,
  /// 24 f32 m/s2 per count, 28 f32 shaft speed in r/min or NaN, 32 u64 capture time in unix ms.
  public mutating func segments(_ capture: Capture, at device_s: Double) -> [TelemetryMessage] {
    captureSequence &+= 1
    let total = capture.samples.count
    let pieces = (total + 4095) / 4096
    let scale = format == .int16 ? Float(capture.fullScale_m_s2 / 32767) : 1
    return (0..<pieces).map { piece in
      var payload = Array("MWWF".utf8) + [1, format.rawValue]
      func put(_ value: some FixedWidthInteger) {
        for byte in 0..<value.bitWidth / 8 { payload.append(UInt8(truncatingIfNeeded: value >> (8 * byte))) }
      }
      put(UInt16(40))
      put(captureSequence)
      put(UInt16(piece))
      put(UInt16(pieces))
      put(UInt32(total))
      put(Float(capture.sampleRate_Hz).bitPattern)
      put(scale.bitPattern)
      put(Float(capture.speed_rpm).bitPattern)
      put(UInt64(max(0, device_s * 1000)))
      for sample in capture.samples[(piece * 4096)..<min(total, (piece + 1) * 4096)] {
        switch format {
        case .int16: put(Int16(min(max((sample / scale).rounded(), -32767), 32767)))
        case .float32: put(sample.bitPattern)
        }
      }
      return TelemetryMessage(topic: "sim/\(machine)/waveform", payload: payload)
    }
  }

  /// A number with at most `digits` decimals and no more than it needs.
  static func short(_ value: Double, digits: Int = 4) -> String {
    let scale = [1.0, 10, 100, 1000, 10_000][digits]
    let rounded = (value * scale).rounded() / scale
    return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int64(rounded))" : "\(rounded)"
  }
}

/// A seeded plan of what a bad network does to messages.
public struct DeliveryFaults: Sendable {
  /// Share of messages that are lost.
  public var drop: Double
  /// Share that arrive twice.
  public var duplicate: Double
  /// Share that arrive after the one behind them.
  public var reorder: Double
  /// Share of messages after which the connection is cut.
  public var cut: Double
  private var random: SeededGenerator
  private var cuts: SeededGenerator
  private var heldBack: TelemetryMessage?

  /// A plan; without arguments everything arrives once and in order.
  public init(
    drop: Double = 0, duplicate: Double = 0, reorder: Double = 0, cut: Double = 0, seed: UInt64 = 1
  ) {
    self.drop = drop
    self.duplicate = duplicate
    self.reorder = reorder
    self.cut = cut
    random = SeededGenerator(seed: seed)
    cuts = SeededGenerator(seed: ~seed)
  }

  /// Whether the connection is cut after the message that was just sent.
  public mutating func cutsConnection() -> Bool { Double.random(in: 0..<1, using: &cuts) < cut }

  /// What arrives when `messages` are sent in this order.
  public mutating func deliver(_ messages: [TelemetryMessage]) -> [TelemetryMessage] {
    var arrived: [TelemetryMessage] = []
    for message in messages {
      let draw = Double.random(in: 0..<1, using: &random)
      if draw < drop { continue }
      if draw < drop + reorder, heldBack == nil {
        heldBack = message
        continue
      }
      arrived.append(message)
      if draw >= drop + reorder, draw < drop + reorder + duplicate { arrived.append(message) }
      if let late = heldBack {
        arrived.append(late)
        heldBack = nil
      }
    }
    return arrived
  }
}
