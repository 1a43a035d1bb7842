// SPDX-License-Identifier: Apache-2.0

import Condition
import Foundation
import Machine
import TestData
import Testing

/// The gate on real records, none of which is defective: a verdict here is a false one.
@Suite(
  "The gate lets real records through",
  .enabled(if: Record.isPresent, "the records are not in MILLWRIGHT_DATA or ../shared/data"))
struct RecordGateTests {
  static func judge(_ gate: inout ValidityGate, _ record: Record, _ samples: [Float]) -> SensorDefect? {
    let waveform = Waveform(samples, rate: record.rate_Hz, speed: record.speed_rpm)
    return gate.judge(waveform, machineRunning: true)
  }

  /// Every window of a record, through one gate as a point's captures come.
  static func verdicts(_ record: Record, length: Int) -> (windows: Int, defects: [String]) {
    var gate = ValidityGate(plant: WaveformGateTests.plant)
    let windows = record.windows(of: length)
    let defects = windows.enumerated().compactMap { i, window in
      judge(&gate, record, window).map { "\(record.name) window \(i): \($0.kind.rawValue): \($0.evidence)" }
    }
    return (windows.count, defects)
  }

  @Test("Every channel of CWRU's 57 records, in windows and whole", arguments: [2048, 60_000])
  func cwru(length: Int) throws {
    let records = try [Record.driveEnd, Record.fanEnd, Record.base].flatMap { try $0.get() }
    #expect(records.count == 162)
    let found = records.map { Self.verdicts($0, length: length) }
    #expect(found.flatMap(\.defects) == [])
  }

  /// Snapshots whose whole tenth of a second stands 0.23 to 0.65 g off zero, 8 to 20 times the spread of the
  /// other snapshots' means, and is back 20 s later: the amplifier recovers from an overload.
  static let settling = [
    "phm2012/Bearing1_1/0 window 195", "phm2012/Bearing1_1/1 window 200",
    "phm2012/Bearing1_1/1 window 1313", "phm2012/Bearing1_1/1 window 1401",
    "phm2012/Bearing3_1/0 window 11", "phm2012/Bearing3_1/1 window 11",
  ]

  @Test("Each of 7,540 snapshots of PHM 2012's bearings, from new to failure, but for six of a settling bias")
  func phm() throws {
    let records = try Record.bearings.get()
    #expect(records.count == 12)
    let found = records.map { Self.verdicts($0, length: 2560) }
    #expect(found.reduce(0) { $0 + $1.windows } == 7540)
    #expect(found.flatMap(\.defects).map { $0.prefix { $0 != ":" } }.map(String.init) == Self.settling)
    #expect(found.flatMap(\.defects).allSatisfy { $0.contains(": bias: ") })
  }

  @Test("Pressures, flows and vibration of WHUT's pump bench, 34,027 polls at 10 Hz of eight sensors")
  func bench() throws {
    let records = try Record.bench.get()
    #expect(records.count == 40)
    for record in records {
      let name = record.name.split(separator: "/").last ?? ""
      let (role, quantity): (PointRole, Quantity) =
        name.hasPrefix("pre")
        ? (.suctionPressure, .pressure) : name.hasPrefix("vib") ? (.velocityRMS, .velocity) : (.flow, .flow)
      let point = Point(id: PointID(MachineID("P-1"), "x"), role: role, quantity: quantity)
      let pump = Machine(id: MachineID("P-1"), name: "", kind: .pump, points: [point])
      var gate = ValidityGate(plant: Plant(site: "test", machines: [pump]))
      let bad = record.samples.enumerated().count { i, value in
        let time = Double(i) / record.rate_Hz
        let reading = Reading(
          point: point.id, quantity: quantity, value: Double(value),
          stamp: Stamp(received: WallTime(seconds: time), monotonic: MonotonicTime(seconds: time)))
        return gate.judge(reading, machineRunning: true).quality.isBad
      }
      #expect(bad == 0, "\(record.name)")
    }
  }

  /// The fan's sensor ends at 8 g, and at full speed with the heaviest weight the fan does not:
  /// `numpy.abs(x).max()` is 8.0 g there, reached by 8 to 20 samples of one end alone.
  static let clippedFans = ["fan/1-95/0", "fan/1-95/1", "fan/1-100/0", "fan/1-100/1"]

  @Test("UCI's fan at 51 settings, but for the four axes that are cut off at 8 g")
  func fan() throws {
    let records = try Record.fan.get()
    #expect(records.count == 153)
    let found = records.map { Self.verdicts($0, length: 3000) }
    let clipped = found.flatMap(\.defects).map { $0.prefix { $0 != " " } }.map(String.init)
    #expect(clipped == Self.clippedFans)
    #expect(found.flatMap(\.defects).allSatisfy { $0.contains(": clipped: ") })
  }

  @Test("The mean vector of the fan's three axes is one g at every setting, within the error of the mean")
  func gravity() throws {
    let records = try Record.fan.get().filter { !Self.clippedFans.contains($0.name) }
    let point = { PointID(MachineID("P-1"), $0) }
    var layout = SensorLayout()
    layout.triaxial = [.init(x: point("0"), y: point("1"), z: point("2"))]
    var judged = 0
    for setting in Set(records.map { $0.name.dropLast(2) }).sorted() {
      let axes = records.filter { $0.name.dropLast(2) == setting }
      guard axes.count == 3 else { continue }
      var gate = ValidityGate(plant: WaveformGateTests.plant, layout: layout)
      for record in axes {
        var waveform = Waveform(record.samples, rate: record.rate_Hz)
        waveform.point = point(String(record.name.suffix(1)))
        #expect(gate.judge(waveform, machineRunning: true) == nil, "\(record.name)")
      }
      judged += 1
    }
    #expect(judged == 49)
  }
}
