// SPDX-License-Identifier: Apache-2.0

import Acquire
import Alert
import Broker
import Budget
import Clockwork
import Diagnose
import Fieldbus
import Foundation
import Infer
import Knowledge
import Machine
import Store
import Synchronization
import Sync

/// All services of one configuration, from the buses to the brokers.
struct Generation: Sendable {
  private let site: SiteFile
  private let store: Store
  private let account: StageAccount
  private let clock: any Timekeeper
  private let journal: Journal
  private let started: WallTime
  private let events: EventLine
  private let configurationHash: String
  private let mailbox = Mailbox()
  private let pollers: [ModbusPoller]
  private let ingests: [MQTTIngest]
  private let runner: PathRunner
  private let upstream: Upstream?

  init(
    site: SiteFile, resources: Resources, store: Store, memory: Memory, detector: AnomalyDetector?,
    account: StageAccount, events: EventLine, clock: any Timekeeper, journal: Journal, started: WallTime
  ) throws(AgentError) {
    self.site = site
    self.store = store
    self.account = account
    self.clock = clock
    self.journal = journal
    self.started = started
    self.events = events
    let knowledge = try KnowledgeBase.load(for: site, resources: resources)
    let classifier = try PatternClassifier.load(for: site, resources: resources)
    var models: [String: String] = [:]
    if let detector { models["anomaly"] = detector.modelHash }
    if let classifier { models["classifier"] = classifier.modelHash }
    let origin = AlarmMessage.Origin(
      site: site.plant.site, node: site.node, models: models,
      configuration: knowledge.configurationHash(site))
    configurationHash = origin.configuration
    let mailbox = mailbox
    let sink: @Sendable ([Sample]) async -> Void = { mailbox.put($0) }
    do {
      let environment = ModbusPoller.Environment(
        clock: clock, audit: { [store, clock] write in await store.remember(write, at: clock.wall()) })
      pollers = try site.modbus.map { connection in
        try ModbusPoller(
          connection, bindings: site.bindings(of: connection.name),
          bus: ModbusBus(connection.endpoint, clock: clock), environment: environment, sink: sink)
      }
      ingests = try site.mqtt.map { connection in
        try MQTTIngest(connection, bindings: site.bindings(of: connection.name), clock: clock, sink: sink)
      }
      upstream = try site.upstream.map {
        try Upstream(
          $0, site: site, origin: origin, events: events, store: store, started: started, clock: clock,
          journal: journal)
      }
    } catch {
      throw .unreachable("\(error)")
    }
    let (publisher, actions) = (upstream?.publisher, upstream?.actions)
    let calibration = try Calibration.load(from: resources)
    runner = PathRunner(
      site: site,
      path: PlantPath(
        plant: site.plant, knowledge: knowledge, calibration: calibration, sensors: site.sensors,
        options: site.detection.path, detector: detector, classifier: classifier, memory: memory.baselines,
        slow: memory.slow, restoring: memory.alarms, watched: memory.watched.map { ($0, clock.stamp()) },
        trackRecord: memory.trackRecord, lubricated: memory.lubricated,
        seen: (memory.seen, clock.stamp())),
      mailbox: mailbox, store: store, account: account, clock: clock, journal: journal,
      publish: {
        await publisher?.changed($0)
        await actions?.changed()
      })
  }

  /// Runs all services until `until` returns, then stops acquisition, drains what is on its way to the disk,
  /// and hands over what `until` gave.
  func run(until: @escaping @Sendable () async -> SiteFile?) async -> SiteFile? {
    if let publisher = upstream?.publisher {
      await publisher.follow { [runner] in await runner.alarms(of: $0) }
    }
    return await withTaskGroup(of: Void.self) { services in
      for poller in pollers { services.addTask { await poller.run() } }
      for ingest in ingests { services.addTask { await ingest.run() } }
      upstream?.run(in: &services)
      services.addTask { await runner.run() }
      services.addTask { await keepHouse() }
      services.addTask { await writeStatus() }
      let next = await until()
      if next == nil { upstream?.leave("stopped") }
      services.cancelAll()
      await services.waitForAll()
      return next
    }
  }

  /// Retention and unused memory, once a minute.
  private func keepHouse() async {
    while !Task.isCancelled {
      try? await Task.sleep(for: .seconds(60))
      if Task.isCancelled { return }
      returnFreeMemory()
      do {
        let report = try await store.maintain(now: clock.wall())
        if report.droppedUnsent > 0 {
          journal.write(
            .warning, "\(report.droppedUnsent) rows were given up before the receiver upstream had them")
        }
      } catch {
        journal.write(.error, "retention: \(error)")
      }
    }
  }

  private func writeStatus() async {
    while !Task.isCancelled {
      let report = await status()
      do { try report.write(to: site.storage.statusFile) } catch {
        journal.write(.warning, "status file: \(error)")
      }
      try? await Task.sleep(for: .seconds(StatusReport.period_s))
    }
  }

  private func status() async -> StatusReport {
    var modbus: [ModbusStatus] = []
    for poller in pollers { modbus.append(await poller.status()) }
    var mqtt: [StatusReport.MQTTStatus] = []
    for ingest in ingests { mqtt.append(StatusReport.MQTTStatus(await ingest.status())) }
    return StatusReport(
      version: Version.text, node: site.node, site: site.plant.site, configuration: site.path,
      configurationHash: configurationHash,
      processID: ProcessInfo.processInfo.processIdentifier, started: started, updated: clock.wall(),
      machines: await runner.lines(), modbus: modbus, mqtt: mqtt, mailbox: mailbox.load,
      store: try? await store.status(), uplink: upstream?.uplink.statistics(),
      alertsPublished: await upstream?.publisher.published,
      events: upstream == nil ? nil : events.queue.withLock { StatusReport.Events($0) },
      droppedRecords: await runner.dropped,
      energy: account.snapshot())
  }
}

extension Store {
  /// Every write to a device is in the audit log.
  fileprivate func remember(_ write: RegisterWrite, at time: WallTime) async {
    try? await audit(actor: "millwright", action: "register-write", detail: "\(write)", at: time)
  }
}
