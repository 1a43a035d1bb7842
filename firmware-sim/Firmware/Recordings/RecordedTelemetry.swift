// SPDX-License-Identifier: Apache-2.0

import Recordings

/// Slow measurements of a real pump loop, from the Skoltech Anomaly Benchmark (SKAB): one row a second, with
/// the experimenters' own mark of what was anomalous.
public struct RecordedTelemetry: Sendable {
  /// One second of the loop.
  public struct Row: Sendable {
    /// Time of the row, unix seconds; the recording states no zone, it is read as UTC.
    public var unix_s: Double
    /// In the order of `names`; NaN for a field that is empty.
    public var values: [Double]
    /// The experimenters' label.
    public var isAnomalous: Bool
  }

  /// Names of the values: `acceleration-rms` and `acceleration-rms-2` in m/s2, `current` in A,
  /// `discharge-pressure` in bar, `winding-temperature` and `fluid-temperature` in degC, `voltage` in V,
  /// `flow` in m3/h.
  public static let names = [
    "acceleration-rms", "acceleration-rms-2", "current", "discharge-pressure", "winding-temperature",
    "fluid-temperature", "voltage", "flow",
  ]
  /// The quantity of each value.
  public static let quantities = [
    "acceleration", "acceleration", "current", "pressure", "temperature", "temperature", "voltage", "flow",
  ]
  /// To those units from g, g, A, bar, degC, degC, V, l/min.
  private static let scales = [gravity, gravity, 1, 1, 1, 1, 1, 0.06]

  /// In time order as recorded.
  public let rows: [Row]

  /// Reads one `.csv.gz` file of SKAB.
  public init(skab path: String) throws(FirmwareError) {
    let packed: [UInt8]
    do { packed = try File.contents(of: path) } catch {
      throw .badRecording(path: path, reason: "\(error)")
    }
    guard
      let text = inflate(packed[...], .gzip, limit: Recording.byteLimit).map({
        String(decoding: $0, as: UTF8.self)
      })
    else {
      throw .badRecording(path: path, reason: "is not a whole gzip file")
    }
    let lines = text.split(whereSeparator: \.isNewline)
    guard lines.first?.hasPrefix("datetime;Accelerometer1RMS;") == true else {
      throw .badRecording(path: path, reason: "does not begin with the columns of SKAB")
    }
    var rows: [Row] = []
    for (i, line) in lines.dropFirst().enumerated() {
      let fields = line.split(separator: ";", omittingEmptySubsequences: false)
      guard fields.count >= 9, let time = RecordedTelemetry.unixSeconds(fields[0]) else {
        throw .badRecording(path: path, reason: "line \(i + 2) is not a row of SKAB")
      }
      let values = zip(fields[1...8], RecordedTelemetry.scales).map { (Double($0) ?? .nan) * $1 }
      rows.append(
        Row(unix_s: time, values: values, isAnomalous: fields.count > 9 && Double(fields[9]) == 1))
    }
    self.rows = rows
  }

  /// `2020-03-09 10:14:33` as unix seconds.
  private static func unixSeconds(_ text: Substring) -> Double? {
    let parts = text.split { $0 == "-" || $0 == " " || $0 == ":" }.map { Int($0) }
    guard parts.count == 6, !parts.contains(nil) else { return nil }
    let p = parts.compactMap { $0 }
    // Days from civil (Hinnant, "chrono-compatible low-level date algorithms").
    let y = p[1] <= 2 ? p[0] - 1 : p[0]
    let yearOfEra = y % 400
    let dayOfYear = (153 * (p[1] + (p[1] > 2 ? -3 : 9)) + 2) / 5 + p[2] - 1
    let days = y / 400 * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    return Double(days * 86_400 + p[3] * 3600 + p[4] * 60 + p[5])
  }
}
