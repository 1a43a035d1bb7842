// SPDX-License-Identifier: Apache-2.0

internal import Foundation
public import Ledger
internal import Machine

/// Knowledge in SQLite: tables that other programs can query, the graph as nodes and typed edges, and the texts that
/// `search` looks through.
///
/// ```swift
/// let store = try await KnowledgeStore.open("knowledge.db")
/// try await store.fill(with: knowledge)
/// for hit in try await store.search("cavitatoin pump") { print(hit.key, hit.title) }
/// ```
/// The YAML files are the truth and this is a copy: it is filled anew, in one transaction, when their content changes.
public struct KnowledgeStore: Sendable {
  let ledger: Ledger

  /// The tables; they may stand in a file with others.
  public static let migrations = [
    Migration(
      "knowledge 1",
      [
        "CREATE TABLE knowledge (one INTEGER PRIMARY KEY CHECK (one = 1), schema TEXT NOT NULL, hash TEXT NOT NULL) STRICT",
        """
        CREATE TABLE fault (
          id TEXT PRIMARY KEY, title TEXT NOT NULL, component TEXT NOT NULL, subject TEXT NOT NULL, family TEXT NOT NULL,
          place TEXT NOT NULL, watch TEXT NOT NULL, severity TEXT NOT NULL, judge TEXT NOT NULL, source TEXT NOT NULL,
          model TEXT NOT NULL) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE fault_value (
          fault TEXT NOT NULL REFERENCES fault, key TEXT NOT NULL, value TEXT NOT NULL, layer TEXT NOT NULL,
          place TEXT NOT NULL, PRIMARY KEY (fault, key)) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE symptom (
          fault TEXT NOT NULL REFERENCES fault, position INTEGER NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL,
          see TEXT NOT NULL, supports TEXT, opposes TEXT, weight REAL NOT NULL, against REAL NOT NULL,
          necessary INTEGER NOT NULL, source TEXT NOT NULL, PRIMARY KEY (fault, position)) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE node (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (kind, name)) STRICT
        """,
        """
        CREATE TABLE edge (
          source INTEGER NOT NULL REFERENCES node, relation TEXT NOT NULL, target INTEGER NOT NULL REFERENCES node,
          note TEXT NOT NULL, PRIMARY KEY (source, relation, target)) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX edge_target ON edge (target, relation)",
        """
        CREATE TABLE document (
          id INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL,
          UNIQUE (kind, key)) STRICT
        """,
        "CREATE VIRTUAL TABLE document_text USING fts5 (title, body, tokenize = 'trigram')",
      ])
  ]

  /// Works in a ledger that has been opened with `migrations`.
  public init(_ ledger: Ledger) { self.ledger = ledger }

  /// Opens or makes a file of its own; waits up to 5 s for another program that has it open.
  public static func open(_ path: String) async throws(KnowledgeError) -> KnowledgeStore {
    let limits = Ledger.Limits(maximumBytes: 256 << 20, ballastBytes: 0)
    var patience = 100
    while true {
      do throws(LedgerError) {
        return KnowledgeStore(try Ledger.open(path, migrations: migrations, limits: limits))
      } catch {
        guard case .inUse = error, patience > 0 else { throw .database(error) }
      }
      patience -= 1
      try? await Task.sleep(for: .milliseconds(50))
    }
  }

  /// Closes the file; the store is not used any more.
  public func close() throws(KnowledgeError) {
    do { try ledger.close() } catch { throw .database(error) }
  }

  /// Brings the tables to this knowledge; true when they had to be filled, false when they held it already.
  @discardableResult
  public func fill(with knowledge: KnowledgeBase) async throws(KnowledgeError) -> Bool {
    do {
      return try await ledger.write { (tx) throws(LedgerError) in
        let held = try tx.value("SELECT hash FROM knowledge WHERE schema = ?", .text(FaultFile.schema))?.text
        guard held != knowledge.hash else { return false }
        for table in ["edge", "node", "symptom", "fault_value", "fault", "knowledge"] {
          try tx.run("DELETE FROM \(table)")
        }
        for entry in knowledge.entries { try tx.insert(entry) }
        try tx.insert(knowledge.graph.edges)
        try tx.replace(knowledge.entries.map(SearchDocument.init), of: SearchDocument.fault)
        try tx.run("INSERT INTO knowledge VALUES (1, ?, ?)", .text(FaultFile.schema), .text(knowledge.hash))
        return true
      }
    } catch { throw .database(error) }
  }

  /// Faults that this one leads to, and in how many steps, as the database walks its own edges.
  public func consequences(of fault: String) async throws(KnowledgeError) -> [String: Int] {
    let sql = """
      WITH RECURSIVE reached (id, distance) AS (
        SELECT id, 0 FROM node WHERE kind = 'fault' AND name = ?
        UNION
        SELECT edge.target, reached.distance + 1 FROM reached
          JOIN edge ON edge.source = reached.id AND edge.relation = 'leads-to'
      )
      SELECT node.name, min(distance) FROM reached JOIN node USING (id) WHERE distance > 0 GROUP BY node.name
      """
    do {
      let rows = try await ledger.read { (tx) throws(LedgerError) in try tx.rows(sql, .text(fault)) }
      return Dictionary(uniqueKeysWithValues: rows.map { ($0[0].text ?? "", Int($0[1].integer ?? 0)) })
    } catch { throw .database(error) }
  }
}

extension Transaction {
  fileprivate func insert(_ entry: KnowledgeBase.Entry) throws(LedgerError) {
    let model = entry.model
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let json = (try? encoder.encode(model)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    let texts = [
      model.id, model.title, model.component, model.subject.rawValue, entry.family, model.place.rawValue,
      model.watch.rawValue, model.severity.rawValue, entry.judge.rawValue, model.source, json,
    ]
    try run("INSERT INTO fault VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", texts.map { .text($0) })
    let values = try prepare("INSERT INTO fault_value VALUES (?, ?, ?, ?, ?)")
    for origin in entry.origins {
      try values.run(
        [model.id, origin.key, origin.value, origin.layer.rawValue, "\(origin.place)"].map { .text($0) })
    }
    let symptoms = try prepare("INSERT INTO symptom VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    for (position, (name, symptom)) in zip(entry.symptomNames, model.symptoms).enumerated() {
      try symptoms.run([
        .text(model.id), .integer(Int64(position)), .text(name), .text(symptom.text),
        .text(symptom.see.expression),
        SQLValue(symptom.supports?.expression), SQLValue(symptom.opposes?.expression), .real(symptom.weight),
        .real(symptom.against), .integer(symptom.isNecessary ? 1 : 0), .text(symptom.source),
      ])
    }
  }

  fileprivate func insert(_ edges: [FaultGraph.Edge]) throws(LedgerError) {
    let nodes = try prepare("INSERT OR IGNORE INTO node (kind, name) VALUES (?, ?)")
    let rows = try prepare(
      """
      INSERT OR IGNORE INTO edge SELECT a.id, ?, b.id, ? FROM node a, node b
      WHERE a.kind = ? AND a.name = ? AND b.kind = ? AND b.name = ?
      """)
    for edge in edges {
      let ends = [edge.source.kind.rawValue, edge.source.name, edge.target.kind.rawValue, edge.target.name]
      try nodes.run(ends.prefix(2).map { .text($0) })
      try nodes.run(ends.suffix(2).map { .text($0) })
      try rows.run(([edge.relation.rawValue, edge.note] + ends).map { .text($0) })
    }
  }
}
