// SPDX-License-Identifier: Apache-2.0

import Alert
import Foundation
import Machine
import Testing

@Suite("Alarm message")
struct AlarmMessageTests {
  /// Machine alarms with evidence of every shape, and a sensor fault.
  private func standing() -> [Alarm] {
    var book = AlarmBook()
    var all = [finding("unbalance", .alarm), finding("cavitation"), finding("cooling-loss")]
    all[0].supporting = [
      Evidence(
        "1x is 4.9 mm/s", quantity: "order 1", value: 4.9, reference: 0.8, unit: "mm/s",
        source: "own baseline", weight: 2)
    ]
    all[0].contradicting = [Evidence("no 2x", quantity: "order 2", source: "ISO 13379-1", weight: 1)]
    all[0].missing = ["phase"]
    all.append(finding("sensor-stuck", point: "ambient", subject: .sensor))
    _ = book.update(all, for: MachineID("P-101"), at: stamp(360))
    return book.standing
  }

  private static let origin = AlarmMessage.Origin(
    site: "demo", node: "gateway-1", models: ["vibration-autoencoder": "0123456789ab"],
    configuration: String(repeating: "0f", count: 32))

  private func message(
    _ alarms: MachineAlarms, evidence: [String: AlarmMessage.EvidenceLink] = [:]
  ) -> AlarmMessage {
    AlarmMessage(
      AlarmMessageTests.origin, machine: MachineID("P-101"), alarms: alarms, evidence: evidence,
      at: stamp(400.25))
  }

  private func message() -> AlarmMessage { message(MachineAlarms(standing: standing())) }

  @Test("The state is the worst machine alarm; a sensor fault alone is neither alarm nor health")
  func state() {
    let full = message()
    #expect(full.state == "alarm" && full.sensorFaults == 1)
    #expect(Set(full.alarms.map(\.fault)) == ["unbalance", "cavitation", "cooling-loss", "sensor-stuck"])
    let sensors = standing().filter { $0.finding.subject == .sensor }
    func state(_ alarms: [Alarm]) -> String {
      message(MachineAlarms(standing: alarms)).state
    }
    #expect(state(sensors) == "impaired")
    #expect(state([]) == "normal")
  }

  @Test("A number that JSON does not have is left out, not sent as zero")
  func notANumber() throws {
    var alarms = standing()
    alarms[0].finding.supporting = [
      Evidence("odd", quantity: "x", value: .nan, reference: .infinity, source: "s", weight: 1)
    ]
    let bytes = try message(MachineAlarms(standing: alarms)).json()
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.contains(#"{"quantity":"x","source":"s","statement":"odd","unit":"","weight":1}"#))
  }

  /// A root with a consequence under it, one shelved and one out of service.
  private func picture() throws -> MachineAlarms {
    var book = AlarmBook()
    var root = finding("blocked-strainer", .alarm)
    (root.due, root.rank, root.chain) = ("4 weeks", 1, ["blocked-strainer", "cavitation"])
    let all = [
      root, finding("cavitation", consequenceOf: "blocked-strainer"), finding("unbalance"), finding("rub"),
    ]
    _ = book.update(all, for: pump, at: stamp(0))
    _ = try book.apply(command(.shelve, "P-101:unbalance", until: 3600), at: stamp(1))
    _ = try book.apply(command(.outOfService, "P-101:rub"), at: stamp(2))
    return book.alarms(of: pump)
  }

  @Test("What is set aside and what an alarm brings about are told, with who, why and until when")
  func aside() throws {
    let told = message(try picture())
    #expect(told.alarms.map(\.fault) == ["blocked-strainer"])
    #expect(told.alarms[0].consequences.map(\.id) == ["P-101:cavitation"])
    #expect(told.alarms[0].role == "root" && told.alarms[0].rank == 1)
    #expect(told.asideCount == 3)
    let shelved = try #require(told.aside.first { $0.fault == "unbalance" })
    #expect(shelved.by == "Ana" && shelved.why == "planned" && shelved.until == "2026-01-01T01:00:00.000Z")
    #expect(told.aside.first { $0.fault == "cavitation" }?.parent == "P-101:blocked-strainer")
    #expect(told.aside.first { $0.fault == "rub" }?.reason == "out-of-service")
  }

  @Test(
    "The time to act runs from the raising, anew when it becomes worse, and never grows when it becomes milder"
  )
  func due() throws {
    var book = AlarmBook()
    func told(_ severity: Severity, _ due: String?, at second: Double) throws -> AlarmMessage.Due? {
      var finding = finding("unbalance", severity)
      finding.due = due
      _ = book.update([finding], for: pump, at: stamp(second))
      return message(book.alarms(of: pump)).alarms.first?.due
    }
    #expect(try told(.warning, "4 weeks", at: 0)?.by == "2026-01-29T00:00:00.000Z")
    #expect(try told(.warning, "4 weeks", at: 86_400)?.by == "2026-01-29T00:00:00.000Z")
    let worse = try told(.alarm, "3 days", at: 86_400)
    #expect(worse?.by == "2026-01-05T00:00:00.000Z" && worse?.hours == 72)
    #expect(try told(.warning, "4 weeks", at: 90_000)?.within == "3 days")
    #expect(try told(.danger, "now", at: 172_800)?.by == "2026-01-03T00:00:00.000Z")
  }

  @Test(
    "A time to act is read as fault files write it",
    arguments: [
      ("now", 0), ("1 hour", 1), ("8 hours", 8), ("1 day", 24), ("4 weeks", 672), ("2 months", 1460),
      ("soon", nil), ("0 days", nil), ("-1 days", nil), ("1 year", nil), ("", nil),
    ] as [(String, Double?)])
  func timeToAct(words: String, hours: Double?) { #expect(TimeToAct(words)?.hours == hours) }

  @Test("The message follows the shipped schema, and the schema notices when it does not", Schema.isUsable)
  func schema() throws {
    let schema = Schema("alarm")
    let good = try message().json()
    #expect(try schema.refusal(of: good) == nil)
    #expect(try schema.refusal(of: message(MachineAlarms()).json()) == nil)
    let link = AlarmMessage.EvidenceLink(
      record: 42, point: PointID(pump, "DE-H"), taken: stamp(1).received, site: "/etc/millwright/site.yaml")
    let full = try message(try picture(), evidence: ["P-101:blocked-strainer": link]).json()
    #expect(try schema.refusal(of: full) == nil)
    let text = String(decoding: good + full, as: UTF8.self)
    for (old, new) in [
      (#""severity":"warning""#, #""severity":"notice""#), (#""sensor_faults":1"#, #""sensor_faults":-1"#),
      (#""state":"unacknowledged""#, #""state":"normal""#),
      (#""schema":"millwright/alarm/2""#, #""schema":"millwright/alarm/1""#),
      (#""evidence_for""#, #""evidences""#), (#""configuration":"0f"#, #""configuration":"0g"#),
      (#""record":42"#, #""record":"42""#), (#""hours":672"#, #""hours":-1"#),
      (#""reason":"shelved""#, #""reason":"gone""#),
    ] {
      #expect(text.contains(old), "\(old)")
      let refusals = try [good, full].compactMap { json in
        try schema.refusal(of: Data(String(decoding: json, as: UTF8.self).replacing(old, with: new).utf8))
      }
      #expect(!refusals.isEmpty, "\(old) as \(new) was accepted")
    }
  }

  @Test("Topics carry hostile names as one level each, and different names stay different")
  func topics() {
    func topic(_ site: String, _ machine: String) -> String {
      AlertTopics(site: site, node: "g").alarm(MachineID(machine))
    }
    #expect(topic("demo", "P-101") == "millwright/demo/P-101/alarm")
    #expect(topic("a/b", "+#") == "millwright/a%2Fb/%2B%23/alarm")
    #expect(topic("\u{0}\n", "Lüfter 7") == "millwright/%00%0A/Lüfter 7/alarm")
    let topics = AlertTopics(site: "demo", node: "a/b")
    #expect(topics.event(pump) == "millwright/demo/P-101/event")
    #expect(topics.status == "millwright/demo/a%2Fb/status")
    let names = ["", "%", "%25", "/", "%2F", "+", "#", "a/b", "a%2Fb"]
    #expect(Set(names.map { topic($0, "m") }).count == names.count)
    #expect(
      names.allSatisfy { topic($0, "m").split(separator: "/", omittingEmptySubsequences: false).count == 4 })
  }

  /// Python: datetime.datetime(1970,1,1) + timedelta(milliseconds=n), isoformat(timespec="milliseconds") + "Z".
  @Test(
    "Times are ISO 8601 in UTC, before 1970 and in leap years too",
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
      (951_782_400_250, "2000-02-29T00:00:00.250Z"), (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
      (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (1_767_225_600_000, "2026-01-01T00:00:00.000Z"),
      (-2_203_891_200_000, "1900-03-01T00:00:00.000Z"),
    ] as [(Int64, String)])
  func times(milliseconds: Int64, text: String) {
    #expect(WallTime(nanoseconds: milliseconds * 1_000_000).iso8601 == text)
  }
}
