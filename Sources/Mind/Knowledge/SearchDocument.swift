// SPDX-License-Identifier: Apache-2.0

internal import Ledger
internal import Machine

/// One thing that people look for by words: a fault, a maintenance record.
public struct SearchDocument: Sendable, Equatable {
  /// What it is, like `fault`.
  public var kind: String
  /// Its identifier among those of its kind.
  public var key: String
  public var title: String
  /// Its text, one statement a line.
  public var body: String

  public init(kind: String, key: String, title: String, body: String) {
    self.kind = kind
    self.key = key
    self.title = title
    self.body = body
  }

  /// The kind of documents that faults are.
  public static let fault = "fault"

  init(_ entry: KnowledgeBase.Entry) {
    let model = entry.model
    var lines = [model.id, model.component] + model.symptoms.map(\.text) + model.causes
    lines += model.leadsTo.map { "\($0.fault): \($0.because)" } + model.confirm + model.actions + model.parts
    self.init(
      kind: SearchDocument.fault, key: model.id, title: model.title, body: lines.joined(separator: "\n"))
  }
}

extension KnowledgeStore {
  /// Takes documents in, each in place of the one with its kind and key.
  public func index(_ documents: [SearchDocument]) async throws(KnowledgeError) {
    do {
      try await ledger.write { (tx) throws(LedgerError) in try tx.index(documents) }
    } catch { throw .database(error) }
  }

  /// Number of documents of a kind.
  public func count(kind: String) async throws(KnowledgeError) -> Int {
    do {
      return try await ledger.read { (tx) throws(LedgerError) in
        Int(try tx.value("SELECT count(*) FROM document WHERE kind = ?", .text(kind))?.integer ?? 0)
      }
    } catch { throw .database(error) }
  }

  /// Removes documents of a kind.
  public func remove(kind: String, keys: [String]) async throws(KnowledgeError) {
    do {
      try await ledger.write { (tx) throws(LedgerError) in
        for key in keys { try tx.removeDocument(kind, key) }
      }
    } catch { throw .database(error) }
  }
}

extension Transaction {
  /// Makes these the only documents of their kind.
  func replace(_ documents: [SearchDocument], of kind: String) throws(LedgerError) {
    try run("DELETE FROM document_text WHERE rowid IN (SELECT id FROM document WHERE kind = ?)", .text(kind))
    try run("DELETE FROM document WHERE kind = ?", .text(kind))
    try index(documents)
  }

  fileprivate func index(_ documents: [SearchDocument]) throws(LedgerError) {
    for document in documents {
      try removeDocument(document.kind, document.key)
      try run(
        "INSERT INTO document (kind, key, title, body) VALUES (?, ?, ?, ?)",
        [document.kind, document.key, document.title, document.body].map { .text($0) })
      try run(
        "INSERT INTO document_text (rowid, title, body) SELECT id, ?, ? FROM document WHERE kind = ? AND key = ?",
        [Words.spaced(document.title), Words.spaced(document.body), document.kind, document.key].map {
          .text($0)
        })
    }
  }

  fileprivate func removeDocument(_ kind: String, _ key: String) throws(LedgerError) {
    try run(
      "DELETE FROM document_text WHERE rowid = (SELECT id FROM document WHERE kind = ? AND key = ?)",
      .text(kind),
      .text(key))
    try run("DELETE FROM document WHERE kind = ? AND key = ?", .text(kind), .text(key))
  }
}
