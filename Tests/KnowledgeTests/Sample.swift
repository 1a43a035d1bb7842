// SPDX-License-Identifier: Apache-2.0

import Settings
import Testing

import Knowledge

/// Two small faults, the first leading to the second. `‸` marks in an edited copy where an error is expected.
enum Sample {
  static let base = """
    schema: millwright/faults/1
    family: test
    faults:
      wobble:
        title: Wobble of the wheel
        component: wheel
        machines: [pump, fan]
        severity: warning
        due: { warning: 4 weeks, alarm: 3 days }
        symptoms:
          level:
            text: it is loud
            see: velocity-rms
            supports: raised
            weight: 0.6
            necessary: true
          shape:
            text: it is sharp
            see: kurtosis
            at: axial
            supports: ">= 4"
            opposes: "< 3"
            weight: 0.4
            against: 0.2
            source: a book
        causes: [a worn seat]
        leads-to:
          crash: the wheel comes off
        parts: [wheel]
        confirm: [shake it]
        actions: [fasten it]
        source: a book
      crash:
        title: Crash
        component: wheel
        severity: alarm
        due: { alarm: 1 day }
        symptoms:
          level:
            text: it is very loud
            see: velocity-rms
            as: times-baseline
            supports: ">= 8"
            weight: 1
            necessary: true
            source: a book
        confirm: [listen]
        actions: [stop]
        source: a book
    """

  static func edited(_ old: String, _ new: String) -> String {
    precondition(base.contains(old), "the sample has no '\(old)'")
    return base.replacing(old, with: new, maxReplacements: 1)
  }

  /// The text without its mark, and the place of the mark as an editor shows it.
  static func marked(_ text: String) -> (text: String, place: String) {
    let before = text.prefix { $0 != "‸" }
    let lines = before.split(separator: "\n", omittingEmptySubsequences: false)
    return (text.replacing("‸", with: ""), "\(lines.count):\((lines.last?.count ?? 0) + 1)")
  }

  static func load(_ texts: (name: String, layer: KnowledgeBase.Layer, text: String)...)
    throws(KnowledgeError)
    -> KnowledgeBase
  {
    try KnowledgeBase(
      base: [], site: [], texts: texts.map { FaultFile.Text(name: $0.name, layer: $0.layer, text: $0.text) })
  }

  /// What the files are refused with, one line each; empty when they are not.
  static func refusal(of texts: (name: String, layer: KnowledgeBase.Layer, text: String)...) -> [String] {
    do {
      _ = try KnowledgeBase(
        base: [], site: [], texts: texts.map { FaultFile.Text(name: $0.name, layer: $0.layer, text: $0.text) }
      )
      return []
    } catch { return "\(error)".split(separator: "\n").map(String.init) }
  }
}
