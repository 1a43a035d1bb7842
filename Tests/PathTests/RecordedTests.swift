// SPDX-License-Identifier: Apache-2.0

import Agent
import Firmware
import Foundation
import Machine
import PathLab
import Simulation
import Store
import Testing

/// Real bearings through the whole path, at the rates at which they were recorded.
@Suite struct RecordedTests {
  static let hasData = FileManager.default.fileExists(atPath: RecordedMachine.dataFolder + "/cwru")

  static let rig = Machine(
    id: MachineID("CWRU"), name: "CWRU rig", kind: .motor, ratedPower_kW: 1.5, ratedSpeed_rpm: 1797,
    support: .rigid,
    bearings: [
      Bearing(
        name: "DE", designation: "SKF 6205-2RS JEM", rollingElements: 9, elementDiameter_mm: 7.940,
        pitchDiameter_mm: 39.040, source: "CWRU Bearing Data Center")
    ],
    points: [
      Point(
        id: PointID(MachineID("CWRU"), "DE"), role: .vibration, quantity: .acceleration,
        direction: .vertical, bearing: "DE")
    ])

  /// Faults that the path names in one record, cut into windows of 16,384 samples.
  static func faults(in file: String) throws -> Set<String> {
    let source = try RecordedMachine(cwru: RecordedMachine.dataFolder + "/cwru/" + file, id: "CWRU")
    var path = PlantPath(plant: Plant(site: "lab", machines: [rig]), knowledge: shippedKnowledge)
    var named: Set<String> = []
    for index in 0..<7 {
      let stamp = Stamp(
        received: WallTime(seconds: 1e9 + Double(index) * 60),
        monotonic: MonotonicTime(seconds: Double(index) * 60))
      guard let samples = source.waveform(index, count: 16_384) else { break }
      let waveform = Waveform(
        point: PointID(rig.id, "DE"), sampleRate_Hz: source.sampleRate_Hz, samples: samples,
        speed_rpm: source.speed_rpm, stamp: stamp)
      let batch = path.advance([.waveform(waveform)], at: stamp)
      for transition in batch.transitions where transition.alarm.state == .unacknowledged {
        named.insert(transition.alarm.finding.fault)
      }
    }
    return named
  }

  @Test(
    "A damaged race of a real bearing is named, and only that",
    .enabled(if: hasData, "the CWRU records are not there: set MILLWRIGHT_DATA"),
    arguments: [
      ("12k_Drive_End_OR007@6_0_130.npz", "bearing-outer-race"),
      ("12k_Drive_End_OR007@6_1_131.npz", "bearing-outer-race"),
      ("12k_Drive_End_OR007@6_2_132.npz", "bearing-outer-race"),
      ("12k_Drive_End_OR007@6_3_133.npz", "bearing-outer-race"),
      ("12k_Drive_End_IR007_0_105.npz", "bearing-inner-race"),
      ("12k_Drive_End_IR007_1_106.npz", "bearing-inner-race"),
      ("12k_Drive_End_IR007_2_107.npz", "bearing-inner-race"),
      ("12k_Drive_End_IR007_3_108.npz", "bearing-inner-race"),
    ])
  func race(file: String, fault: String) async throws {
    let bearing = try await OwnThread.lab.run { try Self.faults(in: file) }.filter {
      $0.hasPrefix("bearing-")
    }
    #expect(bearing == [fault])
  }

  @Test(
    "Healthy bearings and the 7 mil ball records raise no bearing alarm",
    .enabled(if: hasData, "the CWRU records are not there: set MILLWRIGHT_DATA"),
    arguments: [
      "normal_0_97_12kdec.npz", "normal_1_98_12kdec.npz", "normal_2_99_12kdec.npz", "normal_3_100_12kdec.npz",
      "12k_Drive_End_B007_0_118.npz", "12k_Drive_End_B007_1_119.npz", "12k_Drive_End_B007_2_120.npz",
      "12k_Drive_End_B007_3_121.npz",
    ])
  func silent(file: String) async throws {
    let named = try await OwnThread.lab.run { try Self.faults(in: file) }
    #expect(named.filter { $0.hasPrefix("bearing-") }.isEmpty)
  }
}
