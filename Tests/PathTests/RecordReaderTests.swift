// SPDX-License-Identifier: Apache-2.0

import Foundation
import Machine
import PathLab
import Testing

import Agent

/// How records are read: every rule of refusal with its words, and times against the system's own calendar.
@Suite struct RecordReaderTests {
  static let plant: Plant = {
    let id = MachineID("P-101")
    var pump = Machine(id: id, name: "pump", kind: .pump)
    pump.bearings = [
      Bearing(
        name: "DE", designation: "6205", rollingElements: 9, elementDiameter_mm: 7.9, pitchDiameter_mm: 39,
        source: "table")
    ]
    pump.points = [Point(id: PointID(id, "DE-H"), role: .vibration, quantity: .acceleration, bearing: "DE")]
    return Plant(site: "test", machines: [pump, Machine(id: MachineID("F-7"), name: "fan", kind: .fan)])
  }()
  /// 2026-06-15T12:00:00Z.
  static let now = WallTime(seconds: 1_781_524_800)

  static func read(
    _ changes: [RecordReader.Field: String?], format: String? = nil, zone: String? = nil
  ) throws(AgentError) -> MaintenanceRecord {
    var values: [RecordReader.Field: String] = [
      .machine: "P-101", .time: "2026-06-15T10:00Z", .kind: "work-order", .text: "balanced", .person: "Ana",
    ]
    for (field, value) in changes { values[field] = value }
    return try RecordReader(
      plant: plant, knowledge: shippedKnowledge, timeFormat: format, zone: zone, now: now
    ).read(values)
  }

  @Test func `a full record is read field by field`() throws {
    let record = try Self.read([
      .point: "DE-H", .bearing: "DE", .part: "bearing", .faults: "bearing-outer-race=confirmed, unbalance",
      .outcome: "refuted", .parts: "SKF 6205; grease", .reference: "4711", .remounted: "yes",
    ])
    #expect(
      record.diagnoses == [.init("bearing-outer-race", .confirmed), .init("unbalance", .refuted)])
    #expect(record.partsUsed == ["SKF 6205", "grease"] && record.reference == "4711" && record.isRemounted)
    #expect(record.time.seconds == 1_781_517_600 && record.day == nil)
    let same = try Self.read([
      .point: "DE-H", .bearing: "DE", .part: "bearing",
      .faults: "bearing-outer-race=confirmed;unbalance=refuted",
      .parts: "SKF 6205|grease", .reference: "4711", .remounted: "1",
    ])
    #expect(record.id == same.id && record.id.count == 16)
    let other = try Self.read([:])
    #expect(record.id != other.id)
  }

  static let refusals: [([RecordReader.Field: String?], String)] = [
    ([.machine: nil], "machine: missing"),
    ([.machine: "P-110"], "machine: 'P-110' is not in the site file; did you mean 'P-101'?"),
    ([.machine: "boiler"], "machine: 'boiler' is not in the site file; known: P-101, F-7"),
    ([.kind: nil], "kind: missing; one of work-order, inspection, lubrication, replacement"),
    ([.kind: "PM01"], "kind: 'PM01' is not one of work-order, inspection, lubrication, replacement"),
    ([.time: nil], "time: missing"),
    ([.time: "yesterday"], "time: 'yesterday' is no time; expected one like 2026-01-31T18:00+01:00"),
    ([.time: "2026-02-30T10:00Z"], "time: '2026-02-30T10:00Z' is no time"),
    (
      [.time: "2026-06-15T10:00"],
      "time: '2026-06-15T10:00' has no zone; end it with Z or like +01:00, or give --zone"
    ),
    (
      [.time: "2026-06-15T12:02Z"],
      "time: '2026-06-15T12:02Z' is in the future; it is 2026-06-15T12:00:00.000Z now"
    ),
    ([.text: "  "], "text: missing; say what was done"),
    ([.text: String(repeating: "x", count: 4001)], "text: at most 4000 characters, found 4001"),
    ([.text: "a\u{7}"], "text: holds control characters"),
    ([.person: "NA"], "person: missing; say who did it"),
    ([.person: String(repeating: "x", count: 101)], "person: at most 100 characters, found 101"),
    ([.part: "a\nb"], "part: holds control characters"),
    ([.point: "DE-G"], "point: 'DE-G' is no point of P-101; did you mean 'DE-H'?"),
    ([.bearing: "NDE"], "bearing: 'NDE' is no bearing of P-101; did you mean 'DE'?"),
    ([.machine: "F-7", .bearing: "DE"], "bearing: 'DE' is no bearing of F-7; there is none"),
    ([.remounted: "yes"], "remounted: say which point's sensor was mounted anew"),
    ([.remounted: "perhaps"], "remounted: 'perhaps' is not yes or no"),
    ([.faults: "unbalanse"], "faults: 'unbalanse' is no fault; did you mean 'unbalance'?"),
    ([.faults: "zzz"], "faults: 'zzz' is no fault; 'millwright fault search zzz' looks for what was meant"),
    ([.faults: "unbalance unbalance=refuted"], "faults: 'unbalance' stands twice"),
    ([.faults: "unbalance=maybe"], "outcome: 'maybe' is not one of confirmed, refuted"),
    ([.outcome: "confirmed"], "outcome: of what? say which fault it is about"),
    ([.parts: String(repeating: "x;", count: 33)], "parts: at most 32, found 33"),
  ]

  @Test(arguments: refusals)
  func `what a record may not say is refused in words`(changes: [RecordReader.Field: String?], says: String)
    throws
  {
    let error = try #require(throws: AgentError.self) { try Self.read(changes) }
    #expect("\(error)".hasPrefix(says), "\(error)")
  }

  /// Expected seconds are those of `date -u -d ... +%s` and of Python's zoneinfo.
  @Test(
    arguments: [
      ("2026-01-31T18:00:05+01:00", nil, nil, 1_769_878_805, false),
      ("2026-01-31 18:00:05.250-0330", nil, nil, 1_769_895_005, false),
      ("2026-01-31", nil, "UTC", 1_769_817_600, true),
      ("2026-01-31", nil, "Europe/Berlin", 1_769_814_000, true),
      ("2024-02-29T00:00", nil, "America/New_York", 1_709_182_800, false),
      ("2025-10-26T02:30", nil, "Europe/Berlin", nil, false),
      ("31.1.2026 18:00", "%d.%m.%Y %H:%M", "Europe/Berlin", 1_769_878_800, false),
      ("01/31/99", "%m/%d/%y", "UTC", 917_740_800, true),
      ("20260131T1800Z", "%Y%m%dT%H%M%z", nil, 1_769_882_400, false),
    ] as [(String, String?, String?, Int?, Bool)])
  func `times are read as they are written`(
    text: String, format: String?, zone: String?, seconds: Int?, isDay: Bool
  ) throws {
    let record = try Self.read([.time: text], format: format, zone: zone)
    if let seconds {
      #expect(record.time.nanoseconds == Int64(seconds) * 1_000_000_000)
    } else {
      // Clocks were put back: the hour was there twice, and either is right.
      #expect([1_761_438_600, 1_761_442_200].contains(Int(record.time.seconds)))
    }
    #expect((record.day != nil) == isDay)
  }

  @Test(
    arguments: [
      ("2026-03-29T02:30", nil, "Europe/Berlin", "clocks were put forward over it"),
      ("2026-01-31", "%d.%m.%Y", "UTC", "expected the form '%d.%m.%Y'"),
      ("2026-01-31", "%q", "UTC", "'%q' is not one of"),
      ("2026-01-31", "%Y", "UTC", "has no %m"),
      ("2026-01-31", nil, "Europe/Berlinn", "is no zone; it is a name like"),
    ] as [(String, String?, String?, String)])
  func `a time that is none is refused`(text: String, format: String?, zone: String?, says: String) throws {
    let error = try #require(throws: AgentError.self) {
      try Self.read([.time: text], format: format, zone: zone)
    }
    #expect("\(error)".contains(says), "\(error)")
  }
}

/// Files of records, cell by cell.
@Suite struct RecordTableTests {
  @Test(arguments: [
    ("a,b\r\n1,2\r\n", ["1", "2"]), ("\u{FEFF}a;b\n1,5;2\n", ["1,5", "2"]), ("a\tb\n1\t\n", ["1", ""]),
    ("a,b\n\"x, \"\"y\"\"\nz\",2", ["x, \"y\"\nz", "2"]), ("a,b\n\n\n3\" pipe,2\n", ["3\" pipe", "2"]),
    ("a,b\n\"\",\"2\"\n", ["", "2"]),
  ])
  func `cells are cut as RFC 4180 says`(text: String, cells: [String]) throws {
    let table = try RecordTable(Data(text.utf8), file: "a.csv")
    #expect(table.columns == ["a", "b"])
    #expect(table.rows.map { [$0.values["a"] ?? "-", $0.values["b"] ?? "-"] } == [cells])
  }

  @Test(arguments: [
    ("a,b\n1,2\n1,2,3\n", 3, "3 fields, the first line has 2"),
    ("a,b\n\"x\ny\",1\n\"x,1\n", 4, "a quote is not closed"),
    ("a,b\n\"x\"y,1\n", 2, "text follows a closing quote"),
  ])
  func `a row that cannot be cut is told with its line`(text: String, line: Int, says: String) throws {
    let row = try #require(try RecordTable(Data(text.utf8), file: "a.csv").rows.last)
    #expect(row.line == line && row.problem?.contains(says) == true, "\(row)")
  }

  @Test func `a field that is not UTF-8 is told`() throws {
    let table = try RecordTable(Data([0x61, 0x0A, 0xE4, 0x0A]), file: "a.csv")
    #expect(table.rows.first?.problem?.contains("save the file as UTF-8") == true)
  }

  @Test func `JSON lines give texts, numbers and lists, and say which line is none`() throws {
    let text = "{\"a\":\"x\",\"b\":3,\"c\":[\"u\",\"v\"],\"d\":null}\n\n[1]\n"
    let table = try RecordTable(Data(text.utf8), file: "a.json")
    #expect(table.columns == ["a", "b", "c", "d"])
    #expect(table.rows[0].values == ["a": "x", "b": "3", "c": "u;v", "d": ""])
    #expect(table.rows[1].line == 3 && table.rows[1].problem == "not a JSON object")
  }

  @Test func `a JSON list gives its objects with the lines on which they begin`() throws {
    let text = """
      [ {"a": "x, ]", "b": [1, 2]},
        {"a": "\\"{", "c": {"d": true}}, 7,
        { "a": }
      ]

      """
    let table = try RecordTable(Data(text.utf8), file: "a.json")
    #expect(table.columns == ["a", "b", "c"])
    #expect(table.rows.map(\.line) == [1, 2, 2, 3])
    #expect(table.rows[0].values == ["a": "x, ]", "b": "1;2"] && table.rows[1].values["a"] == "\"{")
    #expect(table.rows[2].problem == "not a JSON object" && table.rows[3].problem == "not a JSON object")
  }

  @Test(arguments: [
    ("", "a.csv:1: the file is empty"), ("a,b,a\n1,2,3\n", "a.csv:1: the column 'a' stands twice"),
    ("\n\"a,b\n1,2\n", "a.csv:2: a quote is not closed"),
    ("[{\"a\": 1},\n{\"a\": 2}", "a.csv:2: the list is not closed"),
    ("[]\n[]", "a.csv:2: text follows the list"),
  ])
  func `a file that is no table is refused with its line`(text: String, says: String) throws {
    let error = try #require(throws: AgentError.self) { try RecordTable(Data(text.utf8), file: "a.csv") }
    #expect("\(error)".hasPrefix(says), "\(error)")
  }

  @Test(arguments: [
    ("machine=Aset", "no column 'Aset'; did you mean 'Asset'?"), ("machin=Asset", "did you mean 'machine'?"),
    ("machine", "expected field=Column"), ("machine=Q", "it has Asset, text"),
    ("machine=Asset", "no column is 'time'; say which with --map time=Column; it has Asset, text"),
  ])
  func `a map that fits nothing is refused with what was meant`(map: String, says: String) throws {
    let error = try #require(throws: AgentError.self) { try RecordMap(map, in: ["Asset", "text"]) }
    #expect("\(error)".contains(says))
  }
}
