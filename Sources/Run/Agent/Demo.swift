// SPDX-License-Identifier: Apache-2.0

import Alert
import Broker
import Foundation
import Machine
import Sync

/// The main job in about two minutes: simulated machines over Modbus and MQTT, one of them failing, the alarm
/// latched, stored, published, and its condensed form committed upstream.
///
/// The simulator's clock runs `speedup` times faster than the wall, so a healthy hour takes a minute.
public struct Demo: Sendable {
  static let speedup = 60.0
  /// Simulated time without any fault, seconds.
  static let healthy_s = 3600.0
  /// Simulated time in which the fault grows from nothing to its full size, seconds.
  static let growth_s = 1800.0
  let fault: String
  private let keep: String?

  /// - Parameters:
  ///   - fault: what the pump gets.
  ///   - keep: folder for the data; nil uses a temporary one that is removed at the end.
  public init(fault: String, keep: String?) {
    self.fault = fault
    self.keep = keep
  }

  /// Runs the demonstration; throws when the alarm did not come, or came before the fault.
  public func run() async throws(AgentError) {
    let resources = try Resources.find()
    let folder =
      keep ?? NSTemporaryDirectory() + "millwright-demo-\(ProcessInfo.processInfo.processIdentifier)"
    do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
      throw .demo("\(folder): \(error.localizedDescription)")
    }
    defer { if keep == nil { try? FileManager.default.removeItem(atPath: folder) } }
    let ports = try (0..<2).map { (_) throws(AgentError) in try Self.freePort() }
    let broker = try startBroker(port: ports[0], folder: folder)
    defer { broker.stop() }
    let simulator = try startSimulator(modbus: ports[1], broker: ports[0], folder: folder)
    defer { simulator.stop() }
    let sitePath = try writeSite(modbus: ports[1], broker: ports[0], folder: folder)
    let site = try SiteFile.load(path: sitePath, resources: resources)
    say("Broker on 127.0.0.1:\(ports[0]), simulator on 127.0.0.1:\(ports[1]), data in \(folder)")
    say("P-101 over Modbus (waveforms and slow values), F-7 over MQTT; a simulated hour takes a minute")
    say("\(Int(Self.healthy_s / Self.speedup)) s of health, then: \(fault) on P-101")
    try await watch(site: site, resources: resources, folder: folder, broker: ports[0])
  }

  private func watch(site: SiteFile, resources: Resources, folder: String, broker: UInt16)
    async throws(AgentError)
  {
    let began = Date()
    let agent = LiveAgent(site: site, resources: resources, journal: Journal(marks: false, most: .notice))
    let receiver = try ReceiveService(
      broker: "mqtt://127.0.0.1:\(broker)", site: site.plant.site, database: folder + "/received.db")
    let listener: MQTTClient
    do {
      listener = try MQTTClient(BrokerOptions(host: "127.0.0.1", port: broker, clientID: "demo-plant"))
    } catch {
      throw .demo("\(error)")
    }
    let seen = await withTaskGroup(of: Outcome.self) { group in
      group.addTask { await Self.outcome { () async throws(AgentError) in try await agent.run() } }
      group.addTask {
        await receiver.run(); return .ended
      }
      group.addTask {
        await listener.run(); return .ended
      }
      group.addTask { await self.listen(listener, site: site.plant.site, began: began) }
      group.addTask {
        try? await Task.sleep(for: .seconds((Self.healthy_s + 2 * Self.growth_s) / Self.speedup + 60))
        return .timedOut
      }
      var result = Outcome.ended
      for await outcome in group {
        if case .ended = outcome { continue }
        result = outcome
        break
      }
      // The row goes upstream meanwhile, and the status of the data that --keep leaves shows the alarm.
      if case .alarm = result { try? await Task.sleep(for: .seconds(StatusReport.period_s + 1)) }
      group.cancelAll()
      return result
    }
    try report(seen, upstream: receiver)
  }

  /// What a plant system read from the broker.
  private struct AlarmSeen: Sendable {
    /// Seconds from the start to the first alarm about any machine.
    var first_s: Double
    /// Seconds from the start to the alarm that names the simulated fault.
    var named_s: Double
    var topic: String
    var payload: String
  }

  private enum Outcome: Sendable {
    case ended
    case failed(AgentError)
    case alarm(AlarmSeen)
    case timedOut
  }

  private static func outcome(_ body: () async throws(AgentError) -> Void) async -> Outcome {
    do {
      try await body()
      return .ended
    } catch { return .failed(error) }
  }

  /// Waits for the alarm that names the fault, as a plant system would.
  private func listen(_ plant: MQTTClient, site: String, began: Date) async -> Outcome {
    do { try await plant.subscribe("millwright/\(site)/+/alarm") } catch { return .failed(.demo("\(error)")) }
    var first_s: Double?
    for await message in plant.messages {
      guard let state = try? JSONDecoder().decode(AlarmMessage.self, from: Data(message.payload)),
        state.alarms.contains(where: { $0.subject == Subject.machine.rawValue })
      else { continue }
      let now_s = Date().timeIntervalSince(began)
      if first_s == nil {
        say("\(Int(now_s)) s: \(state.machine) is \(state.state): \(state.alarms[0].title)")
      }
      first_s = first_s ?? now_s
      if state.machine == "P-101", state.alarms.contains(where: { $0.fault == fault }) {
        return .alarm(
          AlarmSeen(
            first_s: first_s ?? now_s, named_s: now_s, topic: message.topic,
            payload: String(decoding: message.payload, as: UTF8.self)))
      }
    }
    return .ended
  }

  private func report(_ outcome: Outcome, upstream: ReceiveService) throws(AgentError) {
    let onset_s = Self.healthy_s / Self.speedup
    switch outcome {
    case .ended: throw .demo("it ended before anything was seen")
    case .failed(let error): throw error
    case .timedOut: throw .demo("no alarm named \(fault); look into the logs with --keep DIR")
    case .alarm(let alarm):
      say("\(alarm.topic) (retained):")
      print(alarm.payload)
      let up = upstream.statistics
      say("upstream: \(up.batches) batches committed by the receiver, \(up.refused) refused")
      guard alarm.first_s > onset_s else { throw .demo("a false alarm: the fault had not begun") }
      say(
        "first alarm \(Int(alarm.first_s - onset_s)) s after the fault began, named after \(Int(alarm.named_s - onset_s)) s"
      )
      guard alarm.first_s - onset_s < 60 else {
        throw .demo("later than the 60 s that this demonstration promises")
      }
    }
  }
}
