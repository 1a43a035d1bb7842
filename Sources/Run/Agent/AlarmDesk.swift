// SPDX-License-Identifier: Apache-2.0

public import Alert
import Clockwork
public import Machine
import Settings
public import Store

/// Where people look at alarms and act on them beside the daemon: it reads the store, and asks the daemon through the
/// store's table of commands.
public struct AlarmDesk: Sendable {
  private let site: SiteFile
  private let clock: any Timekeeper
  /// How long the daemon may take to answer, seconds.
  static let patience_s = 15.0

  /// The desk of one site.
  public init(site: SiteFile) {
    self.site = site
    clock = SystemClock()
  }

  /// Delays and bounds of the site.
  public var policy: AlarmPolicy { site.detection.path.alarms }

  /// Alarms by machine; those that stand, or all that the store knows.
  public func alarms(all: Bool) async throws(AgentError) -> [Alarm] {
    try await site.reading { store throws(StoreError) in try await store.alarms(standing: !all) }
  }

  /// The trail, newest first.
  public func history(_ asked: TrailQuery, limit: Int) async throws(AgentError) -> [AlarmTransition] {
    try await site.reading { store throws(StoreError) in try await store.transitions(asked, limit: limit) }
  }

  /// The figures of the last days.
  public func metrics(days: Double) async throws(AgentError) -> AlarmMetrics.Summary {
    let now = clock.wall()
    var asked = TrailQuery()
    asked.from = WallTime(seconds: now.seconds - days * 86_400)
    let (query, machines, stale_s) = (asked, site.plant.machines.count, policy.stale_s)
    return try await site.reading { store throws(StoreError) in
      var metrics = AlarmMetrics(machines: machines, since: query.from)
      try await store.eachTransition(query) { metrics.fold($0) }
      return metrics.summary(at: now, standing: try await store.alarms(standing: true), stale_s: stale_s)
    }
  }

  /// Asks the daemon and waits for its answer; what can be seen to be wrong here is refused here.
  public func ask(_ command: AlarmCommand) async throws(AgentError) -> String {
    do throws(AlarmError) { try command.validate(policy, at: clock.wall()) } catch {
      throw .refused("\(error)")
    }
    let known = try await alarms(all: true).map(\.id)
    guard known.contains(command.alarm) else {
      let hint = nearest(to: command.alarm, among: known).map { "; did you mean '\($0)'?" } ?? ""
      throw .refused("\(AlarmError.unknownAlarm(command.alarm))\(hint)")
    }
    guard try StatusReport.read(from: site.storage).isAlive else {
      throw .notRunning("the daemon does not run, so nobody obeys; start 'millwright run'")
    }
    let answer: CommandAnswer?
    do throws(StoreError) { answer = try await submitAndWait(command) } catch { throw .storage("\(error)") }
    guard let answer else {
      throw .notRunning("the daemon did not answer within \(Int(AlarmDesk.patience_s)) s; it may still obey")
    }
    guard answer.isDone else { throw .refused(answer.text) }
    return answer.text
  }

  private func submitAndWait(_ command: AlarmCommand) async throws(StoreError) -> CommandAnswer? {
    let store = try Store.openBeside(site.storage.database, maximumBytes: site.storage.maximumBytes)
    let id = try await store.submit(command, source: "command-line", at: clock.wall())
    let start = clock.monotonic()
    var answer: CommandAnswer?
    while answer == nil, clock.monotonic().seconds(since: start) < AlarmDesk.patience_s {
      try? await Task.sleep(for: .milliseconds(100))
      answer = try await store.answer(to: id)
    }
    try store.close()
    return answer
  }
}
