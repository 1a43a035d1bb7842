// SPDX-License-Identifier: Apache-2.0

public import Machine

/// Where things stand in a binary message that carries a waveform or a segment of one.
public struct WaveformLayout: Sendable {
  /// A number that the profile states, or the place of the message that holds it.
  public enum Term: Sendable, Equatable {
    case constant(Double)
    case field(BinaryType, at: Int)
  }

  /// How samples are written.
  public enum SampleFormat: Sendable, Equatable {
    case int16, float32
    /// A code in the message says which.
    case coded(BinaryType, at: Int, int16: Double, float32: Double)
  }

  public var name: String
  /// Of the samples; raw * scale is in this unit.
  public var unit: Unit
  public var order: Endianness
  /// Bytes that a message begins with.
  public var magic: [UInt8]
  public var format: SampleFormat
  /// Where the samples begin.
  public var header: Term
  public var sampleRate: Term
  public var scale: Term
  /// Largest magnitude, raw.
  public var fullScale: Term?
  /// Tells captures apart; without it every message is a whole capture.
  public var sequence: Term?
  /// Position of this segment, from 0.
  public var segment: Term?
  /// Segments of the capture.
  public var segments: Term?
  /// Samples of the whole capture.
  public var total: Term?
  /// Shaft speed, r/min; NaN is unknown.
  public var speed: Term?
  public var time: Term?
  public var timeFormat: TimeFormat
  /// Most samples of a whole capture.
  public var maximumSamples: Int

  /// Reads one message.
  func decode(_ payload: [UInt8]) throws(PayloadError) -> DecodedMessage {
    guard payload.starts(with: magic) else {
      throw .invalid("the payload does not begin with the magic bytes")
    }
    let reader = ByteReader(bytes: payload, order: order)
    let start = try integer(header, reader, "header length", in: magic.count...65_536)
    let rate = try reader.number(sampleRate)
    guard rate > 0, rate <= 1e7 else { throw .invalid("a sample rate of \(rate) Hz") }
    let factor = try reader.number(scale)
    guard factor.isFinite, factor > 0 else { throw .invalid("a scale of \(factor)") }
    let count = try optional(segments, reader, "number of segments", in: 1...4096) ?? 1
    let index = try optional(segment, reader, "segment", in: 0...4095) ?? 0
    guard index < count else { throw .invalid("segment \(index) of \(count)") }
    let whole = try optional(total, reader, "number of samples", in: 1...maximumSamples)
    let samples = try samples(reader, from: start, factor)
    guard samples.count <= whole ?? maximumSamples else {
      throw .invalid("\(samples.count) samples in one message of a capture of \(whole ?? maximumSamples)")
    }
    let header = CaptureHeader(
      channels: [name], quantity: unit.quantity, segments: count, samples: whole, sampleRate_Hz: rate,
      fullScale: try fullScale.map { term throws(PayloadError) in
        Float(unit.canonical(try reader.number(term) * factor))
      },
      speed_rpm: try speed.map(reader.number).flatMap { $0.isFinite ? $0 : nil },
      time: try time.map(reader.number).flatMap(timeFormat.time))
    let capture = try optional(sequence, reader, "capture sequence", in: 0...Int.max)
    return DecodedMessage(
      time: header.time,
      segment: CaptureSegment(capture: capture ?? 0, header: header, block: (index, samples)))
  }

  private func samples(_ reader: ByteReader, from start: Int, _ factor: Double) throws(PayloadError)
    -> [Float]
  {
    let isFloat: Bool
    switch format {
    case .int16: isFloat = false
    case .float32: isFloat = true
    case .coded(let type, let offset, let int16, let float32):
      let code = try reader.number(type, at: offset)
      guard code == int16 || code == float32 else { throw .invalid("unknown sample format \(code)") }
      isFloat = code == float32
    }
    let size = isFloat ? 4 : 2
    let bytes = reader.bytes.count - start
    guard bytes > 0 else { throw .tooShort(needed: start + size, got: reader.bytes.count) }
    guard bytes % size == 0 else { throw .invalid("\(bytes) bytes are no whole number of samples") }
    guard bytes / size <= maximumSamples else { throw .invalid("\(bytes / size) samples in one message") }
    var samples: [Float] = []
    samples.reserveCapacity(bytes / size)
    for offset in stride(from: start, to: reader.bytes.count, by: size) {
      let raw = try isFloat ? reader.number(.f32, at: offset) : Double(reader.int16(at: offset))
      let value = Float(unit.canonical(raw * factor))
      guard value.isFinite else { throw .invalid("sample \(samples.count) is not a finite number") }
      samples.append(value)
    }
    return samples
  }

  private func integer(
    _ term: Term, _ reader: ByteReader, _ what: String, in range: ClosedRange<Int>
  ) throws(PayloadError) -> Int {
    let number = try reader.number(term)
    guard let value = Int(exactly: number), range.contains(value) else {
      throw .invalid("a \(what) of \(number)")
    }
    return value
  }

  private func optional(
    _ term: Term?, _ reader: ByteReader, _ what: String, in range: ClosedRange<Int>
  ) throws(PayloadError) -> Int? {
    guard let term else { return nil }
    return try integer(term, reader, what, in: range)
  }
}

extension ByteReader {
  fileprivate func number(_ term: WaveformLayout.Term) throws(PayloadError) -> Double {
    switch term {
    case .constant(let value): value
    case .field(let type, let offset): try number(type, at: offset)
    }
  }
}
