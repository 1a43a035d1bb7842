// SPDX-License-Identifier: Apache-2.0

import Broker
import Foundation
import Testing

/// Connections that are cut, seen by a real broker: by its log, and by the will that only a client gone without
/// a farewell has published.
@Suite struct CutTests {
  /// A broker that writes down who comes and goes.
  private static func broker() async throws -> Mosquitto {
    let broker = try Mosquitto(["allow_anonymous true", "log_type notice", "log_dest file DIR/log"])
    try await broker.start()
    return broker
  }

  private func count(_ text: String, in broker: Mosquitto) -> Int {
    let log = (try? String(contentsOf: broker.path("log"), encoding: .utf8)) ?? ""
    return log.components(separatedBy: text).count - 1
  }

  @Test func `a cut client is gone without a farewell, and comes back`() async throws {
    let broker = try await Self.broker()
    var options = broker.options("sensor")
    options.will = Will(topic: "gone", payload: [1])
    let (sensor, plant) = (try MQTTClient(options), try MQTTClient(broker.options("plant")))
    try await plant.subscribe("#")
    try await running(plant) {
      try await running(sensor) {
        try #require(await eventually { sensor.state.isConnected && plant.state.isConnected })
        sensor.cut()
        var messages = plant.messages.makeAsyncIterator()
        #expect(await messages.next()?.topic == "gone")
        try #require(await eventually { sensor.statistics().connections == 2 && sensor.state.isConnected })
        try await sensor.publish(topic: "back", payload: [2])
        #expect(await messages.next()?.topic == "back")
      }
    }
    #expect(count("as sensor ", in: broker) == 2)
  }

  @Test func `the simulator's connection is cut as often as asked, and its telemetry goes on`() async throws {
    let broker = try await Self.broker()
    let plant = try MQTTClient(broker.options("plant"))
    try await plant.subscribe("sim/P-1/telemetry")
    let simulator = Process()
    simulator.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent().appending(path: "millwright-sim")
    simulator.arguments = [
      "run", "--machine", "pump:P-1", "--port", "0", "--mqtt", "127.0.0.1:\(broker.port)", "--mqtt-cut",
      "0.1",
      "--telemetry-period", "20ms", "--waveform-period", "1h", "--duration", "8s",
    ]
    simulator.standardOutput = FileHandle.nullDevice
    let reading = Task {
      var found: [Int] = []
      for await message in plant.messages {
        let object = try JSONSerialization.jsonObject(with: Data(message.payload)) as? [String: Any]
        found.append(try #require(object?["seq"] as? Int))
      }
      return found
    }
    try await running(plant) {
      try #require(await eventually { plant.state.isConnected })
      try simulator.run()
      try #require(await eventually(12) { !simulator.isRunning })
    }
    let sequences = try await reading.value
    let connections = count("as millwright-sim-", in: broker)
    #expect(connections >= 4)
    // Between two connections messages are lost, and never otherwise; none comes twice or out of order.
    let gaps = zip(sequences, sequences.dropFirst()).filter { $1 != $0 + 1 }
    #expect(gaps.allSatisfy { $1 > $0 } && (2..<connections).contains(gaps.count), "\(connections): \(gaps)")
  }
}
