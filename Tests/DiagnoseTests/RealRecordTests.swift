// SPDX-License-Identifier: Apache-2.0

import Diagnose
import Features
import Machine
import TestData
import Testing

extension Record {
  /// Bearing faults named after each of the record's windows of so many samples.
  func diagnose(_ count: Int = 16_384) -> [[String]] {
    var diagnostician = Diagnostician(machine: Record.motor, models: Classics.all)
    return windows(count).map { features in
      let window = MachineWindow(
        machine: Record.motor.id, stamp: features.stamp, state: features.state, vibration: [features])
      return named(diagnostician.diagnose(window)).filter { $0.hasPrefix("bearing") }
    }
  }

  static let motor: Machine = {
    var machine = specimen(.motor)
    (machine.lineFrequency_Hz, machine.poleCount) = (60, 4)
    machine.points = [
      Point(
        id: PointID(machine.id, "DE-H"), role: .vibration, quantity: .acceleration, direction: .horizontal,
        bearing: "DE")
    ]
    return machine
  }()

  /// The features of each of the record's windows; with `hasSpeed` false the speed is left to the spectrum.
  func windows(_ count: Int, hasSpeed: Bool = true) -> [FeatureWindow] {
    var extractor = FeatureExtractor()
    return (0..<samples.count / count).map { i in
      let waveform = Waveform(
        point: PointID(Record.motor.id, "DE-H"), sampleRate_Hz: rate_Hz,
        samples: Array(samples[i * count..<(i + 1) * count]), speed_rpm: hasSpeed ? speed_rpm : nil,
        stamp: stamp(10 * Double(i + 1)))
      return extractor.extract(
        waveform, of: Record.motor, speed_rpm: nil, state: OperatingState(motion: .running))
    }
  }
}

/// What windows name, against what is damaged.
struct RaceTally {
  var right = 0, silent = 0
  var wrong: [String] = []

  init(_ records: [Record], _ count: Int, hasSpeed: Bool = true) {
    for record in records {
      let name = record.name
      let truth: BearingLine? = name.hasPrefix("OR") ? .outerRace : name.hasPrefix("IR") ? .innerRace : nil
      for window in record.windows(count, hasSpeed: hasSpeed) {
        switch window.namedLine?.line {
        case nil: silent += truth == nil || name.hasPrefix("OR014") ? 0 : 1
        case truth: right += 1
        case let line?: wrong.append("\(name): \(line)")
        }
      }
    }
  }
}

@Suite(
  "Real bearings (CWRU)",
  .enabled(if: Record.isPresent, "the CWRU records are not in MILLWRIGHT_DATA or ../shared/data"))
struct RealRecordTests {
  @Test(
    "Outer and inner race damage is named right at every load",
    arguments: [
      ("OR007@6_0_130", "bearing-outer-race"),
      ("OR007@6_1_131", "bearing-outer-race"),
      ("OR007@6_2_132", "bearing-outer-race"),
      ("OR007@6_3_133", "bearing-outer-race"),
      ("OR007@3_0_144", "bearing-outer-race"),
      ("OR007@12_3_160", "bearing-outer-race"),
      ("OR021@6_0_234", "bearing-outer-race"),
      ("OR021@3_2_248", "bearing-outer-race"),
      ("IR007_0_105", "bearing-inner-race"),
      ("IR007_1_106", "bearing-inner-race"),
      ("IR007_2_107", "bearing-inner-race"),
      ("IR007_3_108", "bearing-inner-race"),
      ("IR014_0_169", "bearing-inner-race"),
      ("IR021_3_212", "bearing-inner-race"),
    ])
  func races(record: String, fault: String) throws {
    let heard = try #require(Record.driveEnd.get().first { $0.name == record }).diagnose()
    #expect(heard.count >= 7)
    #expect(heard.last == [fault])
    #expect(heard.allSatisfy { $0.isEmpty || $0 == [fault] })
  }

  @Test(
    "Sound bearings and ball damage that classic lines cannot show raise no bearing alarm",
    arguments: [
      "normal_0_97_12kdec", "normal_0_97_48k", "normal_1_98_12kdec", "normal_2_99_12kdec",
      "normal_3_100_12kdec",
      "B007_0_118", "B007_1_119", "B007_2_120",
      "B007_3_121",
    ])
  func silent(record: String) throws {
    let heard = try #require(Record.driveEnd.get().first { $0.name == record }).diagnose()
    #expect(heard.count >= 3 && heard.allSatisfy(\.isEmpty))
  }

  @Test("Every record through the daemon's rules: 36 of 40 races named, none wrong, the rest silent")
  func everyRecord() throws {
    var silent: [String] = []
    var right = 0
    for record in try Record.driveEnd.get() {
      let name = record.name
      let truth: String? =
        switch name.first {
        case "O": "bearing-outer-race"
        case "I": "bearing-inner-race"
        case "B": "bearing-rolling-element"
        default: nil
        }
      let heard = record.diagnose()
      #expect(heard.allSatisfy { $0.allSatisfy { $0 == truth } }, "\(name): \(heard)")
      if heard.last != truth.map({ [$0] }) { silent.append(name) } else if name.first != "B" { right += 1 }
    }
    #expect(right == 36)
    #expect(
      silent.filter { "OI".contains($0.prefix(1)) }.sorted() == [
        "OR014@6_0_197", "OR014@6_1_198", "OR014@6_2_199", "OR014@6_3_200",
      ])
  }

  @Test("Window by window: every window of race damage but OR014 is right, and none is wrong")
  func windows() throws {
    let tally = try RaceTally(Record.driveEnd.get(), 16_384)
    #expect(tally.wrong == [] && tally.right == 252 && tally.silent == 0)
  }

  @Test("By the sensor at the other end of the motor 194 windows of 252 or more are right, and none is wrong")
  func fanEnd() throws {
    let tally = try RaceTally(Record.fanEnd.get(), 16_384)
    #expect(tally.wrong == [] && tally.right >= 194)
    let heard = try Record.fanEnd.get().filter {
      $0.name.contains("R0") && $0.diagnose().last?.isEmpty == false
    }
    #expect(heard.count >= 29)
  }

  /// By the limits of short windows eleven of these would be wrong, three of them of sound bearings.
  @Test(
    "Windows of 100 turns are judged as a whole: all race damage but OR014 right, none wrong, at either sensor"
  )
  func longWindows() throws {
    let tally = try RaceTally(Record.driveEnd.get(), 50_000)
    #expect(tally.wrong == [] && tally.right == 72 && tally.silent == 0)
    let fanEnd = try RaceTally(Record.fanEnd.get(), 50_000)
    #expect(fanEnd.wrong == [] && fanEnd.right >= 53)
  }

  @Test(
    "With the speed left to the spectrum whole records name 35 races of 36 or more, none wrongly, and say so")
  func estimatedSpeed() throws {
    let tally = try RaceTally(
      Record.driveEnd.get().filter { $0.samples.count < 200_000 }, 120_000, hasSpeed: false)
    #expect(tally.wrong == [] && tally.right >= 35)
    let record = try #require(Record.driveEnd.get().first { $0.name == "OR007@6_0_130" })
    var diagnostician = Diagnostician(machine: Record.motor, models: Classics.all)
    var findings: [Finding] = []
    for features in record.windows(16_384, hasSpeed: false) {
      findings = diagnostician.diagnose(
        MachineWindow(
          machine: Record.motor.id, stamp: features.stamp, state: features.state, vibration: [features]))
    }
    let finding = try #require(findings.first { $0.fault == "bearing-outer-race" && $0.isAssessable })
    #expect(finding.supporting.contains { $0.statement.hasPrefix("Shaft speed is estimated") })
  }
}
