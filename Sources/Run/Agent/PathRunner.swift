// SPDX-License-Identifier: Apache-2.0

import Alert
import Budget
import Clockwork
import Foundation
import Infer
import Machine
import Store

/// Drives the plant's path: every tick it empties the mailbox, judges, stores in one transaction, and only then
/// lets the alarms out.
actor PathRunner {
  var path: PlantPath
  private let plant: Plant
  private let mailbox: Mailbox
  let store: Store
  private let account: StageAccount
  private let clock: any Timekeeper
  let journal: Journal
  private let readingInterval_s: Double
  private let publish: @Sendable ([AlarmTransition]) async -> Void
  private var backlog = BoundedBacklog()
  private var storedAt: [PointID: (time: MonotonicTime, good: Bool)] = [:]
  private var isStorageBroken = false
  private var keptAt: MonotonicTime
  /// The last command that was answered.
  private var lastCommand: Int64 = 0
  /// The last maintenance record that was taken in.
  var lastRecord: Int64 = 0

  init(
    site: SiteFile, path: consuming PlantPath, mailbox: Mailbox, store: Store, account: StageAccount,
    clock: any Timekeeper, journal: Journal,
    publish: @escaping @Sendable ([AlarmTransition]) async -> Void
  ) {
    self.path = path
    plant = site.plant
    self.mailbox = mailbox
    self.store = store
    self.account = account
    self.clock = clock
    self.journal = journal
    readingInterval_s = site.storage.readingInterval_s
    self.publish = publish
    keptAt = clock.monotonic()
  }

  /// Time between ticks, seconds.
  static let tick_s = 0.5
  /// Time between two savings of what was learned, seconds.
  static let keepEvery_s = 300.0
  /// A command that waited longer than this, seconds, is not obeyed: who gave it has gone.
  static let commandAge_s = 60.0

  /// Ticks until cancelled; then takes what is left, saves what was learned, and returns.
  func run() async {
    while !Task.isCancelled {
      await advance()
      try? await Task.sleep(for: .seconds(Self.tick_s))
    }
    await advance()
    backlog.append(StoreBatch(snapshots: snapshots()))
    await flush()
  }

  /// What the path says of each machine, for the status.
  func lines() -> [MachineStatus] { path.lines }

  /// Records given up because they could not be stored.
  var dropped: [String: Int] {
    Dictionary(backlog.dropped.map { ($0.key.rawValue, $0.value) }) { first, _ in first }
  }

  /// The alarms of one machine, as others are told of them.
  func alarms(of machine: MachineID) -> MachineAlarms { path.alarms.alarms(of: machine) }

  private func advance() async {
    let samples = mailbox.take()
    let commands = (try? await store.waitingCommands(after: lastCommand)) ?? []
    let records = (try? await store.waitingRecords(after: lastRecord)) ?? []
    let now = clock.stamp()
    var batch = path.advance(samples, at: now, account: account)
    batch.readings = batch.readings.filter { isWorthStoring($0) }
    if now.monotonic.seconds(since: keptAt) >= Self.keepEvery_s {
      keptAt = now.monotonic
      batch.snapshots = snapshots()
      await completeReports(at: now)
    }
    await takeRecords(records, at: now, into: &batch)
    for command in commands { obey(command, at: now, into: &batch) }
    for transition in batch.transitions { tell(transition) }
    if !batch.isEmpty { backlog.append(batch) }
    await flush()
    // An alarm goes out even when the disk is full: it is on disk or counted as not stored.
    if !batch.transitions.isEmpty { await publish(batch.transitions) }
  }

  /// Obeys one command; its answer is stored together with what it did.
  private func obey(_ waiting: WaitingCommand, at now: Stamp, into batch: inout StoreBatch) {
    lastCommand = waiting.id
    func answer(_ isDone: Bool, _ text: String) {
      batch.answers.append(CommandAnswer(id: waiting.id, isDone: isDone, text: text, at: now.received))
      if !isDone { journal.write(.warning, "command from \(waiting.source) refused: \(text)") }
    }
    guard let command = waiting.command else { return answer(false, "what was written is no command") }
    let age_s = now.received.seconds - waiting.received.seconds
    guard abs(age_s) <= Self.commandAge_s else {
      return answer(false, "it waited \(Int(age_s)) s without a daemon; give it again")
    }
    do throws(AlarmError) {
      let steps = try path.obey(command, at: now, into: &batch)
      answer(
        true,
        steps.map { "\($0.alarm.id): \($0.from.rawValue) -> \($0.alarm.state.rawValue)" }.joined(
          separator: "; "))
    } catch { answer(false, "\(error)") }
  }

  private func flush() async {
    while let batch = backlog.first {
      do {
        try await store.commit(batch)
        backlog.removeFirst()
        if isStorageBroken {
          isStorageBroken = false
          journal.write(.notice, "storage works again; \(backlog.count) batches waited")
        }
      } catch {
        if !isStorageBroken {
          isStorageBroken = true
          journal.write(
            .error,
            "storage: \(error); kept in memory within \(backlog.maximumBytes >> 20) MiB, alarms last to go")
        }
        return
      }
    }
  }

  /// The newest reading of each interval, and the first after a change of quality. Of a sensor that gives
  /// nothing, a row every ten minutes says enough.
  private func isWorthStoring(_ reading: Reading) -> Bool {
    let isGood = !reading.quality.isBad
    let interval_s = isGood ? readingInterval_s : max(readingInterval_s, 600)
    if let last = storedAt[reading.point], last.good == isGood,
      reading.stamp.monotonic.seconds(since: last.time) < interval_s
    {
      return false
    }
    storedAt[reading.point] = (reading.stamp.monotonic, isGood)
    return true
  }

  func snapshots() -> [Snapshot] {
    let encoder = JSONEncoder()
    let now = clock.stamp()
    var all: [Snapshot] = []
    for (id, baseline) in path.memory {
      if let data = try? encoder.encode(baseline) {
        all.append(Snapshot(key: Memory.baselineKey(id), stamp: now, bytes: Array(data)))
      }
    }
    for (id, slow) in path.slowMemory {
      if let data = try? encoder.encode(slow) {
        all.append(Snapshot(key: Memory.slowKey(id), stamp: now, bytes: Array(data)))
      }
    }
    for (id, seen) in path.seen(at: now) {
      if let data = try? encoder.encode(seen) {
        all.append(Snapshot(key: Memory.seenKey(id), stamp: now, bytes: Array(data)))
      }
    }
    if let calibration = path.calibration, let data = try? encoder.encode(calibration) {
      all.append(Snapshot(key: Memory.calibrationKey, stamp: now, bytes: Array(data)))
    }
    if let bytes = try? path.alarms.memory(at: now).json() {
      all.append(Snapshot(key: Memory.alarmsKey, stamp: now, bytes: bytes))
    }
    return all
  }

  private func tell(_ transition: AlarmTransition) {
    let alarm = transition.alarm
    let level: Journal.Level = alarm.state == .unacknowledged ? .warning : .notice
    journal.write(
      level,
      "alarm \(alarm.id): \(transition.from.rawValue) -> \(alarm.state.rawValue), \(alarm.severity.rawValue): \(alarm.finding.title)\(transition.by.map { ", by \($0)" } ?? "")"
    )
  }
}
