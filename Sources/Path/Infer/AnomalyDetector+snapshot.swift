// SPDX-License-Identifier: Apache-2.0

import Machine

extension AnomalyDetector {
  /// What a detector learned: the calibration of each point in each operating state, tied to the model that gave
  /// the scores.
  public struct Calibration: Sendable, Equatable {
    let modelHash: String
    let rows: [Row]

    struct Row: Sendable, Codable, Equatable {
      var point: PointID
      var state: OperatingState
      var threshold: ConformalThreshold
    }
  }

  /// What the store keeps, in a fixed order.
  public var calibration: Calibration {
    let rows = thresholds.flatMap { point, states in
      states.map { Calibration.Row(point: point, state: $0.key, threshold: $0.value) }
    }
    return Calibration(
      modelHash: modelHash,
      rows: rows.sorted { ($0.point, $0.state.description) < ($1.point, $1.state.description) })
  }

  /// Takes up an earlier calibration. False, and nothing changes, when it was made with another model or
  /// rate or cannot be sound: then the machine calibrates anew.
  public mutating func restore(_ calibration: Calibration) -> Bool {
    guard calibration.modelHash == modelHash,
      calibration.rows.allSatisfy({ $0.threshold.rate == falseAlarmRate && $0.threshold.isSound })
    else { return false }
    var restored: [PointID: [OperatingState: ConformalThreshold]] = [:]
    for row in calibration.rows { restored[row.point, default: [:]][row.state] = row.threshold }
    guard restored.count <= AnomalyDetector.pointLimit,
      restored.values.allSatisfy({ $0.count <= Baseline.stateLimit })
    else { return false }
    thresholds = restored
    return true
  }
}

extension AnomalyDetector.Calibration: Codable {
  private enum CodingKeys: String, CodingKey {
    case modelHash, rows
    /// Where the first edition kept one threshold a point, whatever the state.
    case points
  }

  /// Writes everything that was learned.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(modelHash, forKey: .modelHash)
    try container.encode(rows, forKey: .rows)
  }

  /// Reads a snapshot; refuses one of the first edition, whose thresholds belong to no state.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    guard !container.contains(.points) else {
      throw DecodingError.dataCorruptedError(
        forKey: .points, in: container,
        debugDescription: "its thresholds are not told apart by operating state")
    }
    modelHash = try container.decode(String.self, forKey: .modelHash)
    rows = try container.decode([Row].self, forKey: .rows)
  }
}
