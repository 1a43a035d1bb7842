// SPDX-License-Identifier: Apache-2.0

import Alert
import Foundation
import Machine
import Store

// Maintenance records reach the daemon through the store, as commands do: it reads at every tick those that it has not
// taken in. What a record did, the alarms that it closed and the baselines that it reset are stored in one transaction
// with the mark that it was taken in, so that a crash between them cannot happen.

extension PathRunner {
  /// How long before the work a machine's figures are the report's "before", seconds.
  static let beforeSpan_s = 24 * 3600.0
  /// Least time after a record until the "after" is written, seconds.
  static let afterDelay_s = 600.0

  /// Takes in what waits.
  func takeRecords(_ waiting: [StoredRecord], at now: Stamp, into batch: inout StoreBatch) async {
    for stored in waiting {
      lastRecord = stored.number
      let effect = path.take(stored.record, at: now, into: &batch)
      var before: [MachineFigure]?
      if !effect.relearned.isEmpty {
        let from = WallTime(seconds: stored.record.time.seconds - PathRunner.beforeSpan_s)
        before = try? await store.figures(of: stored.record.machine, in: from..<stored.record.time)
      }
      batch.taken.append(TakenRecord(number: stored.number, effect: effect, before: before, at: now.received))
      if waiting.count <= 10 {
        journal.write(
          .notice, "record \(stored.id) of \(stored.record.machine): \(effect.lines.joined(separator: "; "))")
      }
    }
    if batch.taken.contains(where: { !$0.effect.relearned.isEmpty }) { batch.snapshots = snapshots() }
    if waiting.count > 10 { journal.write(.notice, "\(waiting.count) maintenance records taken in") }
  }

  /// Completes the reports of machines that have been learned anew.
  func completeReports(at now: Stamp) async {
    for stored in (try? await store.recordsWithoutAfter()) ?? [] {
      guard let taken = stored.taken, path.isLearned(stored.record.machine) == true,
        now.received.seconds - taken.seconds >= PathRunner.afterDelay_s
      else { continue }
      do {
        let figures = try await store.figures(of: stored.record.machine, in: taken..<now.received)
        if !figures.isEmpty { try await store.keep(figures, after: stored.number) }
      } catch { journal.write(.warning, "record \(stored.id): figures after the work: \(error)") }
    }
  }
}
