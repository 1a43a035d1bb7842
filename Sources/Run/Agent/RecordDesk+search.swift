// SPDX-License-Identifier: Apache-2.0

import Foundation
public import Knowledge
public import Machine
public import Store

// Search over records and faults in `knowledge.db`, beside the daemon's database: an index that can be deleted at any
// time. Each search first brings it up to the fault files and to the newest record.

extension RecordDesk {
  /// Kind of the documents that records are in the knowledge search.
  public static let document = "record"
  /// Records that are copied into the index at a time.
  private static let page = 1000

  /// Faults and records that meet the words; misspelt ones too.
  public func search(_ words: String, limit: Int) async throws(AgentError) -> [KnowledgeStore.Hit] {
    try await search(words, kinds: [], limit: limit)
  }

  /// Records that meet the words, of one machine or of all; misspelt ones too.
  public func records(meeting words: String, of machine: MachineID? = nil, limit: Int)
    async throws(AgentError) -> [StoredRecord]
  {
    guard isOpen else { return [] }
    let hits = try await search(words, kinds: [RecordDesk.document], limit: machine == nil ? limit : .max)
    let found: [StoredRecord] = try await reading([]) { store throws(StoreError) in
      var found: [StoredRecord] = []
      for hit in hits { found += try await store.records(idPrefix: hit.key) }
      return found
    }
    return Array(found.filter { machine == nil || $0.record.machine == machine }.prefix(limit))
  }

  private func search(_ words: String, kinds: [String], limit: Int) async throws(AgentError)
    -> [KnowledgeStore.Hit]
  {
    do {
      let index = try await KnowledgeStore.open(site.storage.directory + "/knowledge.db")
      try await index.fill(with: knowledge)
      try await follow(index)
      let hits = try await index.search(words, kinds: kinds, limit: limit)
      try index.close()
      return hits
    } catch let error as AgentError { throw error } catch { throw .storage("\(error)") }
  }

  /// Takes into the index what came since; records are never taken away, so their number says how far it is.
  private func follow(_ index: KnowledgeStore) async throws {
    while true {
      let done = Int64(try await index.count(kind: RecordDesk.document))
      let page: [StoredRecord] = try await reading([]) { store throws(StoreError) in
        try await store.records(after: done, limit: RecordDesk.page)
      }
      if page.isEmpty { return }
      try await index.index(page.map(SearchDocument.init))
    }
  }
}

extension SearchDocument {
  init(_ stored: StoredRecord) {
    let record = stored.record
    let title = record.text.split(whereSeparator: \.isNewline).first.map { String($0.prefix(200)) } ?? ""
    let lines: [String?] = [
      record.text, record.machine.rawValue, record.kind.rawValue, record.part, record.bearing, record.point,
      record.person, record.reference,
    ]
    self.init(
      kind: RecordDesk.document, key: stored.id, title: "\(record.machine): \(title)",
      body: (lines.compactMap(\.self) + record.diagnoses.map(\.fault) + record.partsUsed).joined(
        separator: "\n"))
  }
}
