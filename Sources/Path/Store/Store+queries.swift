// SPDX-License-Identifier: Apache-2.0

internal import Ledger
public import Machine

/// A stored measurement. The monotonic time is not kept: it means nothing after a reboot.
public struct StoredReading: Sendable, Equatable {
  /// Where it was measured.
  public var point: PointID
  /// What was measured.
  public var quantity: Quantity
  /// In the quantity's canonical unit; nil when it was missing.
  public var value: Double?
  /// How far it may be believed, with the reason.
  public var quality: Quality
  /// The gateway's wall clock when it arrived.
  public var received: WallTime
  /// The source's own time; nil when it sent none (or exactly the time of receipt).
  public var source: WallTime?
}

/// One value of a feature over time.
public struct TrendPoint: Sendable, Equatable {
  /// The source's time where it sent one, else that of receipt.
  public var time: WallTime
  /// In the unit that the feature names; nil when it was missing.
  public var value: Double?
}

extension Store {
  /// The newest reading of every point, whatever its quality.
  public func latest() async throws(StoreError) -> [StoredReading] {
    try await query(
      """
      SELECT machine, name, quantity, received, lag, value, quality, defect
      FROM latest JOIN points ON points.id = latest.point ORDER BY machine, name
      """
    ).compactMap(StoredReading.init)
  }

  /// Readings of one point received in `range`, oldest first, at most `limit`.
  public func history(of point: PointID, in range: Range<WallTime>, limit: Int = 10_000)
    async throws(StoreError) -> [StoredReading]
  {
    try await query(
      """
      SELECT machine, name, quantity, received, lag, value, quality, defect
      FROM readings JOIN points ON points.id = readings.point
      WHERE received >= ? AND received < ?
        AND readings.point IN (SELECT id FROM points WHERE machine = ? AND name = ?)
      ORDER BY received LIMIT ?
      """, .integer(range.lowerBound.nanoseconds), .integer(range.upperBound.nanoseconds),
      .text(point.machine.rawValue), .text(point.name), .integer(Int64(limit))
    ).compactMap(StoredReading.init)
  }

  /// One feature of one point over windows received in `range`, oldest first, at most `limit`.
  public func trend(of feature: Feature, at point: PointID, in range: Range<WallTime>, limit: Int = 10_000)
    async throws(StoreError) -> [TrendPoint]
  {
    try await query(
      """
      SELECT received - lag, "\(feature.rawValue)" FROM windows JOIN points ON points.id = windows.point
      WHERE received >= ? AND received < ? AND machine = ? AND name = ? ORDER BY received LIMIT ?
      """, .integer(range.lowerBound.nanoseconds), .integer(range.upperBound.nanoseconds),
      .text(point.machine.rawValue), .text(point.name), .integer(Int64(limit))
    ).compactMap { row in
      row[0].integer.map { TrendPoint(time: WallTime(nanoseconds: $0), value: row[1].real) }
    }
  }

  /// Every alarm ever raised in its present state, for a restart; with `standing` only those that a person
  /// still has something to do about.
  public func alarms(standing: Bool = false) async throws(StoreError) -> [Alarm] {
    var alarms: [Alarm] = []
    for row in try await query("SELECT id, body FROM alarms ORDER BY machine, id") {
      alarms.append(try row.json(Alarm.self, of: "alarm"))
    }
    return standing ? alarms.filter(\.state.isStanding) : alarms
  }

  /// Findings on one machine, or on all, newest first.
  public func findings(machine: MachineID? = nil, limit: Int = 100) async throws(StoreError) -> [Finding] {
    var findings: [Finding] = []
    let rows = try await query(
      "SELECT fault, body FROM findings WHERE ?1 IS NULL OR machine = ?1 ORDER BY id DESC LIMIT ?2",
      SQLValue(machine?.rawValue), .integer(Int64(limit)))
    for row in rows { findings.append(try row.json(Finding.self, of: "finding")) }
    return findings
  }

  /// The state stored under `key`, or nil; throws `.damaged` rather than give a state that has changed on disk.
  public func snapshot(_ key: String) async throws(StoreError) -> Snapshot? {
    let rows = try await query("SELECT received, bytes, crc FROM snapshots WHERE key = ?", .text(key))
    guard let row = rows.first else { return nil }
    guard let received = row[0].integer, let bytes = row[1].blob,
      row[2].integer == Int64(Checksum.crc32(bytes))
    else { throw .damaged(record: "snapshot \(key)", detail: "checksum differs") }
    let stamp = Stamp(
      received: WallTime(nanoseconds: received), monotonic: MonotonicTime(nanoseconds: 0))
    return Snapshot(key: key, stamp: stamp, bytes: bytes)
  }

  func query(_ sql: String, _ arguments: SQLValue...) async throws(StoreError) -> [SQLRow] {
    try await query(sql, arguments)
  }

  func query(_ sql: String, _ arguments: [SQLValue]) async throws(StoreError) -> [SQLRow] {
    do {
      return try await ledger.read { (tx) throws(LedgerError) in try tx.rows(sql, arguments) }
    } catch { throw StoreError(error) }
  }
}

extension SQLRow {
  /// Decodes the JSON in the second column; the first names the record.
  func json<Value: Decodable>(_ type: Value.Type, of record: String) throws(StoreError) -> Value {
    guard let text = self[1].text else {
      throw .damaged(record: "\(record) \(self[0].text ?? "")", detail: "no text")
    }
    return try JSONText.decode(type, text, of: "\(record) \(self[0].text ?? "")")
  }
}

extension StoredReading {
  fileprivate init?(_ row: SQLRow) {
    guard let machine = row[0].text, let name = row[1].text,
      let quantity = row[2].text.flatMap(Quantity.init),
      let received = row[3].integer, let lag = row[4].integer, let code = row[6].integer
    else { return nil }
    self.init(
      point: PointID(MachineID(machine), name), quantity: quantity, value: row[5].real,
      quality: Quality(code: code, evidence: row[7].text ?? ""),
      received: WallTime(nanoseconds: received),
      source: lag == 0 ? nil : WallTime(nanoseconds: received - lag))
  }
}
