// SPDX-License-Identifier: Apache-2.0

import Machine

extension AnomalyDetector {
  /// What a detector learned: the calibration of each point, tied to the model that gave the scores.
  public struct Calibration: Sendable, Codable, Equatable {
    let modelHash: String
    let points: [Point]

    struct Point: Sendable, Codable, Equatable {
      var point: PointID
      var threshold: ConformalThreshold
    }
  }

  /// What the store keeps, in a fixed order.
  public var calibration: Calibration {
    Calibration(
      modelHash: modelHash,
      points: thresholds.sorted { $0.key < $1.key }.map { .init(point: $0.key, threshold: $0.value) })
  }

  /// Takes up an earlier calibration. False, and nothing changes, when it was made with another model or
  /// rate or cannot be sound: then the machine calibrates anew.
  public mutating func restore(_ calibration: Calibration) -> Bool {
    guard calibration.modelHash == modelHash, calibration.points.count <= AnomalyDetector.pointLimit,
      calibration.points.allSatisfy({ $0.threshold.rate == falseAlarmRate && $0.threshold.isSound })
    else { return false }
    thresholds = Dictionary(
      calibration.points.map { ($0.point, $0.threshold) }, uniquingKeysWith: { first, _ in first })
    return true
  }
}
