// SPDX-License-Identifier: Apache-2.0

import Foundation
import Machine
import Store

/// The topics under which the broker keeps messages of this gateway, remembered on disk: what is no longer wanted, because
/// a machine left or a switch went off, is taken back by an empty message.
struct RetainedTopics {
  private static let key = "retained-topics"
  private let store: Store

  init(_ store: Store) { self.store = store }

  /// Says which topics are wanted from now on; both they and those of before are remembered until `settle`.
  /// - Returns: topics to be taken back.
  func want(_ topics: Set<String>, at now: Stamp) async throws -> Set<String> {
    let snapshot = try await store.snapshot(Self.key)
    let before = try snapshot.map { try JSONDecoder().decode(Set<String>.self, from: Data($0.bytes)) } ?? []
    if !topics.isSubset(of: before) { try await keep(before.union(topics), at: now) }
    return before.subtracting(topics)
  }

  /// The broker has taken back all others.
  func settle(_ topics: Set<String>, at now: Stamp) async throws { try await keep(topics, at: now) }

  private func keep(_ topics: Set<String>, at now: Stamp) async throws {
    let bytes = Array(try JSONEncoder().encode(topics.sorted()))
    try await store.commit(StoreBatch(snapshots: [Snapshot(key: Self.key, stamp: now, bytes: bytes)]))
  }
}
