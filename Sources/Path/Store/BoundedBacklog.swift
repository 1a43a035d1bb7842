// SPDX-License-Identifier: Apache-2.0

/// Batches that could not be stored yet (disk full, device failed), held in memory up to a bound.
///
/// Beyond the bound, the oldest records of the least valuable class go first: readings, then windows,
/// scores, findings, evidence, and alarm transitions last of all. Of snapshots only the newest per key is
/// kept. Every record given up is counted.
///
/// ```swift
/// backlog.append(batch)
/// while let next = backlog.first {
///   do { try await store.commit(next) } catch { break }  // tried again with the next window
///   backlog.removeFirst()
/// }
/// ```
public struct BoundedBacklog: Sendable {
  /// The bound, by `StoreBatch.approximateBytes`.
  public let maximumBytes: Int
  /// Bytes held now.
  public private(set) var bytes = 0
  /// Records given up so far, by class.
  public private(set) var dropped: [RecordClass: Int] = [:]
  private var batches: [StoreBatch] = []

  /// An empty backlog.
  public init(maximumBytes: Int = 4 << 20) { self.maximumBytes = maximumBytes }

  /// The oldest batch.
  public var first: StoreBatch? { batches.first }
  /// Number of batches held.
  public var count: Int { batches.count }

  /// Adds the newest batch and gives up what the bound has no room for.
  public mutating func append(_ batch: StoreBatch) {
    if batch.isEmpty { return }
    forgetSnapshots(replacedBy: batch)
    batches.append(batch)
    bytes += batch.approximateBytes
    for kind in RecordClass.allCases {
      if bytes <= maximumBytes { break }
      giveUp(kind)
    }
    batches.removeAll(where: \.isEmpty)
  }

  /// Removes the oldest batch once it is stored.
  public mutating func removeFirst() {
    bytes -= batches.removeFirst().approximateBytes
  }

  private mutating func giveUp(_ kind: RecordClass) {
    for index in batches.indices {
      if bytes <= maximumBytes { return }
      bytes -= batches[index].bytes(kind)
      let count = batches[index].removeAll(kind)
      if count > 0 { dropped[kind, default: 0] += count }
    }
  }

  private mutating func forgetSnapshots(replacedBy batch: StoreBatch) {
    guard !batch.snapshots.isEmpty else { return }
    let keys = Set(batch.snapshots.map(\.key))
    for index in batches.indices {
      bytes -= batches[index].approximateBytes
      batches[index].snapshots.removeAll { keys.contains($0.key) }
      bytes += batches[index].approximateBytes
    }
  }
}

extension StoreBatch {
  /// Empties one class and says how many records it had.
  fileprivate mutating func removeAll(_ kind: RecordClass) -> Int {
    func clear<Element>(_ list: inout [Element]) -> Int {
      defer { list.removeAll() }
      return list.count
    }
    return switch kind {
    case .readings: clear(&readings)
    case .windows: clear(&windows)
    case .scores: clear(&scores)
    case .findings: clear(&findings)
    case .evidence: clear(&evidence)
    case .transitions: clear(&transitions)
    }
  }
}
