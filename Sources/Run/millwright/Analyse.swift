// SPDX-License-Identifier: Apache-2.0

import Agent
import Analysis
import ArgumentParser
import Foundation
import Machine
import Recordings
import Store

/// `millwright analyse`
struct Analyse: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Analyse a recorded waveform: statistics, spectra, bearing and machine lines, what is wrong.",
    discussion: """
      Reads WAV, CSV, .npz, .npy, MATLAB v5 .mat, bare int16 or float32 samples, the newest stored evidence of a
      point such as P-101/DE-H, or the evidence that an alarm message names, like evidence:42. What the file does not say (rate, unit, speed) is given by options; nothing is guessed.

      EXAMPLES
        millwright analyse 12k_Drive_End_OR007@6_0_130.npz --bearing 'SKF 6205-2RS JEM' --svg page.svg
        millwright analyse 105.mat --rate 12000 --bearing 'SKF 6205-2RS JEM'
        millwright analyse pump.wav --unit g --scale 50 --speed 1480 --bearing 9,7.94,39.04,0
        millwright analyse log.csv --channel z --unit m/s2 --site site.yaml --machine P-101
        millwright analyse P-101/DE-H --site site.yaml --json
        millwright analyse evidence:42 --site site.yaml
      """)
  @Argument(help: "The file, the point as MACHINE/POINT, or evidence:N.") var source: String
  @OptionGroup(title: "Reading") var reading: AnalyseReading
  @OptionGroup(title: "The machine") var about: AnalyseMachine
  @Flag(help: "Print JSON.") var json = false
  @Option(help: "Write the spectra to this CSV file.") var csv: String?
  @Option(help: "Write the page to this SVG file.") var svg: String?

  func validate() throws {
    if FileManager.default.fileExists(atPath: source) { return }
    guard Analyse.point(source) != nil || Analyse.evidenceNumber(source) != nil else {
      throw ValidationError("\(source) is neither a file here nor a point like P-101/DE-H")
    }
    if let option = reading.given {
      throw ValidationError(
        "\(option) goes with a file; \(source) is none here, and a point's waveform is whole")
    }
  }

  func run() async throws {
    let page = try await reporting {
      do {
        return try await analysis()
      } catch let error as RecordingError {
        throw AgentError.unreadable(file: source, reason: "\(error)")
      }
    }
    if json {
      try printJSON(page)
    } else {
      print(page.text(width: Terminal.width), terminator: "")
    }
    try await reporting {
      if let csv { try save(csv) { try page.csv($0) } }
      if let svg { try save(svg) { try $0(page.svg()) } }
    }
  }

  private func save(_ path: String, _ write: ((String) throws -> Void) throws -> Void) throws {
    guard FileManager.default.createFile(atPath: path, contents: nil),
      let handle = FileHandle(forWritingAtPath: path)
    else { throw AgentError.storage("\(path): cannot be written") }
    do {
      try write { try handle.write(contentsOf: Data($0.utf8)) }
      try handle.close()
    } catch { throw AgentError.storage("\(path): \(error.localizedDescription)") }
  }

  private func analysis() async throws -> Analysis {
    if FileManager.default.fileExists(atPath: source) { return try file() }
    let site = try about.siteFile()
    if let number = Analyse.evidenceNumber(source) {
      return try page(of: try await StoredEvidence.numbered(number, in: site))
    }
    guard let point = Analyse.point(source) else {
      throw AgentError.unreadable(file: source, reason: "there is no such file")
    }
    return try page(of: try await StoredEvidence.newest(of: point, in: site))
  }

  /// The number in `evidence:42`.
  private static func evidenceNumber(_ text: String) -> Int64? {
    text.hasPrefix("evidence:") ? Int64(text.dropFirst("evidence:".count)) : nil
  }

  /// Points have one slash and no dot in their names; files mostly have.
  private static func point(_ text: String) -> PointID? {
    guard let point = PointID(parsing: text), !text.contains("."), !point.machine.rawValue.contains("/")
    else {
      return nil
    }
    return point
  }

  private func file() throws -> Analysis {
    let record = try Recordings.Recording.read(source, reading.selection())
    let unit = record.unit.flatMap { Unit.named($0, for: .acceleration) }
    var notes = record.notes
    if unit == nil {
      notes.append(
        record.unit.map { "'\($0)' is not a unit of acceleration; say --unit g or --unit m/s2" }
          ?? "the file does not say its unit; say --unit g or --unit m/s2 for velocities and severity")
    }
    let machine = try about.described()
    let speed =
      about.speed.map { Analysis.Speed(rpm: $0, source: "--speed") }
      ?? record.speed_rpm.map { Analysis.Speed(rpm: $0, source: "the file") }
    let waveform = Waveform(
      point: PointID(machine.id, record.channel), sampleRate_Hz: record.rate_Hz,
      samples: unit.map { unit in record.samples.map { Float(unit.canonical(Double($0))) } }
        ?? record.samples,
      stamp: Stamp(received: WallTime(nanoseconds: 0), monotonic: MonotonicTime(nanoseconds: 0)))
    let origin = Analysis.Origin(
      name: URL(fileURLWithPath: source).lastPathComponent, channel: record.channel,
      channels: record.channels,
      unit: unit?.symbol, rate_Hz: record.rate_Hz, sampleCount: record.samples.count, notes: notes)
    return Analysis(
      of: waveform, from: origin, machine: machine, speed: speed,
      speedSignal: try reading.speedSignal(in: source))
  }

  private func page(of stored: StoredEvidence) throws -> Analysis {
    let waveform = stored.record.waveform
    let point = waveform.point
    let speed =
      about.speed.map { Analysis.Speed(rpm: $0, source: "--speed") }
      ?? waveform.speed_rpm.map { Analysis.Speed(rpm: $0, source: "the capture") }
    let origin = Analysis.Origin(
      name: "\(point)", channel: point.name, unit: Unit.metresPerSecondSquared.symbol,
      rate_Hz: waveform.sampleRate_Hz, sampleCount: waveform.samples.count,
      notes: [
        "evidence of \(stored.record.alarm), occurrence \(stored.record.occurrence), taken at \(Int(waveform.stamp.wall.seconds)) (Unix time)"
      ])
    var page = Analysis(
      of: waveform, from: origin, machine: try about.described(stored.machine), speed: speed)
    page.cause = stored.cause
    return page
  }
}

/// The terminal that standard output may be.
private enum Terminal {
  /// Its columns; `COLUMNS` decides where it says so, and 100 where there is no terminal.
  static var width: Int {
    if let text = ProcessInfo.processInfo.environment["COLUMNS"], let columns = Int(text), columns > 0 {
      return columns
    }
    var size = winsize()
    // SAFETY: the kernel writes one winsize for this request; `size` outlives the call.
    let answer = unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size)
    return answer == 0 && size.ws_col > 0 ? Int(size.ws_col) : 100
  }
}
