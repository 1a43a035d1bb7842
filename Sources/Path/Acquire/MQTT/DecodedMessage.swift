// SPDX-License-Identifier: Apache-2.0

import Machine

/// One value that a message carried.
struct MessageValue: Equatable {
  /// In the canonical unit; nil when the source says that it has none.
  var value: Double?
  var quality: Quality

  /// A number in `unit`, judged against what the sensor can measure.
  init(_ number: Double, _ unit: Unit, range: ClosedRange<Double>? = nil, name: String) {
    let canonical = unit.canonical(number)
    value = canonical.isFinite ? canonical : nil
    if !canonical.isFinite {
      quality = .bad(SensorDefect(.invalidMark, "\(name): the source sent \(number)"))
    } else if let range, !range.contains(number) {
      let limits = "\(range.lowerBound) to \(range.upperBound) \(unit.symbol)"
      quality = .bad(SensorDefect(.outOfRange, "\(name): \(number) \(unit.symbol) is outside \(limits)"))
    } else {
      quality = .good
    }
  }

  init(missing kind: SensorDefect.Kind, _ evidence: String) {
    value = nil
    quality = .bad(SensorDefect(kind, evidence))
  }
}

/// What one message said, whatever its format.
struct DecodedMessage: Equatable {
  /// The source's own time.
  var time: WallTime?
  /// The source's own count of messages.
  var sequence: Int?
  /// Values by name.
  var values: [String: MessageValue] = [:]
  /// A piece of a waveform.
  var segment: CaptureSegment?
}

/// What is known of a capture as a whole.
struct CaptureHeader: Equatable, Sendable {
  /// Names of the waveforms whose samples alternate in the capture, like `waveform-x`.
  var channels: [String]
  var quantity: Quantity
  /// Segments that carry samples.
  var segments: Int
  /// Samples of one channel; nil where the source does not say.
  var samples: Int?
  var sampleRate_Hz: Double
  var fullScale: Float?
  var speed_rpm: Double?
  var time: WallTime?
}

/// One message of a capture.
struct CaptureSegment: Equatable, Sendable {
  /// Tells captures of one source apart, for as long as they can overlap.
  var capture: Int
  /// Nil when this message does not carry it.
  var header: CaptureHeader?
  /// Position in the capture and the samples there, channels alternating; nil in a message that only announces.
  var block: (index: Int, samples: [Float])?

  static func == (a: CaptureSegment, b: CaptureSegment) -> Bool {
    a.capture == b.capture && a.header == b.header && a.block?.index == b.block?.index
      && a.block?.samples == b.block?.samples
  }
}
