// SPDX-License-Identifier: Apache-2.0

import Broker
import Foundation
import Glibc
import Testing

@Suite struct ConnectingTests {
  @Test func `a broker absent at the start is found later, without spinning meanwhile`() async throws {
    let broker = try Mosquitto()
    var options = broker.options("absent")
    options.backoff = Backoff(initial_s: 0.2, limit_s: 0.4)
    let client = try MQTTClient(options)
    try await running(client) {
      #expect(await eventually { client.statistics().failedAttempts > 0 })
      let before = try #require(wakes(ofThread: "mqtt-absent"))
      try await Task.sleep(for: .seconds(2))
      let woken = try #require(wakes(ofThread: "mqtt-absent")) - before
      // 2 s hold at most 20 attempts of at least 0.1 s; libmosquitto's own loop wakes 200 times.
      #expect(woken <= 45, "woke \(woken) times in 2 s")
      guard case .disconnected(.unreachable(_, let reason)?) = client.state else {
        Issue.record("state is \(client.state)")
        return
      }
      #expect(reason == "Connection refused")

      try await broker.start()
      #expect(await eventually { client.state.isConnected })
      #expect(client.statistics().connections == 1)
    }
  }

  @Test func `an idle connection sleeps`() async throws {
    let broker = try Mosquitto()
    try await broker.start()
    let client = try MQTTClient(broker.options("idle"))
    try await running(client) {
      #expect(await eventually { client.state.isConnected })
      try await Task.sleep(for: .milliseconds(100))
      let before = try #require(wakes(ofThread: "mqtt-idle"))
      try await Task.sleep(for: .seconds(2))
      #expect(try #require(wakes(ofThread: "mqtt-idle")) - before <= 2)
    }
  }

  @Test(arguments: MQTTVersion.allCases)
  func `a killed broker is found again and subscriptions are made again`(version: MQTTVersion) async throws {
    let broker = try Mosquitto()
    try await broker.start()
    var options = broker.options("again-\(version.rawValue)")
    options.version = version
    let client = try MQTTClient(options)
    try await client.subscribe("plant/+/telemetry")
    try await running(client) {
      var states = client.connectionChanges.makeAsyncIterator()
      #expect(await states.next() == .connected)
      for round in 1...3 {
        broker.kill()
        guard case .disconnected(.some)? = await states.next() else {
          Issue.record("no word of the loss")
          return
        }
        try await broker.start()
        while await states.next() != .connected {}
        try await client.publish(topic: "plant/a/telemetry", payload: [UInt8(round)])
        var messages = client.messages.makeAsyncIterator()
        #expect(await messages.next()?.payload == [UInt8(round)])
      }
      #expect(client.statistics().connections == 4)
    }
  }

  @Test(arguments: MQTTVersion.allCases)
  func `a refused password is said in words and tried again with backoff`(version: MQTTVersion) async throws {
    let broker = try Mosquitto(["allow_anonymous false", "password_file DIR/passwords"])
    let made = Process()
    made.executableURL = URL(fileURLWithPath: "/usr/bin/mosquitto_passwd")
    made.arguments = ["-c", "-b", broker.path("passwords").path, "gateway", "right"]
    try made.run()
    made.waitUntilExit()
    try await broker.start()

    var options = broker.options("auth-\(version.rawValue)")
    options.version = version
    options.username = "gateway"
    options.passwordFile = broker.path("secret").path
    try "wrong\n".write(to: broker.path("secret"), atomically: true, encoding: .utf8)
    let client = try MQTTClient(options)
    try await running(client) {
      #expect(await eventually { client.statistics().failedAttempts >= 2 })
      let error = client.statistics().lastError
      guard case .refused(let endpoint, let reason)? = error else {
        Issue.record("error is \(String(describing: error))")
        return
      }
      #expect(endpoint == options.endpoint)
      #expect(reason.lowercased() == "not authorised" || reason.lowercased() == "not authorized")
      let before = client.statistics().failedAttempts
      try await Task.sleep(for: .seconds(1))
      #expect(client.statistics().failedAttempts - before <= 11)  // 0.1 s at the least between them

      try "right\n".write(to: broker.path("secret"), atomically: true, encoding: .utf8)
      #expect(await eventually { client.state.isConnected })
    }
  }

  @Test func `a broker that stops answering is left after the keep-alive`() async throws {
    let broker = try Mosquitto()
    try await broker.start()
    var options = broker.options("silent")
    options.keepAlive_s = 5
    let client = try MQTTClient(options)
    try await running(client) {
      #expect(await eventually { client.state.isConnected })
      broker.signal(SIGSTOP)
      defer { broker.signal(SIGCONT) }
      await #expect(throws: BrokerError.self) {
        try await client.publish(topic: "t", payload: [1])
      }
      #expect(!client.state.isConnected)
    }
  }

  @Test func `a host that accepts but never answers is given up after the time-out, quietly`() async throws {
    let silent = try Mosquitto()
    try await silent.start()
    silent.signal(SIGSTOP)  // the kernel still completes the handshake of TCP
    defer { silent.signal(SIGCONT) }
    for tls in [nil, TLSOptions()] {
      var options = silent.options(tls == nil ? "mute" : "mute-tls")
      options.connectTimeout_s = 1
      options.tls = tls
      let client = try MQTTClient(options)
      try await running(client) {
        try await Task.sleep(for: .milliseconds(200))
        let before = try #require(wakes(ofThread: "mqtt-\(options.clientID)"))
        try await Task.sleep(for: .milliseconds(500))
        #expect(try #require(wakes(ofThread: "mqtt-\(options.clientID)")) - before <= 15)
        #expect(await eventually { client.statistics().failedAttempts > 0 })
        #expect(
          client.statistics().lastError
            == .unreachable(endpoint: options.endpoint, reason: "no answer within 1 s"))
      }
    }
  }

  @Test func `stopping takes less than a second in every state and leaves no will`() async throws {
    let broker = try Mosquitto()
    try await broker.start()
    let witness = try MQTTClient(broker.options("witness"))
    try await witness.subscribe("last/words")
    try await running(witness) {
      #expect(await eventually { witness.state.isConnected })
      var options = broker.options("leaver")
      options.will = Will(topic: "last/words", payload: [9])
      let leaver = try MQTTClient(options)
      let start = ContinuousClock.now
      try await running(leaver) { #expect(await eventually { leaver.state.isConnected }) }
      #expect(ContinuousClock.now - start < .seconds(2))
      await #expect(throws: BrokerError.stopped) { try await leaver.publish(topic: "t", payload: []) }

      options.host = "192.0.2.1"  // TEST-NET-1: nobody answers
      options.port = 1883
      let lost = try MQTTClient(options)
      let began = ContinuousClock.now
      try await running(lost) { try await Task.sleep(for: .milliseconds(100)) }
      #expect(ContinuousClock.now - began < .seconds(1))

      try await witness.publish(topic: "last/words", payload: [1])
      var messages = witness.messages.makeAsyncIterator()
      #expect(await messages.next()?.payload == [1])  // not 9
    }
  }
}
