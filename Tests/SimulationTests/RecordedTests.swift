// SPDX-License-Identifier: Apache-2.0

import Firmware
import Foundation
import Simulation
import Testing

@Suite("Recordings of real machines are read as numpy reads them")
struct RecordedTests {
  private static var folder: String { RecordedMachine.dataFolder }

  // numpy: x = z['DE'] * float(z['DE_scale']) * 9.80665; x[[0, 1, 12345, -1]], std, fs, rpm
  @Test(
    "CWRU: integers with a scale, and floats",
    arguments: [
      (
        "12k_Drive_End_OR007@6_0_130", 121_991,
        [0.08362958441616765, 4.15360269266966, 13.253297949381237, -1.0075373741566864], 6.561673519037527
      ),
      (
        "normal_0_97_12kdec", 60_985,
        [0.5488917003136128, 0.14897365995831788, 0.32819201685898003, -0.1090446591465734],
        0.6939700168737414
      ),
    ])
  func cwru(name: String, count: Int, values: [Double], deviation: Double) throws {
    var machine = try RecordedMachine(cwru: "\(Self.folder)/cwru/\(name).npz", id: "C")
    #expect(machine.samples.count == count)
    #expect(machine.sampleRate_Hz == 12_000)
    #expect(machine.speed_rpm == 1796)
    for (i, value) in zip([0, 1, 12_345, count - 1], values) {
      #expect(abs(Double(machine.samples[i]) - value) < 1e-6 * abs(value))
    }
    #expect(abs(Measure.rms(machine.samples) / deviation - 1) < 1e-6)
    // Successive captures, and from the beginning again.
    let first = machine.capture(at: 0, channel: .driveEndHorizontal)
    #expect(first.samples == Array(machine.samples[0..<12_000]))
    for _ in 1..<machine.captureCount { _ = machine.capture(at: 0, channel: .driveEndHorizontal) }
    #expect(machine.capture(at: 0, channel: .driveEndHorizontal).samples == first.samples)
    #expect(machine.waveform(machine.captureCount, count: 12_000) == nil)
  }

  // zcat skab/valve1/0.csv.gz | sed -n 2p, in g, A, bar, degC, V, l/min
  @Test("SKAB: rows with units and labels")
  func skab() throws {
    let loop = try RecordedTelemetry(skab: "\(Self.folder)/skab/valve1/0.csv.gz")
    let row = loop.rows[0]
    #expect(row.unix_s == 1_583_748_873)  // date -u -d '2020-03-09 10:14:33' +%s
    let expected = [
      0.0265878 * 9.80665, 0.0401113 * 9.80665, 1.3302, 0.054711, 79.3366, 26.0199, 233.062, 1.92,
    ]
    for (value, wanted) in zip(row.values, expected) { #expect(abs(value - wanted) < 1e-9) }
    #expect(!row.isAnomalous)
    // zcat ... | awk -F';' '$10 == "1.0"' | wc -l
    #expect(loop.rows.filter(\.isAnomalous).count == 401)
  }

  @Test(
    "A file that is missing, cut off, or something else is named with the reason",
    arguments: [
      ("missing", nil, "cannot be read"), ("folder", nil, "not a file"),
      ("text", Data("not a zip file, but long enough to look".utf8), "npz: byte 39: no directory at the end"),
      (
        "cut", Data([0x50, 0x4B, 0x03, 0x04] + [UInt8](repeating: 7, count: 300)),
        "npz: byte 304: no directory at the end"
      ),
    ] as [(String, Data?, String)])
  func damaged(name: String, data: Data?, reason: String) throws {
    let folder = NSTemporaryDirectory() + "sim-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = name == "folder" ? folder : "\(folder)/\(name).npz"
    if let data { try data.write(to: URL(fileURLWithPath: path)) }
    let error = #expect(throws: FirmwareError.self) { try RecordedMachine(cwru: path, id: "C") }
    #expect("\(try #require(error))".hasPrefix("\(path): \(reason)"))
  }

  @Test("Every record cut short at any quarter is refused, not read wrong")
  func truncated() throws {
    let whole = try Data(contentsOf: URL(fileURLWithPath: "\(Self.folder)/cwru/normal_0_97_12kdec.npz"))
    let path = NSTemporaryDirectory() + "sim-\(UUID().uuidString).npz"
    defer { try? FileManager.default.removeItem(atPath: path) }
    for quarter in 0..<4 {
      try whole.prefix(whole.count * quarter / 4).write(to: URL(fileURLWithPath: path))
      #expect(throws: FirmwareError.self) { try RecordedMachine(cwru: path, id: "C") }
    }
  }
}
