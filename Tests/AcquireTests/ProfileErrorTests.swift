// SPDX-License-Identifier: Apache-2.0

import Acquire
import Machine
import Settings
import Testing

@Suite("Profiles")
struct ProfileErrorTests {
  @Test(
    "every shipped profile is read",
    arguments: [
      "banner-qm30vt2", "witmotion-wtvb01-485", "keller-xline", "eastron-sdm630", "xy-md02", "avm-2000r",
      "millwright-sim-node",
    ])
  func shipped(_ name: String) throws {
    let profile = try shippedProfiles.modbus(Setting.parse(name, file: "t"))
    #expect(profile.name == name)
    #expect(!profile.header.source.isEmpty && !profile.header.evidence.isEmpty)
  }

  static let mistakes: [(String, String)] = [
    ("{ name: a, address: 0, type: u17, quantity: count }", "x.yaml:12:36: type: expected one of u16, i16"),
    ("{ name: a, address: 0, tipe: u16, quantity: count }", "x.yaml:12:7: registers[0].type: missing"),
    ("{ name: a, address: 0, type: u16, skale: 2, quantity: count }", "unknown key, did you mean 'scale'?"),
    (
      "{ name: a, address: 0, type: u16, quantity: temperature, unit: bar }",
      "x.yaml:12:70: unit: expected a unit of temperature (degC, degF, K), found 'bar'"
    ),
    ("{ name: a, address: 0, type: u16, quantity: temperature, unit: degc }", "did you mean 'degC'?"),
    (
      "{ name: a, address: 0, type: u16, quantity: temperature, unit: \"1\" }",
      "expected a unit of temperature"
    ),
    ("{ name: a, address: 0, type: u16, quantity: temperature }", "unit: missing"),
    ("{ name: a, address: 65535, type: f32, quantity: count }", "ends at address 65535"),
    ("{ name: a, address: -1, type: u16, quantity: count }", "address: expected an integer from 0 to 65535"),
    (
      "{ name: a, address: 0, type: u16, quantity: count, order: ABCDEFGH }",
      "order: expected a four-letter order"
    ),
    (
      "{ name: a, address: 0, type: u16, quantity: count, range: [5, 1] }",
      "range: expected [lowest, highest]"
    ),
    ("{ name: a, address: 0, type: u16, quantity: count, function: coils }", "expected type 'bit'"),
    ("{ name: a, address: 0, type: string }", "the number of characters"),
  ]

  @Test("a mistake is named with its place", arguments: mistakes)
  func mistake(_ register: String, _ message: String) {
    let error = #expect(throws: SettingsError.self) {
      try modbusProfile("    - \(register)", extra: "  period: 1s")
    }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.hasPrefix("x.yaml:12:") && text.contains(message), "\(text)")
  }

  @Test("overlapping addresses are refused with both names, bits of one word are not")
  func overlap() throws {
    let error = #expect(throws: SettingsError.self) {
      try modbusProfile(
        """
            - { name: a, address: 10, type: f32, quantity: count }
            - { name: b, address: 11, type: u16, quantity: count }
        """, extra: "  period: 1s")
    }
    #expect(
      error.map { "\($0)" }
        == "x.yaml:13:7: address: expected addresses of its own: 'b' (holding 11) overlaps 'a' (holding 10-11)"
    )
    #expect(throws: Never.self) {
      try modbusProfile(
        """
            - { name: a, address: 10, type: bit, bit: 0 }
            - { name: b, address: 10, type: bitfield, bit: 1, width: 2 }
            - { name: c, address: 10, type: bit, bit: 0, function: input }
        """)
    }
    #expect(throws: SettingsError.self) {
      try modbusProfile(
        """
            - { name: a, address: 10, type: bit, bit: 1 }
            - { name: b, address: 10, type: bitfield, bit: 1, width: 2 }
        """)
    }
  }

  @Test("addresses written in base 1 are one less on the wire, and the base must be said")
  func addressBase() throws {
    let one = try modbusProfile("    - { name: a, address: 1, type: u16, quantity: count }", base: 1)
    #expect(one.registers[0].address == 0)
    let error = #expect(throws: SettingsError.self) {
      let text = modbusProfileText("    - { name: a, address: 1, type: u16, quantity: count }")
      return try DeviceProfile(
        Setting.parse(text.replacing("  address-base: 0\n", with: ""), file: "x.yaml"))
    }
    #expect(error.map { "\($0)" }?.contains("address-base: missing") == true)
  }

  @Test("a site file's mistakes in a connection are named with their place")
  func connectionMistakes() {
    func message(_ text: String) -> String {
      do {
        _ = try modbusConnection(text)
        return ""
      } catch { return "\(error)" }
    }
    let device = "devices: [{ name: n, unit: 1, profile: millwright-sim-node }]"
    #expect(
      message("tcp: h:502\ndevices: [{ name: n, unit: 1, profile: millwright-sim-nod }]")
        == "site.yaml:2:40: profile: expected the name of a device profile, found 'millwright-sim-nod'; "
        + "did you mean 'millwright-sim-node'?")
    #expect(
      message("tcp: h:502\ndevices: [{ name: n, unit: 1, profile: bearing }]").hasSuffix(
        "known: airvibe, avm-2000r, banner-qm30vt2, eastron-sdm630, keller-xline, millwright-sim-mqtt, "
          + "millwright-sim-node, ncd-110, witmotion-wtvb01-485, xy-md02"))
    #expect(message("tcp: h:port\n\(device)").contains("site.yaml:1:6: tcp: expected host:port"))
    #expect(message(device).contains("either 'tcp: host:port' or 'rtu: /dev/...'"))
    #expect(
      message("rtu: /dev/ttyS0\ndevices: [{ name: n, unit: 250, profile: xy-md02 }]").contains(
        "from 1 to 247"))
    #expect(message("tcp: h\nparrity: even\n\(device)").contains("site.yaml:2:1: parrity: unknown key"))
    #expect(
      message("tcp: h\ndevices: [{ name: n, unit: 1, profile: xy-md02, allow-writes: [x] }]")
        .contains("has no register to write"))
    #expect(
      message(
        "tcp: h\ndevices: [{ name: n, unit: 1, profile: xy-md02 }, { name: m, unit: 1, profile: xy-md02 }]"
      )
      .contains("'n' has unit 1 too"))
  }

  @Test("a point's source that is not there is answered with the nearest name")
  func bindings() throws {
    let line = try modbusConnection(
      "tcp: h\ndevices: [{ name: node-1, unit: 1, profile: millwright-sim-node }]")
    func message(_ source: String, _ quantity: Quantity) -> String {
      do {
        try line.check([(source, pump("x"), quantity)])
        return ""
      } catch { return "\(error)" }
    }
    #expect(message("node-1.speed", .rotationalSpeed) == "")
    #expect(message("nod-1.speed", .rotationalSpeed).hasSuffix("no such device; did you mean 'node-1'?"))
    #expect(message("node-1.sped", .rotationalSpeed).hasSuffix("did you mean 'speed'?"))
    #expect(message("node-1", .rotationalSpeed).contains("no such register"))
    #expect(
      message("node-1.speed", .temperature)
        == "P-101/x: from 'node-1.speed': the point is of temperature, the register of rotational-speed")
    #expect(message("node-1.waveform", .acceleration).contains("allow-writes: [waveform.trigger]"))
  }
}
