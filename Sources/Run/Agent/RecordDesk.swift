// SPDX-License-Identifier: Apache-2.0

import Clockwork
import Foundation
import Knowledge
public import Machine
public import Store

/// Where people hand in what they did at machines and look it up: it writes into the daemon's store, whether the daemon
/// runs or not, and the daemon takes each record in.
public struct RecordDesk: Sendable {
  let site: SiteFile
  let knowledge: KnowledgeBase
  private let clock = SystemClock()

  /// The desk of one site.
  public init(site: SiteFile, resources: Resources) throws(AgentError) {
    self.site = site
    knowledge = try KnowledgeBase.load(for: site, resources: resources)
  }

  // MARK: in

  /// What became, or would become, of one row.
  public struct Row: Sendable, Equatable, Codable {
    public enum Fate: String, Sendable, Codable { case new, known, refused }
    /// Line of the file on which it begins.
    public var line: Int
    public var fate: Fate
    public var id: String?
    /// Why it was refused.
    public var reason: String?
  }

  /// How a file is read.
  public struct ImportOptions: Sendable {
    /// `machine=Asset,time=Date`.
    public var map: String?
    public var timeFormat: String?
    public var zone: String?
    /// What holds for rows that do not say it.
    public var defaults: [RecordReader.Field: String] = [:]
    public var isDryRun = false
    public var skipsBad = false
    public init() {}
  }

  /// A reader for this site, at this time.
  public func reader(timeFormat: String? = nil, zone: String? = nil) throws(AgentError) -> RecordReader {
    try RecordReader(
      plant: site.plant, knowledge: knowledge, timeFormat: timeFormat, zone: zone, now: clock.wall())
  }

  /// Adds one record; false when it was known.
  public func add(_ record: MaintenanceRecord) async throws(AgentError) -> Bool {
    try await store([record], source: "command-line").first ?? false
  }

  /// Reads a file and adds its rows, all or none unless bad ones are skipped; says of each row what became of it.
  public func take(file: String, _ options: ImportOptions) async throws(AgentError) -> [Row] {
    guard let data = FileManager.default.contents(atPath: file) else {
      throw .unreadable(file: file, reason: "no such file, or it cannot be read")
    }
    let table = try RecordTable(data, file: file)
    let map: RecordMap
    do throws(AgentError) {
      map = try RecordMap(options.map, in: table.columns, given: Set(options.defaults.keys))
    } catch { throw .refused("\(file): \(error)") }
    let reader = try reader(timeFormat: options.timeFormat, zone: options.zone)
    var rows: [Row] = []
    var records: [MaintenanceRecord] = []
    for row in table.rows {
      do throws(AgentError) {
        if let problem = row.problem { throw .refused(problem) }
        let record = try reader.read(options.defaults.merging(map.values(of: row)) { $1 })
        rows.append(Row(line: row.line, fate: .new, id: record.id))
        records.append(record)
      } catch {
        rows.append(Row(line: row.line, fate: .refused, reason: "\(error)"))
      }
    }
    var seen = try await held(rows.compactMap(\.id))
    for index in rows.indices {
      guard let id = rows[index].id else { continue }
      if !seen.insert(id).inserted { rows[index].fate = .known }
    }
    let isBad = rows.contains { $0.fate == .refused }
    if !options.isDryRun, !isBad || options.skipsBad, !records.isEmpty {
      _ = try await store(records, source: URL(fileURLWithPath: file).lastPathComponent)
    }
    return rows
  }

  private func store(_ records: [MaintenanceRecord], source: String) async throws(AgentError) -> [Bool] {
    let kinds = Dictionary(site.plant.machines.map { ($0.id, $0.kind) }) { first, _ in first }
    let now = clock.wall()
    return try await writing { store throws(StoreError) in
      try await store.add(records, kinds: kinds, source: source, at: now)
    }
  }

  private func held(_ ids: [String]) async throws(AgentError) -> Set<String> {
    try await reading([]) { store throws(StoreError) in try await store.heldRecords(ids) }
  }

  // MARK: out

  /// Records, the newest work first.
  public func records(of machine: MachineID? = nil, limit: Int) async throws(AgentError) -> [StoredRecord] {
    try await reading([]) { store throws(StoreError) in try await store.records(of: machine, limit: limit) }
  }

  /// The one record whose identifier begins so.
  public func record(_ prefix: String) async throws(AgentError) -> StoredRecord {
    let found = try await reading([]) { store throws(StoreError) in
      try await store.records(idPrefix: prefix)
    }
    guard let first = found.first else {
      throw .refused("no record '\(prefix)'; 'millwright record list' shows them")
    }
    guard found.count == 1 else {
      throw .refused("'\(prefix)' begins more than one record: \(found.map(\.id).joined(separator: ", "))")
    }
    return first
  }

  /// Outcomes of diagnoses by kind of machine and fault.
  public func counts() async throws(AgentError) -> [OutcomeLine] {
    try await reading([]) { store throws(StoreError) in try await store.outcomes() }
  }

  // MARK: the store

  /// Whether there is a store that can be read.
  public var isOpen: Bool { FileManager.default.fileExists(atPath: site.storage.database) }

  /// Reads the store; `absent` where there is none yet, or one of an older version, which has no records.
  func reading<Value>(_ absent: Value, _ body: (Store) async throws(StoreError) -> Value)
    async throws(AgentError) -> Value
  {
    guard isOpen else { return absent }
    return try await site.reading { store throws(StoreError) in
      try await store.keepsRecords() ? try await body(store) : absent
    }
  }

  /// Beside the daemon; where there is no database yet, or one of an older version, it is made first.
  private func writing<Value>(_ body: (Store) async throws(StoreError) -> Value) async throws(AgentError)
    -> Value
  {
    let (path, bytes) = (site.storage.database, site.storage.maximumBytes)
    do {
      try FileManager.default.createDirectory(
        atPath: site.storage.directory, withIntermediateDirectories: true)
    } catch { throw .storage("\(site.storage.directory): cannot be made: \(error.localizedDescription)") }
    do throws(StoreError) {
      var isReady = false
      if isOpen {
        let store = try Store.openForReading(path)
        isReady = try await store.keepsRecords()
        try store.close()
      }
      if !isReady { try await Store.open(path, now: clock.wall(), maximumBytes: bytes).store.close() }
      let store = try Store.openBeside(path, maximumBytes: bytes)
      let value = try await body(store)
      try store.close()
      return value
    } catch { throw .storage("\(error)") }
  }
}
