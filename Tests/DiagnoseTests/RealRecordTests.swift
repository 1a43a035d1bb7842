// SPDX-License-Identifier: Apache-2.0

import Diagnose
import Features
import Foundation
import Machine
import Testing

/// Records of the CWRU bearing data centre at 12 kHz (the normals decimated to it), as the data folder's
/// `cwru/*.npz`, in g. Python reads them: what is tested here is everything behind the file.
struct CWRURecord {
  static let folder: String = {
    let environment = ProcessInfo.processInfo.environment["MILLWRIGHT_DATA"]
    let root = URL(filePath: #filePath).appending(path: "../../../..").standardized
    return (environment ?? root.appending(path: "shared/data").path) + "/cwru"
  }()
  static let isPresent = FileManager.default.fileExists(atPath: folder + "/index.csv")

  var samples: [Float]
  var rate_Hz: Double
  var speed_rpm: Double

  /// All records by name, by the drive-end sensor. One Python process reads them, as starting one takes longer than the test.
  static let all: [String: CWRURecord] = (try? read("DE")) ?? [:]
  /// The same by the fan-end sensor, where there is one, at the other end of the motor: no limit was set on them.
  static let fanEnd: [String: CWRURecord] = (try? read("FE")) ?? [:]

  private static func read(_ sensor: String) throws -> [String: CWRURecord] {
    let script = """
      import glob, os, sys, numpy as np
      for path in sorted(glob.glob(sys.argv[1] + '/*.npz')):
          z = np.load(path)
          s = sys.argv[2]
          if s not in z: continue
          x = (z[s] * (float(z[s + '_scale']) if s + '_scale' in z else 1.0) * 9.80665).astype('<f4')
          name = os.path.basename(path)[:-4].ljust(64).encode()
          sys.stdout.buffer.write(name + np.array([z['fs'], z['rpm'], x.size], '<f4').tobytes() + x.tobytes())
      """
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script, folder, sensor]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    var rest = output.fileHandleForReading.readDataToEndOfFile()[...]
    process.waitUntilExit()
    var records: [String: CWRURecord] = [:]
    func floats(_ count: Int) -> [Float] {
      defer { rest = rest.dropFirst(4 * count) }
      return unsafe rest.prefix(4 * count).withUnsafeBytes { raw in
        (0..<count).map { unsafe raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
      }
    }
    while rest.count >= 76 {
      let name = String(decoding: rest.prefix(64), as: UTF8.self).trimmingCharacters(in: .whitespaces)
      rest = rest.dropFirst(64)
      let head = floats(3)
      records[name] = CWRURecord(
        samples: floats(Int(head[2])), rate_Hz: Double(head[0]), speed_rpm: Double(head[1]))
    }
    return records
  }

  /// Bearing faults named after each of the record's windows of so many samples.
  func diagnose(_ count: Int = 16_384) -> [[String]] {
    var diagnostician = Diagnostician(machine: CWRURecord.motor, models: Classics.all)
    return windows(count).map { features in
      let window = MachineWindow(
        machine: CWRURecord.motor.id, stamp: features.stamp, state: features.state, vibration: [features])
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
        point: PointID(CWRURecord.motor.id, "DE-H"), sampleRate_Hz: rate_Hz,
        samples: Array(samples[i * count..<(i + 1) * count]), speed_rpm: hasSpeed ? speed_rpm : nil,
        stamp: stamp(10 * Double(i + 1)))
      return extractor.extract(
        waveform, of: CWRURecord.motor, speed_rpm: nil, state: OperatingState(motion: .running))
    }
  }
}

/// What windows name, against what is damaged.
struct RaceTally {
  var right = 0, silent = 0
  var wrong: [String] = []

  init(_ records: [String: CWRURecord], _ count: Int, hasSpeed: Bool = true) {
    for (file, record) in records {
      let name = file.replacing("12k_Drive_End_", with: "")
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
  .enabled(if: CWRURecord.isPresent, "the CWRU records are not in MILLWRIGHT_DATA or ../shared/data"))
struct RealRecordTests {
  @Test(
    "Outer and inner race damage is named right at every load",
    arguments: [
      ("12k_Drive_End_OR007@6_0_130", "bearing-outer-race"),
      ("12k_Drive_End_OR007@6_1_131", "bearing-outer-race"),
      ("12k_Drive_End_OR007@6_2_132", "bearing-outer-race"),
      ("12k_Drive_End_OR007@6_3_133", "bearing-outer-race"),
      ("12k_Drive_End_OR007@3_0_144", "bearing-outer-race"),
      ("12k_Drive_End_OR007@12_3_160", "bearing-outer-race"),
      ("12k_Drive_End_OR021@6_0_234", "bearing-outer-race"),
      ("12k_Drive_End_OR021@3_2_248", "bearing-outer-race"),
      ("12k_Drive_End_IR007_0_105", "bearing-inner-race"),
      ("12k_Drive_End_IR007_1_106", "bearing-inner-race"),
      ("12k_Drive_End_IR007_2_107", "bearing-inner-race"),
      ("12k_Drive_End_IR007_3_108", "bearing-inner-race"),
      ("12k_Drive_End_IR014_0_169", "bearing-inner-race"),
      ("12k_Drive_End_IR021_3_212", "bearing-inner-race"),
    ])
  func races(record: String, fault: String) throws {
    let heard = try #require(CWRURecord.all[record]).diagnose()
    #expect(heard.count >= 7)
    #expect(heard.last == [fault])
    #expect(heard.allSatisfy { $0.isEmpty || $0 == [fault] })
  }

  @Test(
    "Sound bearings and ball damage that classic lines cannot show raise no bearing alarm",
    arguments: [
      "normal_0_97_12kdec", "normal_0_97_48k", "normal_1_98_12kdec", "normal_2_99_12kdec",
      "normal_3_100_12kdec",
      "12k_Drive_End_B007_0_118", "12k_Drive_End_B007_1_119", "12k_Drive_End_B007_2_120",
      "12k_Drive_End_B007_3_121",
    ])
  func silent(record: String) throws {
    let heard = try #require(CWRURecord.all[record]).diagnose()
    #expect(heard.count >= 3 && heard.allSatisfy(\.isEmpty))
  }

  @Test("Every record through the daemon's rules: 36 of 40 races named, none wrong, the rest silent")
  func everyRecord() {
    var silent: [String] = []
    var right = 0
    for (file, record) in CWRURecord.all {
      let name = file.replacing("12k_Drive_End_", with: "")
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
  func windows() {
    let tally = RaceTally(CWRURecord.all, 16_384)
    #expect(tally.wrong == [] && tally.right == 252 && tally.silent == 0)
  }

  @Test("By the sensor at the other end of the motor 194 windows of 252 or more are right, and none is wrong")
  func fanEnd() {
    let tally = RaceTally(CWRURecord.fanEnd, 16_384)
    #expect(tally.wrong == [] && tally.right >= 194)
    let heard = CWRURecord.fanEnd.filter {
      $0.key.contains("R0") && $0.value.diagnose().last?.isEmpty == false
    }
    #expect(heard.count >= 29)
  }

  /// By the limits of short windows eleven of these would be wrong, three of them of sound bearings.
  @Test(
    "Windows of 100 turns are judged as a whole: all race damage but OR014 right, none wrong, at either sensor"
  )
  func longWindows() {
    let tally = RaceTally(CWRURecord.all, 50_000)
    #expect(tally.wrong == [] && tally.right == 72 && tally.silent == 0)
    let fanEnd = RaceTally(CWRURecord.fanEnd, 50_000)
    #expect(fanEnd.wrong == [] && fanEnd.right >= 53)
  }

  @Test(
    "With the speed left to the spectrum whole records name 35 races of 36 or more, none wrongly, and say so")
  func estimatedSpeed() throws {
    let tally = RaceTally(
      CWRURecord.all.filter { $0.value.samples.count < 200_000 }, 120_000, hasSpeed: false)
    #expect(tally.wrong == [] && tally.right >= 35)
    let record = try #require(CWRURecord.all["12k_Drive_End_OR007@6_0_130"])
    var diagnostician = Diagnostician(machine: CWRURecord.motor, models: Classics.all)
    var findings: [Finding] = []
    for features in record.windows(16_384, hasSpeed: false) {
      findings = diagnostician.diagnose(
        MachineWindow(
          machine: CWRURecord.motor.id, stamp: features.stamp, state: features.state, vibration: [features]))
    }
    let finding = try #require(findings.first { $0.fault == "bearing-outer-race" && $0.isAssessable })
    #expect(finding.supporting.contains { $0.statement.hasPrefix("Shaft speed is estimated") })
  }
}
