// SPDX-License-Identifier: Apache-2.0

import Foundation
import Recordings
import Testing

/// Marsaglia's xorshift, for flips that are the same in every run.
private struct Random {
  var state: UInt64
  mutating func next(_ limit: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state % UInt64(limit))
  }
}

private let all = [
  "pcm8.wav", "pcm16-two.wav", "pcm24.wav", "float64.wav", "extensible.wav", "cwru.npz", "packed.npz",
  "cube.npz",
  "fortran.npy", "plain.mat", "packed.mat", "struct.mat", "integers.mat", "no-vector.mat", "v4.mat",
  "semicolon-comma.csv", "plain.csv", "tabs.tsv",
]

private func decode(_ bytes: [UInt8], _ name: String) throws(RecordingError) -> Recording {
  var selection = Recording.Selection()
  selection.rate_Hz = 1000
  return try Recording.decode(
    bytes, extension: name.split(separator: ".").last.map(String.init) ?? "", selection)
}

/// An error that says something, or samples that are all numbers.
private func isDefined(_ bytes: [UInt8], _ name: String) -> Bool {
  do throws(RecordingError) {
    let record = try decode(bytes, name)
    return !record.samples.isEmpty && record.samples.allSatisfy(\.isFinite)
  } catch { return "\(error)".count > 10 }
}

@Suite("Recordings: damaged and hostile files") struct HostileTests {
  @Test("A file cut at any byte gives an error or what is whole, never a trap", arguments: all)
  func cut(name: String) throws {
    let whole = try file(name)
    for length in 0..<whole.count { #expect(isDefined(Array(whole[..<length]), name), "cut at \(length)") }
  }

  @Test("Flipped bytes give an error or numbers, never a trap", arguments: all)
  func flipped(name: String) throws {
    let whole = try file(name)
    var random = Random(state: 0x9E37_79B9_7F4A_7C15)
    for round in 0..<3000 {
      var bytes = whole
      for _ in 0...(round % 4) { bytes[random.next(bytes.count)] = UInt8(random.next(256)) }
      #expect(isDefined(bytes, name), "round \(round)")
    }
  }

  @Test("A flipped byte inside a packed array is found by its checksum") func checksum() throws {
    var bytes = try file("cwru.npz")
    // A sample of DE: the archive is stored, so the value itself changes.
    let place = try #require(bytes.firstRange(of: Array("DE.npy".utf8))?.upperBound) + 160
    bytes[place] ^= 1
    #expect(throws: RecordingError.self) { try decode(bytes, "cwru.npz") }
    #expect(throws: Never.self) { try decode(try file("cwru.npz"), "cwru.npz") }
  }

  @Test("A WAV of 3 bytes says what is missing") func tiny() {
    #expect(throws: RecordingError.cut(format: "WAV", what: "the header RIFF....WAVE", at: 0, size: 3)) {
      try Recording.decode(Array("RIF".utf8), extension: "wav")
    }
  }

  @Test("A WAV whose recorder lost power is read to its end; an empty data chunk is refused")
  func wrongSizes() throws {
    var bytes = try file("pcm16-two.wav")
    for i in 40..<44 { bytes[i] = 0xFF }
    let record = try decode(bytes, "pcm16-two.wav")
    #expect(record.samples == ramp && record.notes.count == 2)
    for i in 40..<44 { bytes[i] = 0 }
    #expect(throws: RecordingError.self) { try decode(bytes, "pcm16-two.wav") }
  }

  @Test("A .mat without a vector names what it holds") func noVector() throws {
    let bytes = try file("no-vector.mat")
    #expect(throws: RecordingError.noVector(format: "MATLAB", holds: "rpm [1, 1]")) {
      try Recording.decode(bytes, extension: "mat")
    }
  }

  @Test("MATLAB v7.3 and v4 are refused with the way out") func otherMatlab() throws {
    #expect(throws: RecordingError.self) { try Recording.decode(try file("v4.mat"), extension: "mat") }
    let hdf = [0x89] + Array("HDF\r\n\u{1A}\n".utf8)
    do throws(RecordingError) {
      _ = try Recording.decode(hdf, extension: "mat")
      Issue.record("HDF5 was read")
    } catch { #expect("\(error)".contains("-v7")) }
  }

  @Test(
    "An empty text, a text without numbers and unknown bytes are errors",
    arguments: [
      ("", "csv"), ("\n\n", "csv"), ("time;x\n", "csv"), ("a,b\nc,d\n", "txt"), ("\u{1}\u{2}", "bin"),
    ])
  func empty(text: String, kind: String) {
    #expect(throws: RecordingError.self) { try Recording.decode(Array(text.utf8), extension: kind) }
  }

  @Test("A word among numbers is named by line and column") func word() {
    let text = "x,y\n1,2\n3,four\n5,6\n7,8\n"
    var selection = Recording.Selection()
    (selection.rate_Hz, selection.channel) = (10, "y")
    #expect(throws: RecordingError.notNumber(line: 3, column: "y", text: "four")) {
      try Recording.decode(Array(text.utf8), extension: "csv", selection)
    }
  }

  @Test("Values that are no numbers are refused with their place", arguments: ["nan", "inf", "-inf", "1e99"])
  func notFinite(text: String) {
    var selection = Recording.Selection()
    selection.rate_Hz = 10
    #expect(throws: RecordingError.notFinite(sample: 2, time_s: 0.2, channel: "1")) {
      try Recording.decode(Array("0.5\n1.5\n\(text)\n1\n".utf8), extension: "csv", selection)
    }
    selection.length_s = 0.2
    #expect(throws: Never.self) {
      try Recording.decode(Array("0.5\n1.5\n\(text)\n1\n".utf8), extension: "csv", selection)
    }
  }

  @Test("A lost sample shows in the time column") func uneven() {
    let rows = (0..<50).filter { $0 != 30 }.map { "\(Double($0) / 100),\($0 % 7)" }.joined(separator: "\n")
    #expect {
      try Recording.decode(Array("t,x\n\(rows)\n".utf8), extension: "csv")
    } throws: { error in
      guard case .unevenTime(let line, let step, _)? = error as? RecordingError else { return false }
      return line == 32 && abs(step - 0.02) < 1e-9
    }
  }

  @Test("Rates that are none are refused", arguments: [0, -1, .nan, .infinity, 1e9])
  func rate(value: Double) throws {
    #expect(throws: RecordingError.self) {
      try read("float32.raw") { ($0.raw, $0.rate_Hz) = (RawLayout(.float32), value) }
    }
  }

  @Test(
    "A part outside the recording is refused",
    arguments: [(1.0, nil), (-1, nil), (0, 0), (.nan, nil), (0, .nan)])
  func outside(from: Double, length: Double?) {
    #expect(throws: RecordingError.self) {
      try read("float32.wav") { ($0.from_s, $0.length_s) = (from, length) }
    }
  }

  @Test("A missing file, a folder and a bomb are errors") func files() {
    #expect(throws: RecordingError.self) { try Recording.read("/nowhere/x.wav") }
    #expect(throws: RecordingError.self) { try Recording.read(golden.path) }
    #expect(throws: RecordingError.self) { try Recording.read("/dev/zero") }
    let huge = "\u{93}NUMPY".unicodeScalars.map { UInt8($0.value) } + [1, 0, 0x76, 0]
    let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (9223372036854775807, 9), }"
    let padded = header + String(repeating: " ", count: 0x76 - header.utf8.count)
    #expect(throws: RecordingError.self) { try Recording.decode(huge + Array(padded.utf8), extension: "npy") }
  }

  @Test(
    "Nothing at all is called empty, whatever its name and layout",
    arguments: ["wav", "mat", "csv", "npz", ""])
  func empty(name: String) {
    #expect(throws: RecordingError.empty) { try Recording.decode([], extension: name) }
    #expect(throws: RecordingError.empty) {
      var selection = Recording.Selection()
      selection.raw = RawLayout(.int16)
      _ = try Recording.decode([], extension: name, selection)
    }
  }

  @Test("Rows of empty fields, as spreadsheets leave them below a table, are no samples")
  func emptyRows() throws {
    let text = "time,x,,\n0.0,1.5,,\n0.1,2.5,,\n0.2,-3,,\n,,,\n\"\",,,\n"
    let record = try Recording.decode(Array(text.utf8), extension: "csv")
    #expect(record.samples == [1.5, 2.5, -3] && record.channel == "x" && abs(record.rate_Hz - 10) < 1e-9)
    let gap = "time,x\n0.0,1.5\n0.1,\n0.2,-3\n"
    #expect(throws: RecordingError.notNumber(line: 3, column: "x", text: "")) {
      try Recording.decode(Array(gap.utf8), extension: "csv")
    }
  }

  @Test("An unknown channel names those that are there") func channel() {
    #expect(throws: RecordingError.noChannel("BA", available: ["DE", "FE"])) {
      try read("cwru.npz") { $0.channel = "BA" }
    }
    #expect(throws: RecordingError.noChannel("3", available: ["1", "2"])) {
      try read("pcm16-two.wav") { $0.column = 3 }
    }
  }
}
