// SPDX-License-Identifier: Apache-2.0

import Foundation
import Machine
import PathLab
import Store
import Testing

/// `millwright analyse` as it is typed. The files are those of `Tests/golden/recordings.py`: a ramp of 40 samples from
/// -0.25 to 0.359375 (peak to peak 0.609375), and its half upside down in the second channel (0.3046875).
@Suite struct AnalyseTests {
  static let golden = FileManager.default.currentDirectoryPath + "/Tests/golden/recordings/"

  struct Reading: Sendable, CustomTestStringConvertible {
    var file: String
    var options: [String] = []
    var channel: String
    var unit: String?
    var rate_Hz = 12800.0
    var count = 40
    var peakToPeak = 0.609375
    var testDescription: String { ([file] + options).joined(separator: " ") }
  }

  static let readings = [
    Reading(
      file: "int16.raw", options: ["--raw", "int16", "--channels", "2", "--rate", "12800"], channel: "1",
      peakToPeak: 78),
    Reading(
      file: "int16.raw",
      options: [
        "--raw", "int16", "--channels", "2", "--column", "2", "--rate", "12800", "--scale", "0.0078125",
      ],
      channel: "2", peakToPeak: 0.3046875),
    Reading(
      file: "float32.raw", options: ["--raw", "float32", "--rate", "5120", "--unit", "g"], channel: "1",
      unit: "g", rate_Hz: 5120),
    Reading(file: "pcm16-two.wav", channel: "1"),
    Reading(file: "pcm16-two.wav", options: ["--column", "2"], channel: "2", peakToPeak: 0.3046875),
    Reading(
      file: "pcm24.wav", options: ["--scale", "10", "--unit", "m/s2"], channel: "1", unit: "m/s2",
      peakToPeak: 6.09375),
    Reading(
      file: "float64.wav", options: ["--from", "0.00078125", "--length", "0.0015625"], channel: "1",
      count: 20,
      peakToPeak: 0.296875),
    Reading(file: "semicolon-comma.csv", channel: "x", unit: "g"),
    Reading(
      file: "semicolon-comma.csv", options: ["--channel", "y"], channel: "y", unit: "g", peakToPeak: 0.3046875
    ),
    Reading(file: "tabs.tsv", channel: "DE"),
    Reading(file: "plain.csv", options: ["--rate", "100"], channel: "1", rate_Hz: 100),
    Reading(file: "packed.npz", channel: "DE", unit: "g", rate_Hz: 12000),
    Reading(
      file: "cwru.npz", options: ["--channel", "FE"], channel: "FE", unit: "g", rate_Hz: 12000,
      peakToPeak: 0.3046875),
    Reading(
      file: "cube.npz", options: ["--row", "3", "--column", "2", "--unit", "mg"], channel: "acc", unit: "mg",
      rate_Hz: 25600, peakToPeak: 0.039),
    Reading(
      file: "fortran.npy", options: ["--column", "2", "--rate", "12800"], channel: "array",
      peakToPeak: 0.3046875),
    Reading(
      file: "packed.mat", options: ["--rate", "12800"], channel: "X105_DE_time", unit: "g"),
    Reading(file: "struct.mat", channel: "bearing.gs", rate_Hz: 48828),
  ]

  @Test(arguments: readings)
  func `a file is read as its options say`(_ reading: Reading) async throws {
    let result = try await Program.run(["analyse", Self.golden + reading.file, "--json"] + reading.options)
    #expect(result.status == 0, "\(result.errors)")
    let page = try JSONDecoder().decode(Page.self, from: Data(result.output.utf8))
    #expect(page.origin.channel == reading.channel)
    #expect(page.origin.unit == reading.unit)
    #expect(page.origin.rate_Hz == reading.rate_Hz)
    #expect(page.origin.sampleCount == reading.count)
    #expect(abs((page.statistics?.peakToPeak ?? .nan) - reading.peakToPeak) < 1e-5 * reading.peakToPeak)
  }

  /// The part of the page that these tests look at.
  struct Page: Decodable {
    struct Origin: Decodable {
      var name, channel: String
      var unit: String?
      var rate_Hz: Double
      var sampleCount: Int
    }
    struct Statistics: Decodable { var peakToPeak: Double }
    struct Speed: Decodable {
      var rpm: Double
      var source: String
    }
    struct Row: Decodable {
      var name, part: String
      var expected_Hz: Double
    }
    struct Cause: Decodable {
      struct Trend: Decodable {
        var name, unit: String
        var times_s, values: [Double]
        var baseline: Double
      }
      var title: String
      var reasons: [String]
      var trend: Trend?
    }
    var origin: Origin
    var statistics: Statistics?
    var speed: Speed?
    var lines: [Row]
    var cause: Cause?
  }

  /// GMF is teeth times shaft speed; BPFO of 9 elements, 7.94 on 39.04 mm, 3.58478 orders (CWRU's table).
  @Test func `what is said of the machine gives its lines`() async throws {
    let folder = try Folder()
    let wave = (0..<51_200).map { "\(sin(Double($0) * 0.05))" }.joined(separator: "\n")
    let file = try folder.write(wave, to: "wave.csv")
    let result = try await Program.run([
      "analyse", file, "--rate", "25600", "--unit", "g", "--json", "--speed", "1500", "--teeth", "21/45",
      "--bearing", "9,7.94,39.04", "--vanes", "6", "--poles", "4", "--bars", "28", "--line-frequency", "50.5",
      "--kind", "motor", "--power", "30", "--rated-speed", "1480", "--support", "rigid",
      "--svg", folder.path + "/page.svg", "--csv", folder.path + "/page.csv",
    ])
    #expect(result.status == 0, "\(result.errors)")
    let page = try JSONDecoder().decode(Page.self, from: Data(result.output.utf8))
    #expect(page.speed?.source == "--speed")
    func expected(_ name: String) -> Double? { page.lines.first { $0.name == name }?.expected_Hz }
    for (name, hertz) in [("GMF", 21 * 25.0), ("BPFO", 3.58478 * 25), ("vane pass", 6 * 25)] {
      #expect(abs((expected(name) ?? 0) - hertz) < 1e-3, "\(name)")
    }
    let svg = try String(contentsOfFile: folder.path + "/page.svg", encoding: .utf8)
    #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"))
    let csv = try String(contentsOfFile: folder.path + "/page.csv", encoding: .utf8)
    #expect(csv.hasPrefix("frequency [Hz],acceleration [g],velocity [mm/s],envelope [g]\n"))
  }

  /// Impacts of an outer race at 107.57 Hz (1797 r/min, 0.17 % beyond 3.58478 orders) that ring at 3 kHz.
  static let capture: [Float] = (0..<16_384).map { i in
    let t = Double(i) / 12_000
    let since = t.truncatingRemainder(dividingBy: 1 / 107.57)
    return Float(30 * exp(-since / 1e-3) * sin(2 * .pi * 3000 * since) + 2 * sin(2 * .pi * 29.95 * t))
  }

  /// A store with two alarms' evidence of one point; the envelope's trend before the newer one.
  private static func store(in folder: Folder, at database: String) async throws {
    let machine = MachineID("P-101")
    let point = PointID(machine, "DE-H")
    func stamp(_ second: Double) -> Stamp {
      Stamp(received: WallTime(seconds: 1_767_225_600 + second), monotonic: MonotonicTime(seconds: second))
    }
    func alarm(_ fault: String, _ title: String, at second: Double) -> Alarm {
      let finding = Finding(
        machine: machine, point: point, subject: .machine, fault: fault, title: title, severity: .warning,
        confidence: 0.9,
        supporting: [
          Evidence(
            "Envelope RMS at DE-H is 9 m/s2, baseline 2 m/s2", quantity: Feature.envelopeRMS.rawValue,
            value: 9,
            reference: 2, unit: "m/s2", source: "the machine's own baseline", weight: 0.5)
        ], confirm: "Listen", action: "Plan the bearing", stamp: stamp(second))
      return Alarm(
        id: "P-101:\(fault)", occurrence: 1, state: .unacknowledged, severity: .warning,
        raised: stamp(second),
        updated: stamp(second), finding: finding)
    }
    let store = try await Store.open(database, now: stamp(0).wall).store
    for (fault, title, second) in [
      ("unbalance", "Unbalance", 60.0), ("bearing-outer-race", "Outer race damage", 600),
    ] {
      let raised = alarm(fault, title, at: second)
      let waveform = Waveform(
        point: point, sampleRate_Hz: 12_000, samples: capture, speed_rpm: 1797, stamp: stamp(second))
      var values = FeatureValues()
      values[.envelopeRMS] = second / 100
      let window = FeatureWindow(
        point: point, stamp: stamp(second), state: OperatingState(motion: .running), values: values,
        lines: [],
        logBands: Array(repeating: 0, count: FeatureWindow.bandCount))
      _ = try await store.commit(
        StoreBatch(
          windows: [window], transitions: [AlarmTransition(alarm: raised, from: .normal, cause: .finding)],
          evidence: [EvidenceRecord(alarm: raised.id, occurrence: 1, waveform: waveform)]))
    }
    try store.close()
  }

  @Test func `a point's newest stored waveform is analysed, with the alarm that it was stored for`()
    async throws
  {
    let folder = try Folder()
    try FileManager.default.createDirectory(atPath: folder.path + "/data", withIntermediateDirectories: true)
    try await Self.store(in: folder, at: folder.path + "/data/millwright.db")
    let site = try CommandTests.site(
      in: folder, points: "- { name: DE-H, role: vibration, from: line-1.node-1.waveform }",
      machine: "bearings: [{ name: DE, designation: SKF 6205-2RS JEM }]")
    let arguments = ["analyse", "P-101/DE-H", "--site", site]
    let result = try await Program.run(arguments + ["--json", "--svg", folder.path + "/page.svg"])
    #expect(result.status == 0, "\(result.errors)")
    let page = try JSONDecoder().decode(Page.self, from: Data(result.output.utf8))
    #expect(page.origin.name == "P-101/DE-H" && page.origin.sampleCount == Self.capture.count)
    #expect(page.speed?.rpm == 1797 && page.speed?.source == "the capture")
    #expect(page.cause?.title == "Outer race damage")
    let trend = try #require(page.cause?.trend)
    #expect(trend.name == "Envelope RMS" && trend.unit == "m/s2" && trend.baseline == 2)
    #expect(trend.times_s == [-540, 0] && trend.values == [0.6, 6])
    let svg = try String(contentsOfFile: folder.path + "/page.svg", encoding: .utf8)
    #expect(svg.contains(">Envelope RMS, m/s²<") && svg.contains(">learned baseline 2.00<"))
    let text = try await Program.run(arguments)
    #expect(text.output.contains("THE ALARM\n  Outer race damage\n"), "\(text.output)")
    let other = try await Program.run(["analyse", "P-101/speed", "--site", site])
    #expect(other.status == 65 && other.errors.contains("holds no evidence of it"), "\(other.errors)")
  }
}
