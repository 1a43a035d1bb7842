// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// What `millwright analyse` says of bad files and options: the file, what is wrong in it, and what to do.
@Suite struct AnalyseMistakeTests {
  struct Mistake: Sendable, CustomTestStringConvertible {
    var name: String
    var content: Data?
    var options: [String] = []
    var status: Int32 = 65
    /// What the message says, the file's name left out; the last says what to do.
    var says: [String]
    var testDescription: String { ([name] + options).joined(separator: " ") }
  }

  private static func text(_ text: String) -> Data { Data(text.utf8) }

  static let mistakes = [
    Mistake(name: "empty.wav", content: Data(), says: ["it is empty, 0 bytes", "Copy or record it again"]),
    Mistake(name: "empty", content: Data(), says: ["it is empty", "Copy or record it again"]),
    Mistake(
      name: "three.wav", content: text("RIF"), says: ["WAV: the header", "has 3 bytes", "record it again"]),
    Mistake(
      name: "cut.wav", content: text("RIFF....WAVEfmt "), says: ["WAV: no vector of numbers", "no fmt chunk"]),
    Mistake(
      name: "no-vector.mat", says: ["MATLAB: no vector of numbers", "rpm [1, 1]", "Save the samples as"]),
    Mistake(name: "v4.mat", says: ["MATLAB", "Save it with -v6 or -v7"]),
    Mistake(name: "plain.mat", says: ["does not say its sample rate", "--rate HZ"]),
    Mistake(name: "plain.csv", says: ["does not say its sample rate", "--rate HZ"]),
    Mistake(
      name: "nan.csv", content: text("x\n1\n2\nnan\n4\n"), options: ["--rate", "100"],
      says: ["sample 2 (0.02 s) of x is not a number", "--from and --length"]),
    Mistake(
      name: "word.csv", content: text("x,y\n1,2\nold,4\n5,6\n"),
      options: ["--rate", "100", "--channel", "x"],
      says: ["line 3, column x: 'old' is not a number", "--column"]),
    Mistake(
      name: "gap.csv", content: text("t,x\n0,1\n0.1,2\n0.2,3\n0.9,4\n1.0,5\n"),
      says: ["line 5: time goes on by", "resample it, or say --rate"]),
    Mistake(
      name: "words.txt", content: text("no numbers here"), says: ["CSV: no vector", "Save the samples as"]),
    Mistake(
      name: "binary", content: Data([0, 1, 2, 255, 254]),
      says: ["neither WAV, CSV", "--raw int16 or --raw float32"]),
    Mistake(
      name: "short.raw", content: Data([1]), options: ["--raw", "int16", "--rate", "10"],
      says: ["1 bytes of samples"]),
    Mistake(
      name: "int16.raw", options: ["--raw", "int16"], says: ["does not say its sample rate", "--rate HZ"]),
    Mistake(
      name: "pcm8.wav", options: ["--channel", "z"],
      says: ["no channel 'z'; there are: 1", "--channel or --column"]),
    Mistake(name: "pcm8.wav", options: ["--column", "2"], says: ["no channel '2'; there are: 1"]),
    Mistake(
      name: "cube.npz", options: ["--row", "4"], says: ["acc has no row 4; rows are 1 to 3", "--row"]),
    Mistake(
      name: "pcm8.wav", options: ["--from", "9"],
      says: ["nothing lies in the chosen part", "lasts 0.003125 s", "--from and --length"]),
    Mistake(
      name: "pcm8.wav", options: ["--rate", "0"], status: 64, says: ["--rate is 0.001 to 10000000 Hz"]),
    Mistake(
      name: "pcm8.wav", options: ["--rate", "nan"], status: 64, says: ["--rate is 0.001 to 10000000 Hz"]),
    Mistake(
      name: "pcm8.wav", options: ["--rate", "fast"], status: 64, says: ["'fast' is invalid for '--rate"]),
    Mistake(name: "pcm8.wav", options: ["--unit", "mm/s"], status: 64, says: ["--unit is one of", "g"]),
    Mistake(
      name: "pcm8.wav", options: ["--scale", "0"], status: 64, says: ["--scale is a number other than 0"]),
    Mistake(name: "pcm8.wav", options: ["--from=-1"], status: 64, says: ["--from is 0 seconds or more"]),
    Mistake(
      name: "pcm8.wav", options: ["--length", "0"], status: 64, says: ["--length is a number of seconds"]),
    Mistake(name: "pcm8.wav", options: ["--column", "0"], status: 64, says: ["--column counts from 1"]),
    Mistake(
      name: "pcm8.wav", options: ["--channels", "2"], status: 64, says: ["--channels goes with --raw"]),
    Mistake(
      name: "pcm8.wav", options: ["--raw", "int24"], status: 64, says: ["'int24' is invalid", "float32"]),
    Mistake(name: "pcm8.wav", options: ["--speed", "0"], status: 64, says: ["--speed is a number above 0"]),
    Mistake(name: "pcm8.wav", options: ["--teeth", "21"], status: 64, says: ["--teeth is DRIVER/DRIVEN"]),
    Mistake(name: "pcm8.wav", options: ["--teeth", "0/45"], status: 64, says: ["--teeth is DRIVER/DRIVEN"]),
    Mistake(
      name: "pcm8.wav", options: ["--bearing", "9,40,39"], status: 64, says: ["--bearing is a designation"]),
    Mistake(
      name: "pcm8.wav", options: ["--bearing", "6205"], status: 64, says: ["did you mean 'SKF 6205-2RS JEM'"]),
    Mistake(
      name: "pcm8.wav", options: ["--machine", "P-1", "--site", "/none.yaml"], status: 78,
      says: ["/none.yaml: no such file"]),
    Mistake(
      name: "pcm8.wav", options: ["--svg", "/none/page.svg"], status: 74,
      says: ["/none/page.svg: cannot be written"]),
  ]

  @Test(arguments: mistakes)
  func `a mistake is named with what to do, and its exit code stays`(_ mistake: Mistake) async throws {
    let folder = try Folder()
    var file = AnalyseTests.golden + mistake.name
    if let content = mistake.content {
      file = folder.path + "/" + mistake.name
      try content.write(to: URL(fileURLWithPath: file))
    }
    let result = try await Program.run(["analyse", file] + mistake.options)
    #expect(result.status == mistake.status, "\(result.errors)")
    let line = result.errors.split(separator: "\n").first.map(String.init) ?? ""
    #expect(line.lowercased().hasPrefix("error: "))
    if mistake.status == 65 { #expect(line.hasPrefix("error: \(file): "), "\(line)") }
    for part in mistake.says { #expect(line.contains(part), "\(line)") }
  }

  @Test func `what is neither file nor point, a folder, and options of files on a point are refused`()
    async throws
  {
    let folder = try Folder()
    let site = try CommandTests.site(in: folder)
    for (source, options, status, says) in [
      ("none.wav", [], 64, "none.wav is neither a file here nor a point like P-101/DE-H"),
      (folder.path, [], 65, "\(folder.path): not a file"),
      ("P-101/DE-H", ["--rate", "100"], 64, "--rate goes with a file"),
      ("P-101/DE-H", [], 64, "P-101/DE-H: neither a file nor a point of \(site)"),
      ("P-101/speed", [], 74, "millwright.db"),
    ] as [(String, [String], Int32, String)] {
      let result = try await Program.run(["analyse", source, "--site", site] + options)
      #expect(result.status == status, "\(source): \(result.errors)")
      #expect(result.errors.contains(says), "\(result.errors)")
    }
  }
}
