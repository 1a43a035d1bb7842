// SPDX-License-Identifier: Apache-2.0

import Foundation
import Machine
import Testing

import Knowledge

/// One mistake in the sample: what is written instead of what, and the error at the mark.
struct Mistake: CustomTestStringConvertible, Sendable {
  var old: String
  var new: String
  var error: String
  init(_ old: String, _ new: String, _ error: String) { (self.old, self.new, self.error) = (old, new, error) }
  var testDescription: String { error }
}

@Suite struct ValidationTests {
  @Test func `the sample itself is right`() throws {
    let knowledge = try Sample.load(("f.yaml", .base, Sample.base))
    #expect(knowledge.all.map(\.id) == ["wobble", "crash"])
  }

  static let words = [
    Mistake("title: Wobble", "‸titel: Wobble", "wobble.titel: unknown key, did you mean 'title'?"),
    Mistake(
      "see: velocity-rms", "see: ‸velocity-rsm",
      "see: expected a feature or reading, found 'velocity-rsm'; did you mean 'velocity-rms'?"),
    Mistake(
      "see: kurtosis", "see: ‸reading kurtoses",
      "see: expected a reading, found 'kurtoses'; did you mean 'kurtosis'?"),
    Mistake(
      "see: kurtosis", "see: ‸line BFPO prominence",
      "see: expected a line, found 'BFPO'; did you mean 'BPFO'?"),
    Mistake("see: kurtosis", "see: ‸line BPFO", "see: expected line NAME FACT, like 'line GMF prominence'"),
    Mistake(
      "see: kurtosis", "see: ‸line BPFO prominance",
      "see: expected a fact of a line, found 'prominance'; did you mean 'prominence'?"),
    Mistake(
      "see: kurtosis", "see: ‸kurtosis - crest-factor",
      "see: expected '/' between two features of a window; a difference is of two readings"),
    Mistake(
      "see: kurtosis", "see: ‸kurtosis / flow",
      "see: expected two features or two readings, found one of each (`reading WORD` names a reading)"),
    Mistake(
      "at: axial", "at: ‸axal",
      "at: expected one of radial, axial, vertical, horizontal, here, anywhere, found 'axal'; did you mean 'axial'?"
    ),
    Mistake(
      "at: axial", "as: ‸slop",
      "as: expected one of value, times-baseline, sigmas, change, slope, unrest, axial-share, direction-ratio, end-ratio, speed-exponent, found 'slop'; did you mean 'slope'?"
    ),
    Mistake(
      "severity: warning", "severity: ‸warnin",
      "severity: expected one of notice, warning, alarm, danger, found 'warnin'; did you mean 'warning'?"),
    Mistake(
      "[pump, fan]", "[pump, ‸fann]",
      "machines[1]: expected one of pump, fan, motor, gearbox, compressor, reciprocating-compressor, screw-compressor, other, found 'fann'; did you mean 'fan'?"
    ),
    Mistake(
      "machines: [pump, fan]", "needs: [‸polse]",
      "needs[0]: expected one of bearings, gears, belts, vanes, line-frequency, poles, rotor-bars, rated-speed, sleeve-bearings, inverter, overhung, recent-lubrication, found 'polse'; did you mean 'poles'?"
    ),
    Mistake(
      "machines: [pump, fan]", "judge: ‸zone",
      "judge: expected one of symptoms, validity, zones, scores, found 'zone'; did you mean 'zones'?"),
    Mistake(
      "crash: the wheel", "crush: ‸the wheel", "crush: expected a fault, found 'crush'; did you mean 'crash'?"
    ),
    Mistake(
      "schema: millwright/faults/1", "schema: ‸millwright/faults/9",
      "schema: expected 'millwright/faults/1', found 'millwright/faults/9'"),
    Mistake(
      "  wobble:\n    title", "  Wob_ble:\n    ‸title",
      "Wob_ble: expected an id of small letters, digits and single hyphens, found 'Wob_ble'"),
    Mistake(
      "  level:\n        text: it is loud", "  2nd:\n        ‸text: it is loud",
      "2nd: expected a symptom's name of small letters, digits and single hyphens, found '2nd'"),
    Mistake(
      "component: wheel", "component: ‸Big wheel",
      "component: expected one word like 'rotor' or 'fan-belt', found 'Big wheel'"),
  ]

  static let tests = [
    Mistake(
      "supports: raised", "supports: ‸rised",
      "supports: expected '>= 0.8', '< 0.3', '0.38..0.48', raised, risen, fallen or usual, found 'rised'; did you mean 'raised'?"
    ),
    Mistake(
      "supports: \">= 4\"", "supports: ‸\"> 4\"",
      "supports: expected '>= 0.8', '< 0.3', '0.38..0.48', raised, risen, fallen or usual, found '> 4'"),
    Mistake(
      "supports: \">= 4\"", "supports: ‸\"5..4\"",
      "supports: expected a range whose first number is the lower, found '5..4'"),
    Mistake(
      "opposes: \"< 3\"", "opposes: ‸\"< 5\"",
      "opposes: expected values that do not support the fault too: '>= 4' and '< 5' overlap"),
    Mistake(
      "supports: raised", "supports: raised\n        opposes: ‸risen\n        against: 0.1",
      "opposes: expected values that do not support the fault too: 'raised' and 'risen' overlap"),
    Mistake(
      "see: kurtosis\n        at: axial\n        supports: \">= 4\"\n        opposes: \"< 3\"",
      "see: ‸kurtosis\n        supports: \">= 4\"",
      "see: expected 'opposes' and 'against' together: one without the other counts for nothing"),
    Mistake(
      "see: kurtosis\n        at: axial\n        supports: \">= 4\"", "see: ‸kurtosis",
      "see: expected 'supports' beside it: nothing could earn its weight or meet its necessity"),
    Mistake(
      "see: kurtosis\n        at: axial\n        supports: \">= 4\"\n        opposes: \"< 3\"",
      "see: ‸kurtosis",
      "see: expected 'supports' or 'opposes' beside it: a symptom without a test says nothing"),
    Mistake(
      "see: kurtosis\n        at: axial\n        supports: \">= 4\"\n        opposes: \"< 3\"\n        weight: 0.4",
      "see: ‸kurtosis\n        supports: \">= 4\"\n        opposes: \"< 3\"",
      "see: expected 'weight' beside it: a symptom that supports has to be worth something"),
    Mistake(
      "see: kurtosis\n        at: axial\n        supports: \">= 4\"\n        opposes: \"< 3\"\n        weight: 0.4\n        against: 0.2\n        source: a book",
      "see: ‸kurtosis\n        supports: \">= 4\"\n        weight: 0.4",
      "wobble.symptoms.shape.source: missing, and nothing can stand in for it"),
    Mistake("weight: 0.6", "weight: ‸1.6", "weight: expected a share from 0 to 1, found '1.6'"),
  ]

  static let meaning = [
    Mistake(
      "at: axial", "at: ‸here",
      "at: expected 'place: bearing', gear, belt or point in the fault: 'here' is near that part"),
    Mistake(
      "see: kurtosis\n        at: axial", "see: flow\n        at: ‸axial",
      "at: expected no 'at': only waveforms of vibration have a place"),
    Mistake(
      "at: axial", "if-measured: ‸true",
      "if-measured: expected this only beside a reading that is not necessary: a machine without its sensor does without it"
    ),
    Mistake(
      "see: kurtosis\n        at: axial", "see: flow\n        as: ‸axial-share",
      "as: expected a feature of waveforms for 'axial-share'"),
    Mistake(
      "see: kurtosis\n        at: axial", "see: line BPFO prominence\n        as: ‸sigmas",
      "as: expected a feature or a reading for 'sigmas': nothing else has a baseline"),
    Mistake(
      "see: velocity-rms\n        supports: raised",
      "see: line 2x line prominence\n        supports: ‸raised",
      "supports: expected a number: 'line 2x line prominence' has no baseline"),
    Mistake(
      "see: velocity-rms\n        supports: raised",
      "see: velocity-rms\n        as: change\n        supports: ‸raised",
      "supports: expected a number: 'change' is held against the healthy state already"),
    Mistake(
      "see: velocity-rms\n        supports: raised",
      "see: ‸line BPFO prominence\n        supports: \">= 8\"\n        source: a book",
      "see: expected 'bearings' under needs: without it the line 'BPFO' cannot be placed"),
    Mistake(
      "warning: 4 weeks, alarm: 3 days", "warning: ‸4 fortnights",
      "warning: expected 'now', or a number of hours, days, weeks or months like '4 weeks', found '4 fortnights'"
    ),
    Mistake(
      "warning: 4 weeks, alarm: 3 days", "warning: 3 days, alarm: ‸4 weeks",
      "alarm: expected a time no longer than that of a lesser severity, found '4 weeks'"),
    Mistake(
      "actions: [fasten it]", "actions: ‸[]",
      "actions: expected at least one step: an alarm that asks for nothing is none"),
    Mistake(
      "machines: [pump, fan]", "judge: ‸zones",
      "judge: expected no symptoms: this fault is judged by other means"),
    Mistake(
      "machines: [pump, fan]", "enabled: ‸false",
      "enabled: expected a reason: beside 'enabled: false', so that the next person knows why"),
    Mistake(
      "wobble:\n    title: Wobble of the wheel", "wobble:\n    ‸title: ~",
      "wobble.title: missing, and nothing can stand in for it"),
    Mistake(
      "due: { warning: 4 weeks, alarm: 3 days }", "due: { alarm: 3 days }",
      "wobble.due.warning: missing, and nothing can stand in for it"),
    Mistake("weight: 0.6", "weight: 0.5", "wobble.symptoms: expected weights that add up to 1, found 0.9"),
    Mistake(
      "necessary: true", "necessary: false",
      "wobble.symptoms: expected at least one necessary symptom: without one it can never be named"),
  ]

  /// Mistakes in what is not there are told at the fault.
  @Test(arguments: words + tests + meaning)
  func `a mistake is refused with its place and reason`(_ mistake: Mistake) {
    var text = Sample.edited(mistake.old, mistake.new)
    if !text.contains("‸") {
      text = text.replacing("title: Wobble", with: "‸title: Wobble", maxReplacements: 1)
    }
    let marked = Sample.marked(text)
    #expect(
      Sample.refusal(of: ("f.yaml", .base, marked.text)) == ["f.yaml:\(marked.place): \(mistake.error)"])
  }

  @Test func `all mistakes are told at once`() {
    let text = Sample.edited("weight: 0.6", "weight: 0.5").replacing("actions: [stop]", with: "actions: []")
    #expect(Sample.refusal(of: ("f.yaml", .base, text)).count == 2)
  }

  @Test func `a fault that cannot be read is told once, not again at those that lead to it`() {
    let text = Sample.edited("title: Crash", "titel: Crash")
    let problems = Sample.refusal(of: ("f.yaml", .base, text))
    #expect(problems.count == 1)
    #expect(problems[0].hasSuffix("crash.titel: unknown key, did you mean 'title'?"))
  }

  @Test func `an id that two files of the base define is refused with both places`() {
    let other = """
      schema: millwright/faults/1
      faults:
        wobble: { ‸title: Again }
      """
    let marked = Sample.marked(other)
    let problems = Sample.refusal(of: ("a.yaml", .base, Sample.base), ("b.yaml", .base, marked.text))
    #expect(problems.count == 1)
    #expect(problems[0].hasSuffix("wobble: expected an id of its own; it stands at a.yaml:5:5 too"))
    #expect(problems[0].hasPrefix("b.yaml:3:"))
  }

  @Test func `an id that stands twice in one file is refused`() {
    let text = Sample.edited("  crash:\n    title", "  wobble:\n    title")
    let problems = Sample.refusal(of: ("f.yaml", .base, text))
    #expect(problems.count == 1)
    #expect(problems[0].contains("the key 'wobble' stands here twice"))
  }

  @Test func `a cycle of consequences is refused with every step and its place`() {
    let text = Sample.edited(
      "    confirm: [listen]", "    leads-to:\n      wobble: a crash bends the seat\n    confirm: [listen]")
    #expect(
      Sample.refusal(of: ("f.yaml", .base, text)) == [
        "f.yaml:28:14: wobble.leads-to: expected no way back to the fault itself, found wobble leads to crash (f.yaml:28:14), crash leads to wobble (f.yaml:48:15)"
      ])
    let own = Sample.edited("crash: the wheel", "wobble: the wheel")
    #expect(Sample.refusal(of: ("f.yaml", .base, own)).first?.contains("wobble leads to wobble") == true)
  }

  @Test func `a file that is no YAML, is not there, or a folder without files is refused`() throws {
    #expect(Sample.refusal(of: ("f.yaml", .base, "faults: [")).first?.hasPrefix("f.yaml:") == true)
    #expect(throws: KnowledgeError.self) { try KnowledgeBase(base: "/nowhere/faults") }
    let folder = FileManager.default.temporaryDirectory.appending(path: "kb-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    do {
      _ = try KnowledgeBase(base: folder.path)
      Issue.record("an empty folder was taken")
    } catch {
      #expect("\(error)" == "\(folder.path): a folder without a fault file (*.yaml)")
    }
  }
}
