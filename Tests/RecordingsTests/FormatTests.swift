// SPDX-License-Identifier: Apache-2.0

import Foundation
import Recordings
import Testing

/// The folder that `Tests/golden/recordings.py` fills with NumPy, SciPy and Python's wave module.
let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .appending(path: "golden/recordings")

/// What stands in every one of those files.
let ramp = (0..<40).map { Float($0) / 64 - 0.25 }

func file(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: golden.appending(path: name))) }

func read(_ name: String, _ change: (inout Recording.Selection) -> Void = { _ in }) throws -> Recording {
  var selection = Recording.Selection()
  change(&selection)
  return try Recording.read(golden.appending(path: name).path, selection)
}

func isClose(_ a: [Float], _ b: [Float], _ tolerance: Float = 1e-6) -> Bool {
  a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance }
}

@Suite("Recordings: formats, against files that Python wrote") struct FormatTests {
  @Test(
    "WAV of every sample format is its ramp, as shares of full scale",
    arguments: [
      "pcm8.wav", "pcm16-two.wav", "pcm24.wav", "pcm32.wav", "float32.wav", "float64.wav", "extensible.wav",
    ])
  func wave(name: String) throws {
    let record = try read(name)
    #expect(record.rate_Hz == 12_800)
    #expect(record.unit == nil)
    #expect(record.samples == ramp)
  }

  @Test("The second channel of a WAV is another, scaled as asked")
  func second() throws {
    let record = try read("pcm16-two.wav") { ($0.column, $0.scale, $0.unit) = (2, 10, "g") }
    #expect(record.channels == ["1", "2"])
    #expect(isClose(record.samples, ramp.map { $0 * -5 }))
    #expect(record.unit == "g")
  }

  @Test("A part is cut by seconds") func part() throws {
    let record = try read("float32.wav") { ($0.from_s, $0.length_s) = (10.0 / 12_800, 5.0 / 12_800) }
    #expect(record.samples == Array(ramp[10..<15]))
  }

  @Test("CWRU's npz gives scale, rate, speed and g", arguments: ["cwru.npz", "packed.npz"])
  func npz(name: String) throws {
    let record = try read(name)
    #expect(record.channel == "DE" && record.channels == ["DE", "FE"])
    #expect(record.rate_Hz == 12_000 && record.speed_rpm == 1797 && record.unit == "g")
    #expect(isClose(record.samples, ramp))
    #expect(isClose(try read(name) { $0.channel = "fe" }.samples, ramp.map { -$0 / 2 }))
  }

  @Test("A three-dimensional array is cut by row and column, time in the middle")
  func cube() throws {
    let record = try read("cube.npz") { ($0.row, $0.column) = (3, 2) }
    #expect(isClose(record.samples, (0..<40).map { -2 - Float($0) / 1000 }))
    #expect(record.unit == nil && record.rate_Hz == 25_600)
    #expect(throws: RecordingError.noPlace(axis: "row", index: 4, count: 3, array: "acc")) {
      try read("cube.npz") { $0.row = 4 }
    }
  }

  @Test("A big-endian array in Fortran order is read along its longer axis") func fortran() throws {
    let record = try read("fortran.npy") { ($0.rate_Hz, $0.column) = (5000, 2) }
    #expect(record.samples == ramp.map { -$0 / 2 })
  }

  @Test("CWRU's .mat, packed or not, needs a rate and has the rest", arguments: ["plain.mat", "packed.mat"])
  func matlab(name: String) throws {
    #expect(throws: RecordingError.noRate) { try read(name) }
    let record = try read(name) { $0.rate_Hz = 12_000 }
    #expect(record.channel == "X105_DE_time" && record.channels == ["X105_DE_time", "X105_FE_time"])
    #expect(record.speed_rpm == 1797 && record.unit == "g")
    #expect(record.samples == ramp)
    #expect(try read(name) { ($0.rate_Hz, $0.channel) = (12_000, "FE") }.samples == ramp.map { -$0 / 2 })
  }

  @Test("Fields of a structure and vectors of integers are channels too") func structure() throws {
    let record = try read("struct.mat")
    #expect(record.channel == "bearing.gs" && record.rate_Hz == 48_828 && record.samples == ramp)
    let integers = try read("integers.mat") { $0.scale = 1.0 / 64 }
    #expect(integers.samples == ramp && integers.rate_Hz == 5120)
  }

  @Test("Semicolons, decimal commas, a comment and a time column") func semicolons() throws {
    let record = try read("semicolon-comma.csv")
    #expect(record.channels == ["Zeit", "x", "y"] && record.channel == "x" && record.unit == "g")
    #expect(abs(record.rate_Hz - 12_800) < 0.1)
    #expect(record.samples == ramp)
    #expect(isClose(try read("semicolon-comma.csv") { $0.channel = "y" }.samples, ramp.map { -$0 / 2 }))
    #expect(isClose(try read("semicolon-comma.csv") { $0.column = 3 }.samples, ramp.map { -$0 / 2 }))
  }

  @Test("One bare column with CR LF needs a rate; tabs and milliseconds bring it") func columns() throws {
    #expect(throws: RecordingError.noRate) { try read("plain.csv") }
    #expect(try read("plain.csv") { $0.rate_Hz = 100 }.samples == ramp)
    let tabs = try read("tabs.tsv")
    #expect(tabs.samples == ramp && abs(tabs.rate_Hz - 12_800) < 0.1)
  }

  @Test("Bare samples follow their layout") func raw() throws {
    let integers = try read("int16.raw") {
      ($0.raw, $0.rate_Hz, $0.scale, $0.column) = (RawLayout(.int16, channelCount: 2), 1000, 1.0 / 128, 1)
    }
    #expect(integers.samples == ramp)
    let floats = try read("float32.raw") { ($0.raw, $0.rate_Hz) = (RawLayout(.float32), 1000) }
    #expect(floats.samples == ramp)
  }
}
