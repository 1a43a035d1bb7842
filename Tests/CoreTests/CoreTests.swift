// SPDX-License-Identifier: Apache-2.0

import Machine
import Settings
import Testing

@Suite struct SettingTests {
  func error(_ body: () throws -> Void) -> String {
    do { try body() } catch { return "\(error)" }
    return "no error"
  }

  @Test func `values come with their types, units and defaults`() throws {
    let table = try Setting.parse(
      "a: 0x10\nb: 2.5\nc: yes\nd: 500ms\ne: [1, 2]\nf: ~\ng: '7'", file: "t"
    ).table()
    #expect(try table.integer("a", in: 0...100) == 16)
    #expect(try table.number("b") == 2.5)
    #expect(try table.flag("c", default: false))
    #expect(try table.duration("d") == 0.5)
    #expect(try table.list("e").map { try $0.integer() } == [1, 2])
    #expect(try table.optionalString("f") == nil)
    #expect(try table.string("g") == "7")
    try table.finish()
  }

  @Test(arguments: [
    ("a: 1\nperiode: 2s", "t:2:1: periode: unknown key, did you mean 'period'?"),
    ("a: 1\nzzz: 2s", "t:2:1: zzz: unknown key; known here: a, period"),
    ("period: 2s", "t:1:1: a: missing, and nothing can stand in for it"),
    ("a: 1x\nperiod: 2s", "t:1:4: a: expected an integer from 0 to 9, found '1x'"),
    ("a: 10", "t:1:4: a: expected an integer from 0 to 9, found '10'"),
    (
      "a: 1\nperiod: 2 furlongs",
      "t:2:9: period: expected a duration like 500ms, 2s, 5min, 1h or 7d, found '2 furlongs'"
    ),
    ("a: [", "t:2:1: not YAML: did not find expected node content"),
    ("a: 1\na: 2", "t:1:1: not YAML: the key 'a' stands here twice"),
    ("- a", "t:1:1: : expected a table of keys and values"),
  ])
  func `a mistake is named with file, line, column and remedy`(text: String, expected: String) {
    let message = error {
      let table = try Setting.parse(text, file: "t").table()
      _ = try table.integer("a", in: 0...9)
      _ = try table.duration("period", default: 1)
      try table.finish()
    }
    #expect(message == expected)
  }

  @Test func `a choice lists what is possible and guesses what was meant`() throws {
    let setting = try Setting.parse("kind: pmup", file: "t").table().required("kind")
    #expect(
      error { _ = try setting.choice(of: MachineKind.self) }
        == "t:1:7: kind: expected one of pump, fan, motor, gearbox, compressor, reciprocating-compressor, screw-compressor, other, found 'pmup'; did you mean 'pump'?"
    )
  }

  @Test func `a directory, an absent file and bytes that are not text are refused by name`() {
    #expect(error { _ = try Setting.load(path: "/tmp") } == "/tmp: is a directory; a YAML file is expected")
    #expect(error { _ = try Setting.load(path: "/nowhere/x.yaml") } == "/nowhere/x.yaml: no such file")
    #expect(error { _ = try Setting.load(path: "/bin/true") } == "/bin/true: is not UTF-8 text")
  }

  @Test func `aliases that multiply without end are stopped`() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...7 {
      text +=
        "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
        + "]\n"
    }
    #expect(error { _ = try Setting.parse(text, file: "t") }.hasSuffix("more than 200000 values"))
  }
}

@Suite struct UnitTests {
  @Test(arguments: [
    ("g", Quantity.acceleration, 1.0, 9.80665), ("in/s", .velocity, 1, 25.4),
    ("degF", .temperature, 212, 100),
    ("degF", .temperature, 32, 0), ("K", .temperature, 273.15, 0), ("psi", .pressure, 14.5037738, 1.0),
    ("kPa", .pressure, 100, 1), ("l/min", .flow, 1000, 60), ("Hz", .rotationalSpeed, 25, 1500),
    ("%", .ratio, 50, 0.5), ("1", .count, 3, 3),
  ])
  func `a value in a named unit has its canonical value, and goes back`(
    symbol: String, quantity: Quantity, value: Double, canonical: Double
  ) throws {
    let unit = try #require(Unit.named(symbol, for: quantity))
    #expect(abs(unit.canonical(value) - canonical) < 1e-6 * max(1, abs(canonical)))
    #expect(abs(unit.fromCanonical(unit.canonical(value)) - value) < 1e-9 * max(1, abs(value)))
  }

  @Test func `a unit of another quantity is not found`() {
    #expect(Unit.named("bar", for: .temperature) == nil)
    #expect(Unit.named("mm/s", for: .velocity) != nil)
  }

  @Test func `a point name is parsed at the last slash`() {
    #expect(PointID(parsing: "line/P-101/DE-H") == PointID(MachineID("line/P-101"), "DE-H"))
    #expect(PointID(parsing: "P-101") == nil)
    #expect(PointID(parsing: "/x") == nil)
  }
}
