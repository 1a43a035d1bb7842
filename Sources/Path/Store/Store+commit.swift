// SPDX-License-Identifier: Apache-2.0

internal import Ledger
internal import Machine
internal import Synchronization

/// What a commit gave to the outbox.
public struct CommitReceipt: Sendable, Equatable {
  /// The boot under which the rows are known upstream.
  public var boot: Int64
  /// Their sequence numbers; nil when nothing of the batch goes upstream.
  public var sequences: ClosedRange<Int64>?
}

extension Store {
  /// Stores the batch and its outbox rows in one transaction, and returns when they are on disk.
  ///
  /// When there is no room, each `Remedy` is tried in turn: `StoreError.full` means that none helped. After
  /// an error nothing of the batch is stored.
  @discardableResult
  public func commit(_ batch: StoreBatch) async throws(StoreError) -> CommitReceipt {
    let encoded = try EncodedBatch(batch)
    do { return try await write(encoded) } catch { guard case .full = error else { throw error } }
    for remedy in Remedy.allCases {
      do {
        try await apply(remedy, for: batch.approximateBytes)
        return try await write(encoded)
      } catch { guard case .full = error else { throw error } }
    }
    throw .full(path: ledger.path)
  }

  private func write(_ encoded: EncodedBatch) async throws(StoreError) -> CommitReceipt {
    do {
      let (boot, known) = (boot, points.withLock { $0 })
      let (receipt, found) = try await ledger.write { (tx) throws(LedgerError) in
        var writer = BatchWriter(tx: tx, known: known)
        try writer.write(encoded)
        return (try encoded.post(tx, boot: boot), writer.found)
      }
      if !found.isEmpty { points.withLock { $0.merge(found) { _, new in new } } }
      return receipt
    } catch { throw StoreError(error) }
  }
}

/// A batch with its JSON made, so that the transaction itself cannot fail over an odd value.
struct EncodedBatch: Sendable {
  struct Post: Sendable {
    let kind: OutboxKind
    let body: String
  }
  let batch: StoreBatch
  var lines: [String] = []
  var contributions: [String] = []
  var findings: [String] = []
  var transitions: [String] = []
  var alarms: [String] = []
  var about: [String] = []
  var effects: [(effect: String, before: String?)] = []
  /// Alarms first: they are the first to be sent.
  var posts: [Post] = []

  init(_ batch: StoreBatch) throws(StoreError) {
    self.batch = batch
    for transition in batch.transitions {
      transitions.append(try JSONText.encode(transition))
      alarms.append(try JSONText.encode(transition.alarm))
    }
    for finding in batch.findings { findings.append(try JSONText.encode(finding)) }
    posts = transitions.map { Post(kind: .alarm, body: $0) } + findings.map { Post(kind: .finding, body: $0) }
    for window in batch.windows {
      lines.append(try JSONText.encode(window.lines))
      posts.append(Post(kind: .features, body: try JSONText.encode(CondensedWindow(window))))
    }
    for record in batch.taken {
      let before = record.before.flatMap { $0.isEmpty ? nil : $0 }
      effects.append(
        (
          try JSONText.encode(record.effect),
          try before.map { figures throws(StoreError) in try JSONText.encode(figures) }
        ))
    }
    for score in batch.scores { contributions.append(try JSONText.encode(score.contributions)) }
    for record in batch.evidence { about.append(try JSONText.encode(WaveformAbout(record.waveform))) }
  }

  /// Writes the outbox rows under the next sequence numbers of this boot.
  func post(_ tx: Transaction, boot: Int64) throws(LedgerError) -> CommitReceipt {
    guard !posts.isEmpty else { return CommitReceipt(boot: boot, sequences: nil) }
    let last = try tx.value("SELECT sequence FROM boots WHERE boot = ?", .integer(boot))?.integer ?? 0
    var (sequence, bytes) = (last, 0)
    for post in posts {
      sequence += 1
      bytes += post.body.utf8.count + 24
      try tx.run(
        "INSERT INTO outbox VALUES (?, ?, ?, ?, ?)", .integer(boot), .integer(sequence),
        .text(post.kind.rawValue), .text(post.body), .integer(Int64(Checksum.crc32(post.body.utf8))))
    }
    try tx.run("UPDATE boots SET sequence = ? WHERE boot = ?", .integer(sequence), .integer(boot))
    try UsageClass.outbox.add(rows: posts.count, bytes: bytes, tx)
    return CommitReceipt(boot: boot, sequences: (last + 1)...sequence)
  }
}
