// SPDX-License-Identifier: Apache-2.0

import Acquire
import Broker
import Foundation
import Glibc
import Machine
import Synchronization
import Testing

/// Everything that came out of an ingest.
private final class Collector: Sendable {
  private let samples = Mutex<[Sample]>([])
  func put(_ new: [Sample]) { samples.withLock { $0 += new } }
  var all: [Sample] { samples.withLock { $0 } }

  func eventually(_ condition: ([Sample]) -> Bool) async -> Bool {
    for _ in 0..<800 {
      if condition(all) { return true }
      try? await Task.sleep(for: .milliseconds(10))
    }
    return condition(all)
  }
}

/// A mosquitto on a loopback port; without a configuration file it listens there only.
private final class LocalBroker {
  let port: UInt16
  private var process: Process?

  init() throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
      }
    }
    try #require(bound)
    port = UInt16(bigEndian: address.sin_port)
  }

  func start() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/sbin/mosquitto")
    process.arguments = ["-p", "\(port)"]
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    self.process = process
  }

  func kill() {
    guard let process, process.isRunning else { return }
    Glibc.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  deinit { kill() }

  /// Publishes with mosquitto_pub, which is not our code.
  func publish(_ payload: [UInt8], on topic: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/mosquitto_pub")
    process.arguments = ["-p", "\(port)", "-q", "1", "-t", topic, "-s"]
    let input = Pipe()
    process.standardInput = input
    try process.run()
    input.fileHandleForWriting.write(Data(payload))
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }
}

@Suite(.serialized) struct MQTTIngestTests {
  @Test func `values come through a broker that starts late, dies and comes back`() async throws {
    let broker = try LocalBroker()
    var connection = try mqttConnection(
      """
      broker: mqtt://127.0.0.1:\(broker.port)
      sources: [{ name: fan, profile: millwright-sim-mqtt, topic: sim/F-7/+ }]
      """)
    connection.broker.backoff = Backoff(initial_s: 0.05, limit_s: 0.2)
    connection.sources[0].profile.messages[0].stale_s = 0.5
    let collector = Collector()
    let ingest = try MQTTIngest(
      connection,
      bindings: [
        ("fan.speed", mqttPoint("speed"), .rotationalSpeed),
        ("fan.waveform", mqttPoint("waveform"), .acceleration),
      ]
    ) { collector.put($0) }
    let task = Task { await ingest.run() }

    // No broker yet: silence is told, with its reason.
    #expect(
      await collector.eventually { samples in
        guard case .bad(let defect)? = samples.readings["speed"]?.quality else { return false }
        return defect.kind == .noData && defect.evidence.hasSuffix("Connection refused")
      })

    try broker.start()
    #expect(await connected(ingest))
    try broker.publish(
      Array(#"{"ts": 1767225600, "seq": 1, "values": {"speed": 1480.5}}"#.utf8), on: "sim/F-7/telemetry")
    #expect(await collector.eventually { $0.readings["speed"]?.value == 1480.5 })
    for segment in 0..<2 {
      try broker.publish(
        MWWF(segment: UInt16(segment), segments: 2, total: 8).payload, on: "sim/F-7/waveform")
    }
    #expect(await collector.eventually { $0.waveforms.first?.samples.count == 8 })

    broker.kill()
    #expect(await collector.eventually { $0.readings["speed"]?.quality.defect?.kind == .noData })
    try broker.start()
    #expect(await connected(ingest))
    try broker.publish(
      Array(#"{"ts": 1767225601, "seq": 2, "values": {"speed": 1490}}"#.utf8), on: "sim/F-7/telemetry")
    #expect(await collector.eventually { $0.readings["speed"]?.value == 1490 })

    let status = await ingest.status()
    #expect(status.broker.connections == 2)
    #expect(status.sources[0].values == 2)
    #expect(status.sources[0].waveforms == 1)
    let start = ContinuousClock.now
    task.cancel()
    await task.value
    #expect(ContinuousClock.now - start < .seconds(2))
  }

  @Test func `a rebirth is asked for only where the site allows it, and once a minute`() async throws {
    for allowed in [false, true] {
      let broker = try LocalBroker()
      try broker.start()
      var connection = try mqttConnection(
        """
        broker: mqtt://127.0.0.1:\(broker.port)
        sources:
          - { name: n, profile: millwright-sim-mqtt, topic: spBv1.0/p/+/n/telemetry\(allowed ? ", allow-writes: [rebirth]" : "") }
        """)
      connection.broker.backoff = Backoff(initial_s: 0.05, limit_s: 0.2)
      connection.sources[0].topic = "spBv1.0/p/+/n"
      connection.sources[0].profile = try mqttProfile(
        "    - sparkplug: { values: [{ name: speed, metric: Motor/Speed, quantity: rotational-speed, unit: r/min }] }"
      )
      let collector = Collector()
      let ingest = try MQTTIngest(connection, bindings: [("n.speed", mqttPoint("speed"), .rotationalSpeed)]) {
        collector.put($0)
      }
      let task = Task { await ingest.run() }
      #expect(await connected(ingest))
      for sequence in 1...2 {
        try broker.publish(
          Wire.payload(seq: UInt64(sequence), [Wire.metric(alias: 1, float: 1)]), on: "spBv1.0/p/NDATA/n")
      }
      // The command comes back to us, because the filter asks for all types; it is no message of the node.
      for _ in 0..<300 {
        let seen = await ingest.status().sources[0]
        if seen.beforeBirth == 2, seen.unclaimed == (allowed ? 1 : 0) { break }
        try await Task.sleep(for: .milliseconds(10))
      }
      let source = await ingest.status().sources[0]
      #expect(source.beforeBirth == 2)
      #expect(source.needsRebirth)
      #expect(source.rebirthsAsked == (allowed ? 1 : 0))
      #expect(source.unclaimed == (allowed ? 1 : 0))
      task.cancel()
      await task.value
    }
  }

  private func connected(_ ingest: MQTTIngest) async -> Bool {
    for _ in 0..<800 {
      if await ingest.status().broker.state.isConnected { return true }
      try? await Task.sleep(for: .milliseconds(10))
    }
    return false
  }
}
