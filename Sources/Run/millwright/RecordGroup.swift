// SPDX-License-Identifier: Apache-2.0

import Agent
import Alert
import ArgumentParser
import Foundation
import Knowledge
import Machine
import Store

/// `millwright record`
struct RecordGroup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record", abstract: "Hand in what was done at a machine, and look it up.",
    discussion: """
      EXAMPLES
        millwright record add --machine P-101 --kind replacement --bearing DE --time 2026-01-31T14:00+01:00 \\
          --fault bearing-outer-race=confirmed --parts "SKF 6205" --text "drive end bearing changed"
        millwright record import orders.csv --map machine=Asset,time=Date,text=Description --time-format %d.%m.%Y \\
          --zone Europe/Berlin --kind work-order --dry-run
        millwright record list --machine P-101
        millwright record list --search "drve end bearing"
        millwright record list --counts
        millwright record show 3f2a

      A running daemon takes each record in within a second: it closes the alarms that the record addresses, learns the
      machine anew after a repair or replacement, and lets confirmed and refuted diagnoses count in the ranking.
      """,
    subcommands: [RecordAdd.self, RecordImport.self, RecordList.self, RecordShow.self])
}

/// The desk of the site in this file.
func recordDesk(_ site: String) throws(AgentError) -> RecordDesk {
  let resources = try Resources.find()
  return try RecordDesk(site: try SiteFile.load(path: site, resources: resources), resources: resources)
}

/// Who is logged in, where nobody is named.
func personAtTheKeyboard() -> String {
  let environment = ProcessInfo.processInfo.environment
  return environment["SUDO_USER"] ?? environment["USER"] ?? environment["LOGNAME"] ?? ""
}

/// `millwright record add`
struct RecordAdd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "add", abstract: "Hand in one record.")
  @OptionGroup var options: SiteOptions
  @Option(help: "The machine, by its id in the site file.") var machine: String
  @Option(help: "work-order, inspection, lubrication or replacement.") var kind: String
  @Option(help: "When it was done: ISO 8601 with its zone; the day alone will do.") var time: String
  @Option(help: "The zone of a time that does not say it, like Europe/Berlin.") var zone: String?
  @Option(help: "What was done.") var text: String
  @Option(help: "Who did it; the name you are logged in with otherwise.") var by: String?
  @Option(help: "The part, like coupling.") var part: String?
  @Option(help: "The measuring point.") var point: String?
  @Option(help: "The bearing, by its name in the site file.") var bearing: String?
  @Option(
    help: "A fault that it was about, like unbalance or unbalance=confirmed or unbalance=refuted; repeatable."
  )
  var fault: [String] = []
  @Option(help: "Parts used, with ';' between them.") var parts: String?
  @Option(help: "Number of the work order.") var reference: String?
  @Flag(help: "The sensor of --point was mounted anew.") var remounted = false

  func run() async throws {
    let values: [RecordReader.Field: String?] = [
      .machine: machine, .kind: kind, .time: time, .text: text, .person: by ?? personAtTheKeyboard(),
      .part: part,
      .point: point, .bearing: bearing, .faults: fault.joined(separator: ","), .parts: parts,
      .reference: reference, .remounted: remounted ? "yes" : nil,
    ]
    let (record, isNew) = try await reporting {
      let desk = try recordDesk(options.site)
      let record = try desk.reader(zone: zone).read(values.compactMapValues(\.self))
      return (record, try await desk.add(record))
    }
    print(isNew ? "record \(record.id)" : "record \(record.id) is known already")
  }
}

/// `millwright record import`
struct RecordImport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Hand in a file of records: CSV, a JSON list, or one JSON object a line.",
    discussion: """
      Columns are found by the names of fields (\(RecordReader.Field.allCases.map(\.rawValue).joined(separator: ", "))),
      or as --map says. All rows are taken or none; bad rows are told with their lines. A row that is known is not taken
      twice. Exit codes: 0 done, 65 bad rows.
      """)
  @OptionGroup var options: SiteOptions
  @Argument(help: "The file.") var file: String
  @Option(help: "Which column is which field: machine=Asset,time=Date.") var map: String?
  @Option(help: "How times are written: %Y %y %m %d %H %M %S %z; ISO 8601 otherwise.") var timeFormat: String?
  @Option(help: "The zone of times that do not say it, like Europe/Berlin.") var zone: String?
  @Option(help: "Kind of the rows that do not say it.") var kind: String?
  @Option(help: "Person of the rows that do not say it.") var by: String?
  @Flag(help: "Only say what would be done.") var dryRun = false
  @Flag(help: "Take the good rows although some are bad.") var skipBad = false
  @Flag(help: "Print JSON, every row with what became of it.") var json = false

  /// Bad rows that are told in words.
  private static let shown = 20

  func run() async throws {
    var asked = RecordDesk.ImportOptions()
    (asked.map, asked.timeFormat, asked.zone) = (map, timeFormat, zone)
    asked.defaults = [.kind: kind, .person: by ?? personAtTheKeyboard()].compactMapValues(\.self)
    (asked.isDryRun, asked.skipsBad) = (dryRun, skipBad)
    let final = asked
    let rows = try await reporting { try await recordDesk(options.site).take(file: file, final) }
    let bad = rows.filter { $0.fate == .refused }
    let isTaken = !dryRun && (bad.isEmpty || skipBad)
    if json {
      try printJSON(rows)
    } else {
      let journal = Journal(marks: false)
      for row in bad.prefix(RecordImport.shown) {
        journal.write(.error, "error: \(file):\(row.line): \(row.reason ?? "")")
      }
      if bad.count > RecordImport.shown {
        journal.write(.error, "error: and \(bad.count - RecordImport.shown) more bad rows; --json tells all")
      }
      let (new, known) = (rows.count { $0.fate == .new }, rows.count { $0.fate == .known })
      print("\(new) \(isTaken ? "added" : "to add"), \(known) known already, \(bad.count) bad")
      if !isTaken, !dryRun { print("nothing was added; --skip-bad takes the good rows") }
    }
    if !bad.isEmpty, !skipBad { throw ExitCode(65) }
  }
}

/// `millwright record list`
struct RecordList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Show records, the newest work first; by words with --search, outcomes with --counts.")
  @OptionGroup var options: SiteOptions
  @Option(help: "One machine.") var machine: String?
  @Option(help: "Words of the record; misspelt ones too.") var search: String?
  @Flag(help: "How often diagnoses proved right and wrong, by kind of machine and fault.") var counts = false
  @Option(help: "At most so many.") var limit = 50
  @Flag(help: "Print JSON.") var json = false

  func validate() throws {
    guard (1...10_000).contains(limit) else { throw ValidationError("--limit is 1 to 10000") }
  }

  func run() async throws {
    if counts { return try await showCounts() }
    let shown = try await reporting {
      let desk = try recordDesk(options.site)
      let machine = machine.map { MachineID($0) }
      guard let search else { return try await desk.records(of: machine, limit: limit) }
      return try await desk.records(meeting: search, of: machine, limit: limit)
    }
    if json { return try printJSON(shown) }
    if shown.isEmpty { print("no record") }
    for stored in shown {
      let record = stored.record
      let faults = record.diagnoses.map { "\($0.fault)\($0.outcome.map { "=\($0.rawValue)" } ?? "")" }
      let words = record.text.replacing("\n", with: " ")
      print(
        "\(stored.id.prefix(8))  \(padded(record.when, 25))\(padded(record.machine.rawValue, 12))\(padded(record.kind.rawValue, 13))\(words)\(faults.isEmpty ? "" : "  [\(faults.joined(separator: ", "))]")"
      )
    }
  }

  private func showCounts() async throws {
    let lines = try await reporting { try await recordDesk(options.site).counts() }
    if json { return try printJSON(lines) }
    if lines.isEmpty { print("no diagnosis was confirmed or refuted yet") }
    for line in lines {
      print(
        "\(padded(line.machines.rawValue, 26))\(padded(line.fault, 34))\(line.confirmed) confirmed, \(line.refuted) refuted"
      )
    }
  }
}

extension MaintenanceRecord {
  /// The time of the work; the day alone where no more is known.
  var when: String { day ?? time.iso8601 }
}

/// `millwright record show`
struct RecordShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show one record, what it did, and the machine's figures before and after."
  )
  @OptionGroup var options: SiteOptions
  @Argument(help: "Its identifier, or how that begins.") var id: String
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    let stored = try await reporting { try await recordDesk(options.site).record(id) }
    if json { return try printJSON(stored) }
    let record = stored.record
    print("record \(stored.id), \(record.kind.rawValue) at \(record.machine), \(record.when)")
    let lines: [(String, String?)] = [
      ("text", record.text), ("person", record.person), ("part", record.part), ("bearing", record.bearing),
      ("point", record.point.map { record.isRemounted ? "\($0), its sensor mounted anew" : $0 }),
      ("parts used", record.partsUsed.isEmpty ? nil : record.partsUsed.joined(separator: ", ")),
      ("reference", record.reference), ("came", "\(stored.received.iso8601) from \(stored.source)"),
    ]
    for case let (name, text?) in lines { print("  \(padded(name, 12))\(text)") }
    for diagnosis in record.diagnoses {
      print("  \(padded("fault", 12))\(diagnosis.fault): \(diagnosis.outcome?.rawValue ?? "no outcome said")")
    }
    print(stored.taken.map { "EFFECT (\($0.iso8601))" } ?? "the daemon has not taken it in yet")
    for line in stored.effect?.lines ?? [] { print("  \(line)") }
    showFigures(stored)
  }

  private func showFigures(_ stored: StoredRecord) {
    guard stored.before != nil || stored.after != nil else { return }
    print("FIGURES             mean before  after (largest before, after)")
    let (before, after) = (stored.before ?? [], stored.after ?? [])
    for figure in before + after.filter({ new in !before.contains { $0.isSame(as: new) } }) {
      let pair = [before, after].map { side in side.first { $0.isSame(as: figure) } }
      let means = pair.map { $0.map { rounded($0.mean) } ?? "-" }
      let peaks = pair.map { $0.map { rounded($0.largest) } ?? "-" }
      print(
        "  \(padded("\(figure.point) \(figure.quantity)", 40))\(padded(means[0], 10))\(padded(means[1], 10))(\(peaks[0]), \(peaks[1]))"
      )
    }
    if stored.after == nil { print("  after: not yet, the machine is being learned anew") }
  }
}

extension MachineFigure {
  fileprivate func isSame(as other: MachineFigure) -> Bool {
    point == other.point && quantity == other.quantity
  }
}
