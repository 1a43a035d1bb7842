// SPDX-License-Identifier: Apache-2.0

import Alert
import Diagnose
import Foundation
import Infer
import Knowledge
public import Machine
public import Store

/// Runs a recording through the path exactly as it would have run live.
public struct Replay: ~Copyable {
  private var path: PlantPath
  private var pending: [Sample] = []
  private var tick: MonotonicTime?
  private let tick_s: Double

  /// - Parameter tick_s: how often the path is driven, in recorded time, seconds.
  public init(site: SiteFile, resources: Resources, tick_s: Double = 0.5) throws(AgentError) {
    let detector = try AnomalyDetector.load(for: site, resources: resources)
    path = PlantPath(
      plant: site.plant, knowledge: try .load(for: site, resources: resources),
      calibration: try .load(from: resources), sensors: site.sensors, options: site.detection.path,
      detector: detector, classifier: try PatternClassifier.load(for: site, resources: resources))
    self.tick_s = tick_s
  }

  /// Reads the file and gives every batch that is not empty to `body`.
  public mutating func run(file: String, _ body: (StoreBatch, Stamp) throws -> Void) throws {
    try Recording.read(file: file) { sample in
      if let (batch, stamp) = take(sample) { try body(batch, stamp) }
    }
    if let (batch, stamp) = drive() { try body(batch, stamp) }
  }

  /// Alarms that stand at the end.
  public var standing: [Alarm] { path.alarms.standing }

  private mutating func take(_ sample: Sample) -> (StoreBatch, Stamp)? {
    var done: (StoreBatch, Stamp)?
    let now = sample.stamp.monotonic
    if let tick, now.seconds(since: tick) >= tick_s || now < tick { done = drive() }
    if pending.isEmpty { tick = now }
    pending.append(sample)
    return done
  }

  private mutating func drive() -> (StoreBatch, Stamp)? {
    guard let stamp = pending.last?.stamp else { return nil }
    let batch = path.advance(pending, at: stamp)
    pending.removeAll(keepingCapacity: true)
    return batch.isEmpty ? nil : (batch, stamp)
  }
}

/// Feature windows as comma-separated values, one window a line: what models are trained on.
public struct FeatureTable {
  /// The first line.
  public static var header: String {
    (["machine", "point", "t", "state", "label"] + (0..<FeatureWindow.bandCount).map { "b\($0)" }
      + Feature.allCases.map(\.rawValue)).joined(separator: ",")
  }

  /// One window; missing values are empty.
  public static func line(_ window: FeatureWindow, label: String = "") -> String {
    let bands = window.logBands.map { "\($0)" }
    let values = Feature.allCases.map { window.values[$0].map { "\($0)" } ?? "" }
    let head = [
      window.point.machine.rawValue, window.point.name, "\(window.stamp.wall.seconds)", "\(window.state)",
      label,
    ]
    return (head + bands + values).joined(separator: ",")
  }
}
