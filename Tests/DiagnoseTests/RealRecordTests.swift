// SPDX-License-Identifier: Apache-2.0

import Diagnose
import Features
import Machine
import TestData
import Testing

extension Record {
  /// Bearing faults named after each of the record's windows of 16,384 samples.
  func diagnose() -> [[String]] {
    var machine = specimen(.motor)
    machine.points = [
      Point(
        id: PointID(machine.id, "DE-H"), role: .vibration, quantity: .acceleration, direction: .horizontal,
        bearing: "DE")
    ]
    var extractor = FeatureExtractor()
    var diagnostician = Diagnostician(machine: machine)
    let state = OperatingState(motion: .running)
    return (0..<samples.count / 16_384).map { i in
      let now = stamp(10 * Double(i + 1))
      let waveform = Waveform(
        point: PointID(machine.id, "DE-H"), sampleRate_Hz: rate_Hz,
        samples: Array(samples[i * 16_384..<(i + 1) * 16_384]), speed_rpm: speed_rpm, stamp: now)
      let features = extractor.extract(waveform, of: machine, speed_rpm: nil, state: state)
      let window = MachineWindow(machine: machine.id, stamp: now, state: state, vibration: [features])
      return named(diagnostician.diagnose(window)).filter { $0.hasPrefix("bearing") }
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
}
