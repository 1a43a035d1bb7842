// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import Recordings

/// One channel of a real machine, read by the product's own reader from the folder of shared data.
///
/// ```swift
/// for record in try Record.driveEnd.get() { … }   // m/s2, record.rate_Hz, record.speed_rpm
/// ```
/// Tests that need records are `.enabled(if: Record.isPresent, …)`; the sets are empty where the folder is not there.
public struct Record: Sendable {
  /// Like `OR007@6_0_130` (fault, size in mil, place, load in horsepower, number) or `phm2012/Bearing1_1/0`.
  public var name: String
  public var rate_Hz: Double
  /// As noted with the record; nil where nobody noted it.
  public var speed_rpm: Double?
  /// Accelerations in m/s2, readings in the unit of their source.
  public var samples: [Float]

  /// Turns per second.
  public var shaft_Hz: Double? { speed_rpm.map { $0 / 60 } }

  /// Whole windows of `length` samples.
  public func windows(of length: Int) -> [[Float]] {
    stride(from: 0, to: samples.count - length + 1, by: length).map { Array(samples[$0..<$0 + length]) }
  }

  /// Whether the records are here: in `MILLWRIGHT_DATA`, or in `../shared/data` beside the repository.
  public static let isPresent = FileManager.default.fileExists(atPath: folder("cwru"))

  /// Every record of the Case Western Reserve University bearing data centre by the drive-end sensor.
  public static let driveEnd = Result { try cwru("DE") }
  /// The same by the fan-end sensor; the damage is at the drive end.
  public static let fanEnd = Result { try cwru("FE") }
  /// The same by the sensor on the base, where there was one.
  public static let base = Result { try cwru("BA") }

  private static func cwru(_ sensor: String) throws -> [Record] {
    var selection = Recording.Selection()
    (selection.channel, selection.scale) = (sensor, standardGravity)
    return try files("cwru", "npz").compactMap { path in
      do throws(RecordingError) {
        let record = try Recording.read(path, selection)
        let name = title(of: path).replacing("12k_Drive_End_", with: "")
        return Record(
          name: name, rate_Hz: record.rate_Hz, speed_rpm: record.speed_rpm, samples: record.samples)
      } catch .noChannel { return nil }
    }
  }

  /// Converts g to m/s2; exact by definition (CGPM 1901).
  static let standardGravity = 9.80665

  static func folder(_ set: String) -> String {
    let named = ProcessInfo.processInfo.environment["MILLWRIGHT_DATA"].map { URL(filePath: $0) }
    return (named ?? Golden.repository.appending(path: "../shared/data")).appending(path: set).path
  }

  /// Paths of the files with this ending in the folder of a set, sorted.
  static func files(_ set: String, _ ending: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder(set))) ?? []
    return names.filter { $0.hasSuffix("." + ending) }.sorted().map { folder(set) + "/" + $0 }
  }

  /// A file's name up to its first dot.
  static func title(of path: String) -> String {
    String(path.split(separator: "/").last?.prefix { $0 != "." } ?? "")
  }
}
