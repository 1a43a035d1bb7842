// SPDX-License-Identifier: Apache-2.0

import Acquire
import Machine
import Testing

@Suite struct MQTTSparkplugTests {
  private static let messages = """
        - sparkplug:
            values:
              - { name: speed, metric: Motor/Speed, quantity: rotational-speed, unit: r/min }
              - { name: temperature, metric: Motor/Temperature, quantity: temperature, unit: degC }
              - { name: pressure, device: press, metric: Pressure, quantity: pressure, unit: bar }
    """
  private func bench() throws -> MQTTBench {
    try MQTTBench(
      messages: Self.messages, topic: "spBv1.0/plant/+/line-1/#",
      [("speed", .rotationalSpeed), ("temperature", .temperature), ("pressure", .pressure)])
  }
  private func topic(_ kind: String, device: String? = nil) -> String {
    "spBv1.0/plant/\(kind)/line-1" + (device.map { "/\($0)" } ?? "")
  }

  /// protoc --encode=sparkplug.Payload sparkplug_b.proto of: timestamp 1767225600000, seq 0, bdSeq 7 (UInt64),
  /// Node Control/Rebirth false, Motor/Speed alias 1 float 1480.5, Motor/Temperature alias 2 Int16 65526.
  static let birth = bytes(
    hex: "0880d0eab6b73312120a0562645365711880d0eab6b7332008580712210a144e6f646520436f6e74726f6c2f52656269"
      + "7274681880d0eab6b733200b7000121d0a0b4d6f746f722f537065656410011880d0eab6b7332009650010b94412220a114d"
      + "6f746f722f54656d706572617475726510021880d0eab6b733200250f6ff031800")

  @Test func `a birth made by protoc gives values and aliases`() throws {
    var bench = try bench()
    let born = bench.take(Self.birth, on: topic("NBIRTH")).readings
    #expect(born["speed"]?.value == 1480.5)
    #expect(born["temperature"]?.value == -10)  // 65526 as Int16
    #expect(born["speed"]?.stamp.source == WallTime(seconds: 1_767_225_600))
    let data = Wire.payload(seq: 1, [Wire.metric(alias: 1, float: 1500), Wire.metric(alias: 2, int: 20)])
    let readings = bench.take(data, on: topic("NDATA")).readings
    #expect(readings["speed"]?.value == 1500)
    #expect(readings["temperature"]?.value == 20)
    #expect(bench.reader.wantsRebirth == false)
  }

  @Test func `devices have values of their own, by alias, and die alone`() throws {
    var bench = try bench()
    _ = bench.take(Self.birth, on: topic("NBIRTH"))
    let birth = Wire.payload(seq: 1, [Wire.metric(name: "Pressure", alias: 3, float: 2.5)])
    #expect(bench.take(birth, on: topic("DBIRTH", device: "press")).readings["pressure"]?.value == 2.5)
    let data = Wire.payload(seq: 2, [Wire.metric(alias: 3, float: 3)])
    #expect(bench.take(data, on: topic("DDATA", device: "press")).readings["pressure"]?.value == 3)
    let death = bench.take(Wire.payload(seq: 3, []), on: topic("DDEATH", device: "press")).readings
    #expect(death.keys.sorted() == ["pressure"])
    #expect(death["pressure"]?.quality.defect?.kind == .noData)
    #expect(bench.reader.wantsRebirth == false)
  }

  @Test func `a gap, an unknown alias and data before birth ask for a rebirth; a birth heals`() throws {
    var bench = try bench()
    let early = Wire.payload(seq: 9, [Wire.metric(alias: 1, float: 1)])
    #expect(bench.take(early, on: topic("NDATA")).isEmpty)
    #expect(bench.reader.status.beforeBirth == 1)
    #expect(bench.reader.wantsRebirth)
    _ = bench.take(Self.birth, on: topic("NBIRTH"))
    #expect(!bench.reader.wantsRebirth)

    let third = Wire.payload(seq: 3, [Wire.metric(alias: 1, float: 3)])
    #expect(bench.take(third, on: topic("NDATA")).readings["speed"]?.value == 3)
    #expect(bench.reader.status.missing == 2)
    #expect(bench.reader.wantsRebirth)
    #expect(bench.take(third, on: topic("NDATA")).isEmpty)
    #expect(bench.reader.status.duplicates == 1)
    _ = bench.take(Self.birth, on: topic("NBIRTH"))
    #expect(!bench.reader.wantsRebirth)

    _ = bench.take(Wire.payload(seq: 1, [Wire.metric(alias: 99, float: 3)]), on: topic("NDATA"))
    #expect(bench.reader.status.unknownAliases == 1)
    #expect(bench.reader.status.needsRebirth)
  }

  @Test func `the sequence runs over from 255 to 0`() throws {
    var bench = try bench()
    _ = bench.take(Self.birth, on: topic("NBIRTH"))
    for message in 1...600 {
      _ = bench.take(
        Wire.payload(seq: UInt64(message % 256), [Wire.metric(alias: 1, float: 1)]), on: topic("NDATA"))
    }
    #expect(bench.reader.status.missing == 0)
    #expect(bench.reader.status.duplicates == 0)
    #expect(bench.reader.status.values == 602)
  }

  @Test func `the node's death takes everything with it, an old will does not`() throws {
    var bench = try bench()
    _ = bench.take(Self.birth, on: topic("NBIRTH"))
    let old = Wire.payload(seq: nil, [Wire.metric(name: "bdSeq", long: 6)])
    #expect(bench.take(old, on: topic("NDEATH")).isEmpty)
    let own = Wire.payload(seq: nil, [Wire.metric(name: "bdSeq", long: 7)])
    let died = bench.take(own, on: topic("NDEATH")).readings
    #expect(died.count == 3)
    #expect(died.values.allSatisfy { $0.quality.defect?.kind == .noData })
    #expect(bench.take(own, on: topic("NDEATH")).isEmpty)
  }

  @Test func `null is missing, and what is historical is not told as news`() throws {
    var bench = try bench()
    _ = bench.take(Self.birth, on: topic("NBIRTH"))
    let null = Wire.payload(seq: 1, [Wire.metric(alias: 1, isNull: true)])
    let reading = try #require(bench.take(null, on: topic("NDATA")).readings["speed"])
    #expect(reading.value == nil && reading.quality.defect?.kind == .invalidMark)
    let past = Wire.payload(seq: 2, [Wire.metric(alias: 1, float: 5, isHistorical: true)])
    #expect(bench.take(past, on: topic("NDATA")).isEmpty)
    #expect(bench.reader.status.outdated == 1)
    #expect(bench.take(Self.birth, on: "spBv1.0/plant/NCMD/line-1").isEmpty)
    #expect(bench.reader.status.unclaimed == 1)
  }
}

/// The protobuf wire format, as far as these tests need it.
enum Wire {
  static func payload(seq: UInt64?, _ metrics: [[UInt8]]) -> [UInt8] {
    var bytes = key(1, 0) + varint(1_767_225_600_000)
    for metric in metrics { bytes += key(2, 2) + varint(UInt64(metric.count)) + metric }
    if let seq { bytes += key(3, 0) + varint(seq) }
    return bytes
  }

  static func metric(
    name: String? = nil, alias: UInt64? = nil, float: Float? = nil, int: UInt64? = nil, long: UInt64? = nil,
    isNull: Bool = false, isHistorical: Bool = false
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    if let name { bytes += key(1, 2) + varint(UInt64(name.utf8.count)) + Array(name.utf8) }
    if let alias { bytes += key(2, 0) + varint(alias) }
    if isHistorical { bytes += key(5, 0) + [1] }
    if isNull { bytes += key(7, 0) + [1] }
    if let int { bytes += key(10, 0) + varint(int) }
    if let long { bytes += key(11, 0) + varint(long) }
    if let float {
      bytes += key(12, 5) + (0..<4).map { UInt8(truncatingIfNeeded: float.bitPattern >> (8 * $0)) }
    }
    return bytes
  }

  private static func key(_ field: UInt64, _ type: UInt64) -> [UInt8] { varint(field << 3 | type) }

  private static func varint(_ value: UInt64) -> [UInt8] {
    var (bytes, rest) = ([UInt8](), value)
    while rest > 127 {
      bytes.append(UInt8(rest & 127) | 128)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}
