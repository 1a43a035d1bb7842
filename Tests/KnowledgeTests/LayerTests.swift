// SPDX-License-Identifier: Apache-2.0

import Foundation
import Machine
import Testing

import Knowledge

@Suite struct LayerTests {
  @Test func `a site's file changes single keys and leaves the rest to the base`() throws {
    let site = """
      schema: millwright/faults/1
      faults:
        wobble:
          severity: alarm
          symptoms:
            shape: { supports: ">= 4.5" }
      """
    let knowledge = try Sample.load(("base.yaml", .base, Sample.base), ("site.yaml", .site, site))
    let entry = try #require(knowledge.entry("wobble"))
    #expect(entry.model.severity == .alarm)
    #expect(entry.model.symptoms.map(\.supports) == [.raised, .atLeast(4.5)])
    #expect(entry.model.symptoms[1].opposes == .below(3))
    #expect(entry.model.title == "Wobble of the wheel")
    let own = entry.origins.filter { $0.layer == .site }
    #expect(own.map(\.key) == ["severity", "symptoms.shape.supports"])
    #expect(own.map { "\($0.place)" } == ["site.yaml:4:15", "site.yaml:6:26"])
  }

  @Test func `a new base keeps what the site changed and brings what it did not`() throws {
    let site = "schema: millwright/faults/1\nfaults: { wobble: { severity: alarm } }"
    let newer = Sample.base.replacing("Wobble of the wheel", with: "Wheel wobble")
      .replacing("severity: warning", with: "severity: notice")
      .replacing("{ warning: 4 weeks, alarm", with: "{ notice: 8 weeks, alarm")
    let before = try Sample.load(("base.yaml", .base, Sample.base), ("site.yaml", .site, site))
    let after = try Sample.load(("base.yaml", .base, newer), ("site.yaml", .site, site))
    #expect(after["wobble"]?.severity == .alarm)
    #expect(after["wobble"]?.title == "Wheel wobble")
    #expect(before.hash != after.hash)
  }

  @Test func `a site adds a symptom, a consequence and a whole fault`() throws {
    let site = """
      schema: millwright/faults/1
      faults:
        wobble:
          symptoms:
            level: { weight: 0.5 }
            warm: { text: it is warm, see: bearing-temperature, supports: risen, weight: 0.1 }
          leads-to: { squeak: the seat wears }
        squeak:
          title: Squeak
          component: seat
          severity: notice
          due: { notice: 8 weeks }
          symptoms:
            noise: { text: it squeaks, see: high-frequency-rms, supports: raised, weight: 1, necessary: true }
          confirm: [listen]
          actions: [oil it]
          source: our own shop
      """
    let knowledge = try Sample.load(("base.yaml", .base, Sample.base), ("site.yaml", .site, site))
    #expect(knowledge.all.map(\.id) == ["wobble", "crash", "squeak"])
    #expect(knowledge.entry("wobble")?.symptomNames == ["level", "shape", "warm"])
    #expect(knowledge["wobble"]?.leadsTo.map(\.fault) == ["crash", "squeak"])
  }

  @Test func `a fault is switched off with a reason, and nothing leads to it then`() throws {
    let site = "schema: millwright/faults/1\nfaults: { crash: { enabled: false, reason: we have buffers } }"
    let knowledge = try Sample.load(("base.yaml", .base, Sample.base), ("site.yaml", .site, site))
    #expect(knowledge.all.map(\.id) == ["wobble"])
    #expect(knowledge["wobble"]?.leadsTo == [])
    #expect(knowledge.disabled.map(\.reason) == ["we have buffers"])
    #expect(knowledge.disabled.map { "\($0.place)" } == ["site.yaml:2:29"])
  }

  @Test func `a symptom is switched off, and the weights must add up without it`() throws {
    func site(_ weight: String) -> String {
      """
      schema: millwright/faults/1
      faults:
        wobble:
          symptoms:
            level: { weight: \(weight) }
            shape: { enabled: false, reason: no axial sensor here }
      """
    }
    let knowledge = try Sample.load(("base.yaml", .base, Sample.base), ("site.yaml", .site, site("1")))
    #expect(knowledge.entry("wobble")?.symptomNames == ["level"])
    #expect(
      Sample.refusal(of: ("base.yaml", .base, Sample.base), ("site.yaml", .site, site("0.6"))).first?
        .hasSuffix("weights that add up to 1, found 0.6") == true)
  }

  @Test func `two site files that set one key differently are refused with both places`() {
    let one = "schema: millwright/faults/1\nfaults: { wobble: { severity: alarm } }"
    let two = "schema: millwright/faults/1\nfaults: { wobble: { severity: notice, title: W } }"
    #expect(
      Sample.refusal(
        of: ("base.yaml", .base, Sample.base), ("one.yaml", .site, one), ("two.yaml", .site, two)) == [
          "two.yaml:2:31: wobble.severity: expected one value over all of the site's files, found 'notice' here and 'alarm' at one.yaml:2:31"
        ])
    #expect(
      Sample.refusal(
        of: ("base.yaml", .base, Sample.base), ("one.yaml", .site, one), ("two.yaml", .site, one)) == [])
  }

  @Test func `an override of a fault that does not exist is told the one that was meant`() {
    let site = "schema: millwright/faults/1\nfaults: { woble: { severity: alarm } }"
    #expect(
      Sample.refusal(of: ("base.yaml", .base, Sample.base), ("site.yaml", .site, site)) == [
        "site.yaml:2:18: woble: expected a fault of the base to change, or a whole new one with its title; did you mean 'wobble'?"
      ])
  }

  @Test func `an override is held to the rules of the base`() {
    let site =
      "schema: millwright/faults/1\nfaults: { wobble: { symptoms: { level: { see: line GFM harmonics } } } }"
    #expect(
      Sample.refusal(of: ("base.yaml", .base, Sample.base), ("site.yaml", .site, site)) == [
        "site.yaml:2:47: see: expected a line, found 'GFM'; did you mean 'GMF'?"
      ])
  }

  @Test func `a folder of the site is read file by file, and hidden files are not`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "kb-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in [
      ("a.yaml", "schema: millwright/faults/1\nfaults: { unbalance: { severity: alarm } }"),
      ("b.yaml", "schema: millwright/faults/1\nfaults: { rub: { title: It rubs } }"),
      (".b.yaml.swp", "not ours"),
      ("notes.txt", "not ours"),
    ] { try Data(text.utf8).write(to: folder.appending(path: name)) }
    let knowledge = try KnowledgeBase(base: shipped, site: [folder.path])
    #expect(knowledge["unbalance"]?.severity == .alarm)
    #expect(knowledge["rub"]?.title == "It rubs")
  }
}
