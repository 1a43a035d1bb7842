// SPDX-License-Identifier: Apache-2.0

import Acquire
import Broker
import Machine
import Settings
import Testing

@Suite struct MQTTSettingTests {
  @Test func `a connection is read with all it may say`() throws {
    let connection = try mqttConnection(
      """
      broker: mqtts://broker.plant:8884
      version: 5
      client-id: me
      username: gateway
      password-file: /etc/millwright/password
      ca-file: /ca.pem
      keep-alive: 20s
      sources:
        - { name: fan-7, profile: millwright-sim-mqtt, topic: sim/F-7/telemetry }
        - { name: press, profile: airvibe, topic: application/+/device/a/event/up }
      """)
    #expect(connection.broker.endpoint == "broker.plant:8884")
    #expect(connection.broker.version == .v5)
    #expect(connection.broker.clientID == "me")
    #expect(connection.broker.passwordFile == "/etc/millwright/password")
    #expect(connection.broker.tls?.caFile == "/ca.pem")
    #expect(connection.broker.keepAlive_s == 20)
    #expect(connection.sources.map(\.name) == ["fan-7", "press"])
    let plain = try mqttConnection(
      "broker: mqtt://[::1]\nsources: [{ name: a, profile: ncd-110, topic: t }]")
    #expect(plain.broker.endpoint == "[::1]:1883")
    #expect(plain.broker.clientID == "gateway-1-plant")
    #expect(plain.broker.tls == nil)
  }

  @Test(arguments: [
    (
      "broker: http://h\nsources: []",
      "site.yaml:1:9: broker: expected mqtt://host:port or mqtts://host:port, found 'http://h'"
    ),
    ("broker: mqtt://h:99999\nsources: []", "mqtt://host:port or mqtts://host:port"),
    (
      "broker: mqtt://h\npasswordfile: x\nsources: [{ name: a, profile: ncd-110, topic: t }]",
      "did you mean 'password-file'?"
    ),
    (
      "broker: mqtt://h\npassword-file: x\nsources: [{ name: a, profile: ncd-110, topic: t }]",
      "site.yaml:2:16: password-file: expected a broker that can be used: a password without a username"
    ),
    ("broker: mqtt://h\nkeep-alive: 1s\nsources: []", "site.yaml:2:13: keep-alive: expected a broker"),
    ("broker: mqtt://h\nclient-id: ''\nsources: []", "site.yaml:2:12: client-id: expected a broker"),
    ("broker: mqtts://h\nkey-file: k\nsources: []", "site.yaml:2:11: key-file: expected a broker"),
    (
      "broker: mqtt://h\nca-file: x\nsources: [{ name: a, profile: ncd-110, topic: t }]",
      "mqtts:// when certificates are given"
    ),
    ("broker: mqtt://h\nsources: []", "at least one source"),
    ("broker: mqtt://h\nsources: [{ name: a.b, profile: ncd-110, topic: t }]", "a name without a dot"),
    ("broker: mqtt://h\nsources: [{ name: a, profile: ncd110, topic: t }]", "did you mean 'ncd-110'?"),
    ("broker: mqtt://h\nsources: [{ name: a, profile: ncd-110, topic: t/#/u }]", "is not a valid MQTT topic"),
    (
      "broker: mqtt://h\nsources: [{ name: a, profile: millwright-sim-mqtt, topic: sim/F-7 }]",
      "ends in one of: telemetry, waveform"
    ),
    ("broker: mqtt://h\nversion: 4\nsources: [{ name: a, profile: ncd-110, topic: t }]", "one of 3.1.1, 5"),
    ("broker: mqtt://h\nsources: [{ name: a, profile: xy-md02, topic: t }]", "mqtt"),
  ])
  func `a wrong connection is refused where it is wrong`(text: String, message: String) throws {
    let error = #expect(throws: SettingsError.self) { try mqttConnection(text) }
    #expect("\(try #require(error))".contains(message), "\(String(describing: error))")
  }

  @Test(arguments: [
    ("    - { topic-end: a }", "one of json, waveform, sparkplug and codec"),
    ("    - json: { values: [{ name: v, path: 'a..b', quantity: count }] }", "a path like"),
    (
      "    - json: { values: [{ name: v, path: a, quantity: temperature, unit: bar }] }",
      "a unit of temperature"
    ),
    ("    - codec: ncd-110\n    - codec: ncd-110", "found 'acceleration-peak-x' twice"),
    (
      "    - waveform: { quantity: acceleration, unit: g, order: little, samples: int8, header-length: 4, sample-rate: 1, scale: 1 }",
      "int16, float32"
    ),
    (
      "    - waveform: { quantity: acceleration, unit: g, order: little, samples: int16, header-length: 4, sample-rate: 1, scale: 1, segment: { at: 0, type: u8 } }",
      "sequence, segment and segments, or none"
    ),
  ])
  func `a wrong profile is refused where it is wrong`(messages: String, expected: String) throws {
    let error = #expect(throws: SettingsError.self) { try mqttProfile(messages) }
    #expect("\(try #require(error))".contains(expected), "\(String(describing: error))")
  }

  @Test func `bindings to what can never come are refused`() throws {
    let connection = try mqttConnection(
      "broker: mqtt://h\nsources: [{ name: fan, profile: millwright-sim-mqtt, topic: sim/F-7/telemetry }]")
    try connection.check([("fan.speed", mqttPoint("a"), .rotationalSpeed)])
    let wrong: [(String, Quantity)] = [
      ("fun.speed", .rotationalSpeed), ("fan.sped", .rotationalSpeed), ("fan.speed", .temperature),
      ("fan.waveform", .acceleration),  // comes on sim/F-7/waveform, which nobody subscribes to
    ]
    for (source, quantity) in wrong {
      #expect(throws: BindingError.self, "\(source)") {
        try connection.check([(source, mqttPoint("a"), quantity)])
      }
    }
  }

  @Test func `the shipped profiles name their source and what was checked`() throws {
    for name in ["millwright-sim-mqtt", "ncd-110", "airvibe"] {
      let profile = try MQTTProfile(shippedProfiles.load(Setting.parse(name, file: "t")))
      #expect(profile.name == name)
      #expect(!profile.header.evidence.isEmpty && profile.header.checked != .transcribed)
      #expect(profile.sourceNames.count == Set(profile.sourceNames).count)
    }
  }
}
