// SPDX-License-Identifier: Apache-2.0

internal import Ledger
public import Machine

/// A maintenance record as it is kept.
public struct StoredRecord: Sendable, Equatable, Codable {
  /// Counts the records of this store, from 1.
  public var number: Int64
  public var id: String
  public var received: WallTime
  /// By which way it came: `command-line`, or the name of the file.
  public var source: String
  public var record: MaintenanceRecord
  /// When the daemon took it in; nil while it waits.
  public var taken: WallTime?
  public var effect: RecordEffect?
  /// The machine's main figures around the work; nil while they are not known.
  public var before: [MachineFigure]?
  public var after: [MachineFigure]?
}

/// How often diagnoses of one fault on one kind of machine proved right and wrong.
public struct OutcomeLine: Sendable, Equatable, Codable {
  public var machines: MachineKind
  public var fault: String
  public var confirmed: Int
  public var refuted: Int
}

/// A record that the daemon has taken in.
public struct TakenRecord: Sendable, Equatable {
  public var number: Int64
  public var effect: RecordEffect
  /// The machine's main figures before the work, where there are any.
  public var before: [MachineFigure]?
  public var at: WallTime
  public init(number: Int64, effect: RecordEffect, before: [MachineFigure]? = nil, at: WallTime) {
    self.number = number
    self.effect = effect
    self.before = before
    self.at = at
  }

  func write(_ texts: (effect: String, before: String?), _ tx: Transaction) throws(LedgerError) {
    try tx.run(
      "UPDATE records SET taken = ?, effect = ?, before = ? WHERE number = ? AND taken IS NULL",
      .integer(at.nanoseconds), .text(texts.effect), SQLValue(texts.before), .integer(number))
  }
}

/// Records of maintenance: they enter beside the daemon, which takes each in once; none is ever deleted, and beyond
/// `recordLimit` and `recordShare` no more are taken.
extension Store {
  /// Most records that are kept.
  public static let recordLimit = 100_000
  /// Most of the database that they may take, percent: alarms are never short of room because of them.
  static let recordShare = 5

  /// Adds records, all or none; what is known already is not added twice.
  ///
  /// - Parameter kinds: kinds of the machines, under which their outcomes are counted.
  /// - Returns: by record, whether it was new.
  @discardableResult
  public func add(
    _ records: [MaintenanceRecord], kinds: [MachineID: MachineKind], source: String, at now: WallTime
  ) async throws(StoreError) -> [Bool] {
    var rows: [(record: MaintenanceRecord, id: String, body: String)] = []
    for record in records { rows.append((record, record.id, try JSONText.encode(record))) }
    let (all, ids) = (rows, try JSONText.encode(rows.map(\.id)))
    let byteLimit = ledger.limits.maximumBytes / 100 * Store.recordShare
    let added: [Bool]?
    do {
      added = try await ledger.write { (tx) throws(LedgerError) in
        var seen = Set(
          try tx.rows("SELECT id FROM records WHERE id IN (SELECT value FROM json_each(?))", .text(ids))
            .compactMap { $0[0].text })
        let isNew = all.map { seen.insert($0.id).inserted }
        let new = zip(all, isNew).filter(\.1).map(\.0)
        guard try tx.hasRoom(for: new.map(\.body), byteLimit) else { return nil }
        for (record, id, body) in new {
          try tx.insert(record, id, body, kinds[record.machine] ?? .other, source, now)
        }
        return isNew
      }
    } catch { throw StoreError(error) }
    guard let added else { throw .tooManyRecords(limit: Store.recordLimit, bytes: byteLimit) }
    return added
  }

  /// Records that the daemon has not taken in, in the order in which they came.
  public func waitingRecords(after number: Int64, limit: Int = 256) async throws(StoreError) -> [StoredRecord]
  {
    try await records(
      "WHERE taken IS NULL AND number > ? ORDER BY number LIMIT ?",
      [.integer(number), .integer(Int64(limit))])
  }

  /// Records of one machine, or of all, the newest work first.
  public func records(of machine: MachineID? = nil, limit: Int = 100) async throws(StoreError)
    -> [StoredRecord]
  {
    try await records(
      "WHERE ?1 IS NULL OR machine = ?1 ORDER BY time DESC, number DESC LIMIT ?2",
      [SQLValue(machine?.rawValue), .integer(Int64(limit))])
  }

  /// Records in the order in which they came, after this one.
  public func records(after number: Int64, limit: Int) async throws(StoreError) -> [StoredRecord] {
    try await records("WHERE number > ? ORDER BY number LIMIT ?", [.integer(number), .integer(Int64(limit))])
  }

  /// The records whose identifiers begin so; at most ten.
  public func records(idPrefix: String) async throws(StoreError) -> [StoredRecord] {
    guard idPrefix.allSatisfy(\.isHexDigit), !idPrefix.isEmpty else { return [] }
    return try await records(
      "WHERE id LIKE ? || '%' ORDER BY number LIMIT 10", [.text(idPrefix.lowercased())])
  }

  /// Which of these are held.
  public func heldRecords(_ ids: [String]) async throws(StoreError) -> Set<String> {
    let rows = try await query(
      "SELECT id FROM records WHERE id IN (SELECT value FROM json_each(?))", .text(try JSONText.encode(ids)))
    return Set(rows.compactMap { $0[0].text })
  }

  /// Whether a file of an older version, which has no records yet, was opened.
  public func keepsRecords() async throws(StoreError) -> Bool {
    try await !query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'records'").isEmpty
  }

  /// Records whose machine is learned anew and whose figures after the work are not known yet, the newest first.
  public func recordsWithoutAfter(limit: Int = 64) async throws(StoreError) -> [StoredRecord] {
    try await records(
      """
      WHERE taken IS NOT NULL AND after IS NULL AND json_array_length(effect, '$.relearned') > 0
      ORDER BY number DESC LIMIT ?
      """, [.integer(Int64(limit))])
  }

  /// Outcomes of diagnoses by kind of machine and fault; for a restart, only of records that were taken in.
  public func outcomes(onlyTaken: Bool = false) async throws(StoreError) -> [OutcomeLine] {
    try await query(
      """
      SELECT machine_kind, fault, sum(outcome = 'confirmed'), sum(outcome = 'refuted') FROM outcomes
        JOIN records ON records.id = outcomes.record WHERE taken IS NOT NULL OR NOT ?
      GROUP BY machine_kind, fault ORDER BY machine_kind, fault
      """, .integer(onlyTaken ? 1 : 0)
    ).compactMap { row in
      guard let kind = row[0].text.flatMap(MachineKind.init), let fault = row[1].text else { return nil }
      return OutcomeLine(
        machines: kind, fault: fault, confirmed: Int(row[2].integer ?? 0), refuted: Int(row[3].integer ?? 0))
    }
  }

  /// What the diagnoses of this site were worth, of the records that were taken in.
  public func trackRecord() async throws(StoreError) -> TrackRecord {
    var track = TrackRecord()
    for line in try await outcomes(onlyTaken: true) {
      let count = OutcomeCount(confirmed: line.confirmed, refuted: line.refuted)
      track.add(count, of: line.fault, on: line.machines)
    }
    return track
  }

  /// When each machine was last greased, of the records that were taken in.
  public func lubrications() async throws(StoreError) -> [MachineID: WallTime] {
    let rows = try await query(
      "SELECT machine, max(time) FROM records WHERE kind = 'lubrication' AND taken IS NOT NULL GROUP BY machine"
    )
    return Dictionary(
      rows.compactMap { row in
        guard let machine = row[0].text, let time = row[1].integer else { return nil }
        return (MachineID(machine), WallTime(nanoseconds: time))
      }
    ) { first, _ in first }
  }

  private func records(_ clause: String, _ arguments: [SQLValue]) async throws(StoreError) -> [StoredRecord] {
    let rows = try await query(
      "SELECT id, body, number, received, source, taken, effect, before, after FROM records \(clause)",
      arguments)
    var records: [StoredRecord] = []
    for row in rows {
      let id = row[0].text ?? ""
      func optional<Value: Decodable>(_ type: Value.Type, _ value: SQLValue) throws(StoreError) -> Value? {
        guard let text = value.text else { return nil }
        return try JSONText.decode(type, text, of: "record \(id)")
      }
      records.append(
        StoredRecord(
          number: row[2].integer ?? 0, id: id, received: WallTime(nanoseconds: row[3].integer ?? 0),
          source: row[4].text ?? "", record: try row.json(MaintenanceRecord.self, of: "record"),
          taken: row[5].integer.map { WallTime(nanoseconds: $0) },
          effect: try optional(RecordEffect.self, row[6]),
          before: try optional([MachineFigure].self, row[7]),
          after: try optional([MachineFigure].self, row[8])))
    }
    return records
  }
}

extension Transaction {
  fileprivate func hasRoom(for bodies: [String], _ byteLimit: Int) throws(LedgerError) -> Bool {
    let held = try rows(
      """
      SELECT count(*), sum(length(body) + coalesce(length(effect), 0) + coalesce(length(before), 0)
        + coalesce(length(after), 0)) FROM records
      """)[0]
    let count = Int(held[0].integer ?? 0) + bodies.count
    let bytes = bodies.reduce(Int(held[1].integer ?? 0)) { $0 + $1.utf8.count }
    return count <= Store.recordLimit && bytes <= byteLimit
  }

  fileprivate func insert(
    _ record: MaintenanceRecord, _ id: String, _ body: String, _ kind: MachineKind, _ source: String,
    _ now: WallTime
  ) throws(LedgerError) {
    try run(
      "INSERT INTO records (id, received, time, kind, machine, source, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
      .text(id), .integer(now.nanoseconds), .integer(record.time.nanoseconds), .text(record.kind.rawValue),
      .text(record.machine.rawValue), .text(source), .text(body))
    for diagnosis in record.diagnoses {
      guard let outcome = diagnosis.outcome else { continue }
      try run(
        "INSERT OR IGNORE INTO outcomes VALUES (?, ?, ?, ?)",
        .text(id), .text(kind.rawValue), .text(diagnosis.fault), .text(outcome.rawValue))
    }
  }
}
