// SPDX-License-Identifier: Apache-2.0

import Acquire
import Agent
import Alert
import Broker
import Firmware
import Foundation
import Machine
import PathLab
import Simulation
import Store
import Testing

/// Sensors that fail in front of a healthy simulated pump: from the messages that they send and the site file to
/// the alarms.
@Suite struct SensorTests {
  /// A pump with a three-axis MEMS sensor that sends its waveforms in segments and two transmitters on one bearing,
  /// read by the product's own MQTT reader into its own path.
  struct Line: ~Copyable {
    static let axes: [(name: String, channel: Channel)] = [
      ("X", .driveEndHorizontal), ("Y", .driveEndAxial), ("Z", .driveEndVertical),
    ]
    private var machine = SimulatedMachine(.pump("P-101"), seed: 5)
    private var telemetry: [String: Telemetry] = [:]
    private var readers: [SourceReader]
    private var path: PlantPath
    private var now_s = 0.0
    /// Findings of the last step, and every alarm that was raised.
    private(set) var findings: [Finding] = []
    private(set) var raised: [Finding] = []
    /// Values that reached the store as good at the last step.
    private(set) var good: Set<String> = []

    /// What the sensors add to what they measure.
    var gravity_m_s2: [Float] = [0, 0, 9.80665]
    var gain: Float = 1
    var second: (Double) -> Double = { $0 }
    /// The segment of each Y capture that is lost on the way.
    var lost: Int?

    init(_ folder: Folder) throws {
      let resources = try Resources.find()
      var profile = try String(
        contentsOfFile: resources.devices + "/millwright-sim-mqtt.yaml", encoding: .utf8)
      profile = profile.replacingOccurrences(of: "stale-after: 10s", with: "stale-after: 15min")
      profile = profile.replacingOccurrences(
        of: "values:\n",
        with:
          "values:\n          - { name: second, path: values.second, quantity: temperature, unit: degC }\n")
      _ = try folder.write(profile, to: "bench.yaml")
      let sources = Line.axes.map { "{ name: \($0.name), profile: bench, topic: sim/\($0.name)/waveform }" }
      let points = Line.axes.map {
        "{ name: \($0.name), role: vibration, from: plant.\($0.name).waveform }"
      }
      let file = try folder.write(
        """
        site: test
        node: gateway-1
        connections:
          - name: plant
            mqtt:
              broker: mqtt://127.0.0.1:1
              sources: [\(sources.joined(separator: ", ")),
                { name: t, profile: bench, topic: sim/P-101/telemetry }]
        machines:
          - id: P-101
            kind: pump
            rated-power-kw: 75
            rated-speed-rpm: 1480
            points:
        \(points.map { "      - \($0)\n" }.joined())
              - { name: speed, role: shaft-speed, from: plant.t.speed }
              - { name: first, role: bearing-temperature, from: plant.t.bearing-temperature }
              - { name: second, role: bearing-temperature, from: plant.t.second }
            sensors:
              - axes: { x: X, y: Y, z: Z }
              - { redundant: [first, second], tolerance: 10% }
        """, to: "site.yaml")
      let site = try SiteFile.load(path: file, resources: resources)
      readers = try site.mqtt[0].readers(
        site.bindings.map { ($0.source, $0.point, $0.quantity) }, start: MonotonicTime(seconds: 0))
      path = PlantPath(
        plant: site.plant, knowledge: shippedKnowledge, sensors: site.sensors, options: site.detection.path)
      for name in Line.axes.map(\.name) + ["P-101"] { telemetry[name] = Telemetry(machine: name) }
    }

    /// One minute: a telemetry message and a capture of each axis, each as the messages that arrive.
    mutating func step() {
      let began_s = now_s
      let scalars = machine.scalars(at: began_s)
      let temperature = scalars[.bearingTemperature]
      var messages = [
        telemetry["P-101"]?.message(
          [
            ("speed", scalars[.speed]), ("bearing-temperature", temperature), ("second", second(temperature)),
          ],
          at: 1_767_225_600 + began_s)
      ].compactMap(\.self)
      for (index, axis) in Line.axes.enumerated() {
        var capture = machine.capture(at: began_s, channel: axis.channel)
        for i in capture.samples.indices {
          capture.samples[i] = gain * (capture.samples[i] + gravity_m_s2[index])
        }
        var segments = telemetry[axis.name]?.segments(capture, at: 1_767_225_600 + began_s) ?? []
        if axis.name == "Y", let lost { segments.remove(at: lost) }
        messages += segments
      }
      var samples: [Sample] = []
      for message in messages {
        for index in readers.indices where readers[index].claims(message.topic) {
          samples += readers[index].take(
            MQTTMessage(topic: message.topic, payload: message.payload, received: stamp))
        }
      }
      // Captures that lack a segment are given up after half a minute.
      now_s += 59
      for index in readers.indices { samples += readers[index].expire(at: stamp, why: nil) }
      let batch = path.advance(samples, at: stamp)
      findings = batch.findings
      good = Set(batch.windows.map(\.point.name) + batch.readings.filter(\.quality.isGood).map(\.point.name))
      raised += batch.transitions.filter { $0.alarm.state == .unacknowledged }.map(\.alarm.finding)
      now_s = began_s + 60
    }

    mutating func run(minutes: Int) { for _ in 0..<minutes { step() } }

    mutating func remounted(_ name: String) { path.remounted(PointID(MachineID("P-101"), name)) }

    private var stamp: Stamp {
      Stamp(received: WallTime(seconds: 1_767_225_600 + now_s), monotonic: MonotonicTime(seconds: now_s))
    }
  }

  @Test("Sensors in order raise nothing, and everything that they send is used")
  func healthy() throws {
    let folder = try Folder()
    var line = try Line(folder)
    line.run(minutes: 20)
    #expect(line.raised.isEmpty)
    #expect(line.good == ["X", "Y", "Z", "speed", "first", "second"])
  }

  @Test("A segment that never arrives is told with its number; the other axes and the machine stay judged")
  func segment() throws {
    let folder = try Folder()
    var line = try Line(folder)
    line.run(minutes: 10)
    line.lost = 1
    line.run(minutes: 10)
    #expect(line.raised.map(\.alarmID) == ["P-101/Y:sensor-dropout"])
    let evidence = try #require(line.raised.first?.supporting.first)
    #expect(evidence.quantity == "incomplete")
    #expect(evidence.statement.contains("segments missing (1)"), "\(evidence.statement)")
    #expect(line.good == ["X", "Z", "speed", "first", "second"])
  }

  @Test("Of two transmitters on one bearing one turns to Fahrenheit: both are doubted, and no machine is hot")
  func unitSlip() throws {
    let folder = try Folder()
    var line = try Line(folder)
    line.run(minutes: 10)
    line.second = { 1.8 * $0 + 32 }
    line.run(minutes: 10)
    #expect(Set(line.raised.map(\.alarmID)) == ["P-101/first:sensor-bias", "P-101/second:sensor-bias"])
    let evidence = try #require(line.raised.first?.supporting.first)
    #expect(evidence.quantity == "unit")
    #expect(evidence.statement.contains("degrees Fahrenheit for Celsius"), "\(evidence.statement)")
    #expect(line.good == ["X", "Y", "Z", "speed"])
  }

  @Test("A three-axis sensor that no longer feels 1 g has a wrong scale, and says nothing of the machine")
  func gravity() throws {
    let folder = try Folder()
    var line = try Line(folder)
    line.run(minutes: 10)
    line.gain = 0.5
    line.run(minutes: 10)
    #expect(Set(line.raised.map(\.fault)) == ["sensor-bias"])
    #expect(Set(line.raised.compactMap(\.point?.name)) == ["X", "Y", "Z"])
    let evidence = try #require(line.raised.first { $0.point?.name == "X" }?.supporting.first)
    #expect(evidence.quantity == "gravity")
    #expect(evidence.statement.contains("gravity is 1 g within 0.1"), "\(evidence.statement)")
    #expect(line.good == ["speed", "first", "second"])
  }

  @Test(
    "A sensor that was turned is refused until somebody says that it was meant, and learned anew from then on"
  )
  func remounting() throws {
    let folder = try Folder()
    var line = try Line(folder)
    line.run(minutes: 10)
    line.gravity_m_s2 = [9.80665, 0, 0]
    line.run(minutes: 60)
    #expect(Set(line.raised.map(\.alarmID)) == ["P-101/X:sensor-bias", "P-101/Z:sensor-bias"])
    #expect(line.raised.first?.supporting.first?.quantity == "bias")
    #expect(line.good == ["Y", "speed", "first", "second"])
    line.remounted("X")
    line.run(minutes: 10)
    #expect(line.good == ["X", "Y", "Z", "speed", "first", "second"])
    // The reference is the new mount: turning it back is a bias again.
    line.gravity_m_s2 = [0, 0, 9.80665]
    line.run(minutes: 10)
    #expect(line.good == ["Y", "speed", "first", "second"])
  }
}
