// SPDX-License-Identifier: Apache-2.0

import Agent
import Analysis
import Machine
import Store

/// The newest waveform that stood behind an alarm of a point.
struct StoredEvidence {
  var record: EvidenceRecord
  var machine: Machine
  var cause: Analysis.Cause

  /// How much of the trend before and after a waveform is shown.
  private static let trendReach_s = 30 * 86_400.0

  static func newest(of point: PointID, in site: SiteFile) async throws -> StoredEvidence {
    guard let machine = site.plant.machines.first(where: { $0.id == point.machine }),
      machine.point(point.name) != nil
    else {
      let points = site.plant.machines.flatMap { $0.points(.vibration) }.map { "\($0.id)" }
      throw AgentError.unknown(
        "\(point): neither a file nor a point of \(site.path); vibration points: \(points.joined(separator: ", "))"
      )
    }
    do {
      let store = try Store.openForReading(site.storage.database)
      guard let (alarm, record) = try await newest(of: point, in: store) else {
        throw AgentError.unreadable(
          file: "\(point)",
          reason: "\(site.storage.database) holds no evidence of it: no alarm of it was raised")
      }
      return StoredEvidence(
        record: record, machine: machine, cause: try await cause(of: alarm, record.waveform, in: store))
    } catch let error as StoreError { throw AgentError.storage("\(error)") }
  }

  /// The evidence that an alarm message names by its number.
  static func numbered(_ number: Int64, in site: SiteFile) async throws -> StoredEvidence {
    do {
      let store = try Store.openForReading(site.storage.database)
      guard let record = try await store.evidence(id: number) else {
        throw AgentError.unreadable(
          file: "evidence:\(number)", reason: "\(site.storage.database) does not hold it, or no longer")
      }
      let point = record.waveform.point
      guard let machine = site.plant.machines.first(where: { $0.id == point.machine }),
        let alarm = try await store.alarms().first(where: { $0.id == record.alarm })
      else {
        throw AgentError.unknown("evidence:\(number) is of \(point), which \(site.path) does not name")
      }
      return StoredEvidence(
        record: record, machine: machine, cause: try await cause(of: alarm, record.waveform, in: store))
    } catch let error as StoreError { throw AgentError.storage("\(error)") }
  }

  private static func newest(
    of point: PointID, in store: Store
  ) async throws(StoreError) -> (Alarm, EvidenceRecord)? {
    var newest: (alarm: Alarm, record: EvidenceRecord)?
    for alarm in try await store.alarms() where alarm.finding.machine == point.machine {
      for record in try await store.evidence(alarm: alarm.id, occurrence: alarm.occurrence)
      where record.waveform.point == point {
        if let newest, newest.record.waveform.stamp.wall >= record.waveform.stamp.wall { continue }
        newest = (alarm, record)
      }
    }
    return newest
  }

  /// What the alarm said, with the course of the first feature that it held against a baseline.
  private static func cause(
    of alarm: Alarm, _ waveform: Waveform, in store: Store
  ) async throws(StoreError) -> Analysis.Cause {
    let finding = alarm.finding
    var cause = Analysis.Cause(
      title: finding.title, reasons: finding.supporting.map(\.statement), action: finding.action, trend: nil)
    let held = finding.supporting.lazy.compactMap { evidence in
      Feature(rawValue: evidence.quantity).map { (feature: $0, evidence: evidence) }
    }
    guard let (feature, evidence) = held.first else { return cause }
    let taken = waveform.stamp.wall
    func moment(_ after_s: Double) -> WallTime { WallTime(seconds: taken.seconds + after_s) }
    let points = try await store.trend(
      of: feature, at: waveform.point, in: moment(-trendReach_s)..<moment(trendReach_s))
    let known = points.compactMap { point in point.value.map { (point.time.seconds - taken.seconds, $0) } }
    cause.trend = Analysis.Trend(
      name: feature.title, unit: evidence.unit, times_s: known.map(\.0), values: known.map(\.1),
      baseline: evidence.reference)
    return cause
  }
}

extension Feature {
  /// Its name as people read it: `envelope_rms_m_s2` is `Envelope RMS`.
  fileprivate var title: String {
    let units = ["_mm_s", "_m_s2", "_um", "_hz", "_rpm"]
    let name = units.first { rawValue.hasSuffix($0) }.map { rawValue.dropLast($0.count) } ?? rawValue[...]
    let words = name.replacing("_", with: " ").replacing("rms", with: "RMS")
    return words.prefix(1).uppercased() + words.dropFirst()
  }
}
