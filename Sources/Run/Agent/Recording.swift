// SPDX-License-Identifier: Apache-2.0

import Foundation
public import Machine

/// A recorded stretch of samples: JSON, one sample a line, in the order of time.
///
/// ```json
/// {"t": 1767225600.0, "machine": "P-101", "point": "speed", "quantity": "rotational-speed", "value": 1480.2}
/// {"t": 1767225601.0, "machine": "P-101", "point": "DE-H", "quantity": "acceleration", "rate": 12800,
///  "speed": 1480.0, "full-scale": 156.9, "f32": "<base64 of little-endian float32, m/s2>"}
/// ```
/// Values are in canonical units; `value: null` is a missing value.
public struct Recording {
  private struct Line: Decodable {
    var t: Double
    var machine: String
    var point: String
    var quantity: Quantity
    var value: Double?
    var rate: Double?
    var speed: Double?
    var fullScale: Float?
    var f32: Data?

    enum CodingKeys: String, CodingKey {
      case t, machine, point, quantity, value, rate, speed, f32
      case fullScale = "full-scale"
    }
  }

  /// Calls `body` with each sample of the file, in order; memory holds one line at a time.
  public static func read(file: String, _ body: (Sample) throws -> Void) throws {
    guard let handle = FileHandle(forReadingAtPath: file) else {
      throw AgentError.recording(file: file, line: 0, reason: "no such file, or it cannot be read")
    }
    defer { try? handle.close() }
    var pending = Data()
    var number = 0
    let decoder = JSONDecoder()
    while true {
      let chunk: Data?
      do { chunk = try handle.read(upToCount: 1 << 20) } catch {
        throw AgentError.recording(file: file, line: number, reason: "\(error.localizedDescription)")
      }
      if let chunk { pending.append(chunk) }
      let atEnd = chunk?.isEmpty ?? true
      if atEnd, !pending.isEmpty { pending.append(0x0A) }
      while let newline = pending.firstIndex(of: 0x0A) {
        number += 1
        let text = pending[pending.startIndex..<newline]
        pending = pending[(newline + 1)...]
        guard !text.allSatisfy({ $0 == 0x20 || $0 == 0x0D }) else { continue }
        try body(try sample(Data(text), decoder: decoder, file: file, number: number))
      }
      if atEnd { return }
      pending = Data(pending)
      guard pending.count < 64 << 20 else {
        throw AgentError.recording(file: file, line: number + 1, reason: "a line is longer than 64 MiB")
      }
    }
  }

  private static func sample(
    _ text: Data, decoder: JSONDecoder, file: String, number: Int
  ) throws(AgentError) -> Sample {
    func refuse(_ reason: String) -> AgentError { .recording(file: file, line: number, reason: reason) }
    let line: Line
    do { line = try decoder.decode(Line.self, from: text) } catch {
      throw refuse("not a sample: \(error)")
    }
    let point = PointID(MachineID(line.machine), line.point)
    let wall = WallTime(seconds: line.t)
    let stamp = Stamp(source: wall, received: wall, monotonic: MonotonicTime(nanoseconds: wall.nanoseconds))
    guard let raw = line.f32 else {
      return .reading(Reading(point: point, quantity: line.quantity, value: line.value, stamp: stamp))
    }
    guard let rate = line.rate, rate > 0, rate.isFinite else { throw refuse("a waveform needs a rate above 0") }
    guard raw.count % 4 == 0 else { throw refuse("f32 holds \(raw.count) bytes, not a multiple of 4") }
    let samples = stride(from: 0, to: raw.count, by: 4).map { offset in
      let at = raw.startIndex + offset
      let bits =
        UInt32(raw[at]) | UInt32(raw[at + 1]) << 8 | UInt32(raw[at + 2]) << 16 | UInt32(raw[at + 3]) << 24
      return Float(bitPattern: bits)
    }
    return .waveform(
      Waveform(
        point: point, quantity: line.quantity, sampleRate_Hz: rate, samples: samples,
        fullScale: line.fullScale, speed_rpm: line.speed, stamp: stamp))
  }
}
