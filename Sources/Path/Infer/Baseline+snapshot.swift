// SPDX-License-Identifier: Apache-2.0

import Machine

// The snapshot that the store keeps: a list in a fixed order, so that equal baselines give equal bytes.

extension Baseline: Codable {
  private struct Row: Codable {
    var place: Place
    var normals: [LearnedNormal]
    var since: WallTime?
  }

  private enum CodingKeys: String, CodingKey {
    case windowSchedule = "window_schedule"
    case readingSchedule = "reading_schedule"
    case windows, readings
  }

  /// Writes everything that was learned.
  public func encode(to encoder: any Encoder) throws {
    func rows(_ entries: [Place: Entry]) -> [Row] {
      entries.map { Row(place: $0.key, normals: $0.value.normals, since: $0.value.since) }.sorted {
        ($0.place.point, $0.place.state.description) < ($1.place.point, $1.place.state.description)
      }
    }
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(windowSchedule, forKey: .windowSchedule)
    try container.encode(readingSchedule, forKey: .readingSchedule)
    try container.encode(rows(windows), forKey: .windows)
    try container.encode(rows(readings), forKey: .readings)
  }

  /// Reads a snapshot; refuses one with other features or bands, or with numbers that no data give.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func schedule(_ key: CodingKeys) throws -> LearningSchedule {
      let read = try container.decode(LearningSchedule.self, forKey: key)
      guard read.armAfter >= 4, read.completeAfter >= read.armAfter, read.spacing_s >= 0 else {
        throw DecodingError.dataCorruptedError(
          forKey: key, in: container, debugDescription: "the schedule \(read) cannot be")
      }
      return read
    }
    func entries(_ key: CodingKeys, count: Int) throws -> [Place: Entry] {
      var entries: [Place: Entry] = [:]
      for row in try container.decode([Row].self, forKey: key) {
        guard row.normals.count == count, row.normals.allSatisfy(\.isSound) else {
          throw DecodingError.dataCorruptedError(
            forKey: key, in: container,
            debugDescription: "\(row.place.point) \(row.place.state): \(count) sound normals expected")
        }
        entries[row.place] = Entry(normals: row.normals, since: row.since)
      }
      return entries
    }
    self.init(windows: try schedule(.windowSchedule), readings: try schedule(.readingSchedule))
    windows = try entries(.windows, count: Feature.allCases.count + FeatureWindow.bandCount)
    readings = try entries(.readings, count: 1)
  }
}
