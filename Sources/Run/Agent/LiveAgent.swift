// SPDX-License-Identifier: Apache-2.0

import Acquire
import Alert
import Broker
import Budget
public import Clockwork
import Fieldbus
import Foundation
import Infer
import Knowledge
import Machine
import Store
import Sync

/// The daemon: owns what outlives a configuration (store, energy account) and runs one generation after the
/// other until it is told to stop.
public struct LiveAgent: Sendable {
  private let site: SiteFile
  private let resources: Resources
  private let journal: Journal
  private let clock: any Timekeeper
  private let started: WallTime

  public init(
    site: SiteFile, resources: Resources, journal: Journal, clock: any Timekeeper = SystemClock()
  ) {
    self.site = site
    self.resources = resources
    self.journal = journal
    self.clock = clock
    started = clock.wall()
  }

  /// Runs until SIGTERM or SIGINT; SIGHUP reloads.
  public func run() async throws(AgentError) {
    let notice = ServiceNotice(environment: ProcessInfo.processInfo.environment)
    let store = try await openStore()
    let account = StageAccount(clock: clock, model: site.power)
    let signals = Steering.signals()
    let events = EventLine(boot: store.boot)
    var site = site
    journal.write(
      .notice, "millwright \(Version.text), node \(site.node), boot \(store.boot), \(site.summary)")
    while true {
      let memory = await Memory.load(
        from: store, site: site, at: clock.wall(), journal: journal)
      let detector = try AnomalyDetector.load(
        for: site, resources: resources, calibration: memory.calibration, journal: journal)
      let generation = try Generation(
        site: site, resources: resources, store: store, memory: memory, detector: detector, account: account,
        events: events, clock: clock, journal: journal, started: started)
      notice?.send("READY=1\nSTATUS=\(site.summary)")
      let current = site
      let next = await generation.run(until: { await nextSite(signals, current: current, notice: notice) })
      guard let next else { break }
      site = next
    }
    notice?.send("STOPPING=1")
    do { try store.close() } catch { throw .storage("\(error)") }
    journal.write(.notice, "stopped")
  }

  /// Waits for a signal; nil means stop. A configuration that is wrong is reported and the old one stays.
  private func nextSite(_ signals: AsyncStream<Steering>, current: SiteFile, notice: ServiceNotice?) async
    -> SiteFile?
  {
    for await signal in signals {
      if signal == .stop { return nil }
      let now = UInt64(clock.monotonic().nanoseconds / 1000)
      notice?.send("RELOADING=1\nMONOTONIC_USEC=\(now)")
      do {
        let next = try SiteFile.load(path: current.path, resources: resources)
        _ = try KnowledgeBase.load(for: next, resources: resources)
        guard next.storage == current.storage, next.node == current.node,
          next.plant.site == current.plant.site
        else {
          throw AgentError.storage("site, node and storage do not change by a reload; restart the daemon")
        }
        journal.write(.notice, "configuration reloaded: \(next.summary)")
        return next
      } catch {
        journal.write(.error, "reload refused, the old configuration stays: \(error)")
        notice?.send("READY=1")
      }
    }
    return nil
  }

  private func openStore() async throws(AgentError) -> Store {
    let directory = site.storage.directory
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    } catch {
      throw .storage("\(directory): cannot be made: \(error.localizedDescription)")
    }
    do {
      let (store, setAside) = try await Store.open(
        site.storage.database, now: clock.wall(),
        maximumBytes: site.storage.maximumBytes)
      if let setAside {
        journal.write(
          .error,
          "the database was damaged and now lies at \(setAside.path) (\(setAside.reason)); a fresh one was begun"
        )
      }
      return store
    } catch {
      throw .storage("\(error)")
    }
  }
}

extension SiteFile {
  /// One line for people.
  var summary: String {
    "site \(plant.site): \(plant.machines.count) machines, \(bindings.count) points, \(modbus.count + mqtt.count) connections"
  }
}
