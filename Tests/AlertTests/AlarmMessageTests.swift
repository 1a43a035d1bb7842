// SPDX-License-Identifier: Apache-2.0

import Alert
import Foundation
import Machine
import Testing

/// Runs Python on standard input; its output and whether it succeeded.
private func python(_ script: String, _ arguments: [String] = [], input: Data = Data()) throws -> (
  Bool, String
) {
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = ["python3", "-c", script] + arguments
  let (stdin, stdout) = (Pipe(), Pipe())
  process.standardInput = stdin
  process.standardOutput = stdout
  process.standardError = stdout
  try process.run()
  try stdin.fileHandleForWriting.write(contentsOf: input)
  try stdin.fileHandleForWriting.close()
  let output = stdout.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return (process.terminationStatus == 0, String(decoding: output, as: UTF8.self))
}

private let hasJSONSchema = (try? python("import jsonschema").0) ?? false
private let schemaPath = URL(filePath: #filePath).appending(
  path: "../../../packaging/schemas/alarm.schema.json"
)
.standardized.path

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

  private func message() -> AlarmMessage {
    AlarmMessage(
      site: "demo", machine: MachineID("P-101"), standing: standing(),
      models: ["vibration-autoencoder": "0123456789ab"], at: stamp(400.25))
  }

  @Test("The state is the worst machine alarm; a sensor fault alone is neither alarm nor health")
  func state() {
    let full = message()
    #expect(full.state == "alarm" && full.sensorFaults == 1)
    #expect(Set(full.alarms.map(\.fault)) == ["unbalance", "cavitation", "cooling-loss", "sensor-stuck"])
    let sensors = standing().filter { $0.finding.subject == .sensor }
    func state(_ alarms: [Alarm]) -> String {
      AlarmMessage(site: "demo", machine: MachineID("P-101"), standing: alarms, at: stamp(0)).state
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
    let bytes = try AlarmMessage(site: "demo", machine: MachineID("P-101"), standing: alarms, at: stamp(0))
      .json()
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.contains(#"{"quantity":"x","source":"s","statement":"odd","unit":"","weight":1}"#))
  }

  @Test(
    "The message follows the shipped schema, and the schema notices when it does not",
    .enabled(if: hasJSONSchema, "python3 has no module jsonschema (apt: python3-jsonschema)"))
  func schema() throws {
    let script = """
      import json, sys, jsonschema
      schema = json.load(open(sys.argv[1]))
      jsonschema.Draft202012Validator.check_schema(schema)
      jsonschema.Draft202012Validator(schema).validate(json.load(sys.stdin))
      """
    let good = try message().json()
    let (accepted, why) = try python(script, [schemaPath], input: good)
    #expect(accepted, "\(why)")
    let empty = AlarmMessage(site: "s", machine: MachineID("m"), standing: [], at: stamp(0))
    #expect(try python(script, [schemaPath], input: empty.json()).0)
    let text = String(decoding: good, as: UTF8.self)
    for (old, new) in [
      (#""severity":"warning""#, #""severity":"notice""#), (#""sensor_faults":1"#, #""sensor_faults":-1"#),
      (#""state":"unacknowledged""#, #""state":"normal""#),
      (#""schema":"millwright/alarm/1""#, #""schema":"v1""#),
      (#""evidence_for""#, #""evidence""#),
    ] {
      #expect(text.contains(old))
      let broken = Data(text.replacing(old, with: new).utf8)
      #expect(try !python(script, [schemaPath], input: broken).0, "\(old) as \(new) was accepted")
    }
  }

  @Test("Topics carry hostile names as one level each, and different names stay different")
  func topics() {
    #expect(alarmTopic(site: "demo", machine: MachineID("P-101")) == "millwright/demo/P-101/alarm")
    #expect(alarmTopic(site: "a/b", machine: MachineID("+#")) == "millwright/a%2Fb/%2B%23/alarm")
    #expect(alarmTopic(site: "\u{0}\n", machine: MachineID("Lüfter 7")) == "millwright/%00%0A/Lüfter 7/alarm")
    let names = ["", "%", "%25", "/", "%2F", "+", "#", "a/b", "a%2Fb"]
    let topics = Set(names.map { alarmTopic(site: $0, machine: MachineID("m")) })
    #expect(topics.count == names.count)
    #expect(topics.allSatisfy { $0.split(separator: "/", omittingEmptySubsequences: false).count == 4 })
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
