// SPDX-License-Identifier: Apache-2.0

import Broker
import Foundation
import Glibc
import Testing

@Suite struct MessageTests {
  @Test func `publishing without a connection fails at once and says why`() async throws {
    let broker = try Mosquitto()
    let client = try MQTTClient(broker.options("offline"))
    try await running(client) {
      #expect(await eventually { client.statistics().failedAttempts > 0 })
      let start = ContinuousClock.now
      await #expect(
        throws: BrokerError.notConnected(
          endpoint: "127.0.0.1:\(broker.port)",
          last: "broker 127.0.0.1:\(broker.port) cannot be reached: Connection refused")
      ) { try await client.publish(topic: "t", payload: [1]) }
      #expect(ContinuousClock.now - start < .milliseconds(200))
      try await client.subscribe("t")
      try await broker.start()
      #expect(await eventually { client.state.isConnected })
      try await client.publish(topic: "t", payload: [2])
      var messages = client.messages.makeAsyncIterator()
      #expect(await messages.next()?.payload == [2])  // the refused 1 was never kept
    }
  }

  @Test(arguments: MQTTVersion.allCases)
  func `QoS 1 returns when the broker has acknowledged`(version: MQTTVersion) async throws {
    let broker = try Mosquitto()
    try await broker.start()
    var options = broker.options("ack-\(version.rawValue)")
    options.version = version
    let client = try MQTTClient(options)
    try await running(client) {
      #expect(await eventually { client.state.isConnected })
      broker.signal(SIGSTOP)
      let done = Task {
        try await client.publish(topic: "t", payload: [1])
        return ContinuousClock.now
      }
      try await Task.sleep(for: .milliseconds(300))
      #expect(client.statistics().published == 0)
      let resumed = ContinuousClock.now
      broker.signal(SIGCONT)
      #expect(try await done.value > resumed)
      #expect(client.statistics().published == 1)
    }
  }

  @Test func `publications in the air when the broker dies fail, and are not sent again`() async throws {
    let broker = try Mosquitto()
    try await broker.start()
    let client = try MQTTClient(broker.options("inair"))
    try await client.subscribe("t")
    try await running(client) {
      #expect(await eventually { client.state.isConnected })
      broker.signal(SIGSTOP)
      let results = Task {
        await withTaskGroup(of: BrokerError?.self) { group in
          for number in 0..<200 {
            group.addTask {
              do throws(BrokerError) {
                try await client.publish(topic: "t", payload: [UInt8(number)])
                return nil
              } catch { return error }
            }
          }
          return await group.reduce(into: [BrokerError?]()) { $0.append($1) }
        }
      }
      try await Task.sleep(for: .milliseconds(200))
      broker.kill()
      let errors = await results.value
      #expect(errors.count == 200)
      for error in errors {
        guard case .connectionLost? = error else {
          Issue.record("got \(String(describing: error))")
          break
        }
      }
      try await broker.start()
      #expect(await eventually { client.state.isConnected })
      try await client.publish(topic: "t", payload: [255])
      var messages = client.messages.makeAsyncIterator()
      #expect(await messages.next()?.payload == [255])
      #expect(client.statistics().publishFailures == 200)
    }
  }

  @Test func `more publications than the line holds are refused`() async throws {
    let broker = try Mosquitto()
    try await broker.start()
    var options = broker.options("congested")
    options.inFlightLimit = 4
    options.outboxLimit = 8
    let client = try MQTTClient(options)
    try await running(client) {
      #expect(await eventually { client.state.isConnected })
      broker.signal(SIGSTOP)
      let counts = Task {
        await withTaskGroup(of: Bool.self) { group in
          for _ in 0..<100 {
            group.addTask {
              do throws(BrokerError) {
                try await client.publish(topic: "t", payload: [0])
                return false
              } catch { return error == .congested(limit: 8) }
            }
          }
          return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
      }
      try await Task.sleep(for: .milliseconds(300))
      broker.signal(SIGCONT)
      // The line holds 8; up to 4 more leave it for the air while the hundred arrive.
      let refused = await counts.value
      #expect((88...92).contains(refused))
      #expect(client.statistics().published == 100 - refused)
    }
  }

  @Test func `a full inbox drops the oldest and counts`() async throws {
    let broker = try Mosquitto()
    try await broker.start()
    var options = broker.options("inbox")
    options.inboxMessages = 10
    let client = try MQTTClient(options)
    try await client.subscribe("t", qos: .atMostOnce)
    try await running(client) {
      #expect(await eventually { client.state.isConnected })
      for number in 0..<50 { try await client.publish(topic: "t", payload: [UInt8(number)]) }
      #expect(await eventually { client.statistics().received == 50 })
      #expect(client.statistics().dropped == 40)
    }
    var left: [UInt8] = []
    for await message in client.messages { left += message.payload }
    #expect(left == Array(40..<50))
  }

  @Test func `the inbox is bounded in bytes too`() async throws {
    let broker = try Mosquitto()
    try await broker.start()
    var options = broker.options("bytes")
    options.inboxBytes = 100_000
    let client = try MQTTClient(options)
    try await client.subscribe("t")
    try await running(client) {
      #expect(await eventually { client.state.isConnected })
      for _ in 0..<10 {
        try await client.publish(topic: "t", payload: [UInt8](repeating: 7, count: 30_000))
      }
      #expect(await eventually { client.statistics().received == 10 })
      #expect(client.statistics().dropped == 7)
    }
  }

  @Test func `topics and options that can never work are refused in words`() async throws {
    var options = BrokerOptions(host: "h", clientID: "c")
    let client = try MQTTClient(options)
    for topic in ["", "a/+/b", "a/#", "a\0b"] {
      await #expect(throws: BrokerError.invalidTopic(topic)) {
        try await client.publish(topic: topic, payload: [])
      }
    }
    for filter in ["", "a/#/b", "a+"] {
      await #expect(throws: BrokerError.invalidTopic(filter)) { try await client.subscribe(filter) }
    }
    options.version = .v5
    options.cleanStart = false
    #expect(
      throws: BrokerError.invalidOptions("a session that outlives the connection needs MQTT version 3.1.1")
    ) {
      try MQTTClient(options)
    }
  }

  @Test func `a refused publication throws and says why`() async throws {
    let broker = try Mosquitto(
      ["allow_anonymous true", "acl_file DIR/acl"], files: ["acl": "topic readwrite open/#\n"])
    try await broker.start()
    var options = broker.options("acl")
    options.version = .v5
    let client = try MQTTClient(options)
    try await running(client) {
      #expect(await eventually { client.state.isConnected })
      try await client.subscribe("open/#")
      await #expect(throws: BrokerError.publishRefused(topic: "closed", reason: "Not authorized")) {
        try await client.publish(topic: "closed", payload: [1])
      }
    }
  }

  @Test func `twenty thousand publications at QoS 1 arrive in order`() async throws {
    let broker = try Mosquitto(["allow_anonymous true", "max_queued_messages 0"])
    try await broker.start()
    var options = broker.options("many")
    options.inboxMessages = 20_000
    options.inboxBytes = 64 << 20
    let client = try MQTTClient(options)
    try await client.subscribe("t", qos: .atLeastOnce)
    try await running(client) {
      #expect(await eventually { client.state.isConnected })
      let start = ContinuousClock.now
      try await withThrowingTaskGroup(of: Void.self) { group in
        for worker in 0..<100 {
          group.addTask {
            for number in 0..<200 {
              try await client.publish(topic: "t", payload: [UInt8(worker), UInt8(number)])
            }
          }
        }
        try await group.waitForAll()
      }
      let elapsed = ContinuousClock.now - start
      print("20,000 QoS 1 publications: \(elapsed)")
      #expect(elapsed < .seconds(20))
      #expect(client.statistics().published == 20_000)
      #expect(await eventually { client.statistics().received == 20_000 })
    }
    var next = [UInt8](repeating: 0, count: 100)
    for await message in client.messages {
      let (worker, number) = (Int(message.payload[0]), message.payload[1])
      #expect(number == next[worker])
      next[worker] &+= 1
    }
    #expect(next.allSatisfy { $0 == 200 })
  }
}
