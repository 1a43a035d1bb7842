// SPDX-License-Identifier: Apache-2.0

import Alert
import Firmware
import Foundation
import Glibc
import Machine
import PathLab
import Store
import Testing

/// People hand in records at the command line, and the daemon takes them in.
@Suite struct RecordCommandTests {
  private func lines(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }

  @Test func `a record is added, known, listed, found by misspelt words and shown`() async throws {
    let folder = try Folder()
    let site = try CommandTests.site(in: folder)
    func record(_ words: String...) async throws -> Program.Result {
      try await Program.run(["record"] + words + ["--site", site])
    }
    let add = [
      "add", "--machine", "P-101", "--kind", "work-order", "--time", "2026-01-31T14:00+01:00", "--by", "Ana",
      "--text", "impeller cleaned of fibres", "--fault", "unbalance=confirmed", "--parts", "gasket",
    ]
    let first = try await Program.run(["record"] + add + ["--site", site])
    #expect(first.status == 0 && first.output.hasPrefix("record "), "\(first.errors)")
    let id = String(first.output.dropFirst(7).prefix(16))
    #expect(
      try await Program.run(["record"] + add + ["--site", site]).output == "record \(id) is known already\n")

    let listed = try await record("list", "--machine", "P-101").output
    #expect(
      listed
        == "\(id.prefix(8))  2026-01-31T13:00:00.000Z P-101       work-order   impeller cleaned of fibres  [unbalance=confirmed]\n"
    )
    #expect(try await record("list", "--search", "impelller cleand").output == listed)
    #expect(try await record("list", "--machine", "P-102").output == "no record\n")
    #expect(
      try await record("list", "--counts").output.split(separator: " ", omittingEmptySubsequences: true)
        == ["pump", "unbalance", "1", "confirmed,", "0", "refuted\n"])
    let shown = try await record("show", String(id.prefix(5))).output
    #expect(shown.contains("gasket") && shown.contains("the daemon has not taken it in yet"), "\(shown)")
    let unknown = try await record("show", "0000")
    #expect(unknown.status == 64 && unknown.errors.contains("no record '0000'"))
    let found = try await Program.run(["fault", "search", "fibers", "--site", site])
    #expect(found.output.hasPrefix("record \(id.prefix(8))"), "\(found.output)\(found.errors)")

    let wrong = try await record(
      "add", "--machine", "P-110", "--kind", "work-order", "--time", "2026-01-31", "--text", "x")
    #expect(wrong.status == 64 && wrong.errors.contains("did you mean 'P-101'?"), "\(wrong.errors)")
  }

  @Test
  func `an import is tried dry, refuses all for one bad row, skips it when told so, and knows what it has`()
    async throws
  {
    let folder = try Folder()
    let site = try CommandTests.site(in: folder)
    let file = try folder.write(
      "\u{FEFF}Asset;Done;What\nP-101;31.01.2026;\"oil; changed\"\nP-1;01.02.2026;x\nP-101;32.01.2026;y\nP-101;31.01.2026;\"oil; changed\"\n",
      to: "orders.csv")
    let words = [
      "record", "import", file, "--map", "machine=Asset,time=Done,text=What", "--time-format", "%d.%m.%Y",
      "--zone",
      "Europe/Berlin", "--kind", "lubrication", "--by", "Ana", "--site", site,
    ]
    let dry = try await Program.run(words + ["--dry-run"])
    #expect(dry.status == 65 && dry.output == "1 to add, 1 known already, 2 bad\n")
    #expect(
      lines(dry.errors) == [
        "error: \(file):3: machine: 'P-1' is not in the site file; known: P-101",
        "error: \(file):4: time: '32.01.2026' is no time; expected the form '%d.%m.%Y'",
      ])
    let refused = try await Program.run(words)
    #expect(refused.status == 65 && refused.output.contains("nothing was added"))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/data/millwright.db"))
    let skipped = try await Program.run(words + ["--skip-bad"])
    #expect(skipped.status == 0 && skipped.output == "1 added, 1 known already, 2 bad\n", "\(skipped.errors)")
    let again = try await Program.run(words + ["--skip-bad"])
    #expect(again.output == "0 added, 2 known already, 2 bad\n")
    let unmapped = try await Program.run(["record", "import", file, "--map", "machine=Aset", "--site", site])
    #expect(unmapped.status == 64 && unmapped.errors.contains("did you mean 'Asset'?"), "\(unmapped.errors)")
  }

  static let orders = RecordedMachine.dataFolder + "/text/nestor_excavators_cleaned.csv.gz"

  private static func unpacked(_ file: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/gzip")
    process.arguments = ["-dc", file]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    return String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  }

  /// 5485 real work orders of five excavators (Nestor, NIST), one CSV with quotes and `NA`.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: orders)))
  func `the work orders of real excavators are taken in once, and found by misspelt words`() async throws {
    let folder = try Folder()
    let machines = ["A", "B", "C", "D", "E"].map {
      "\n  - { id: \($0), kind: other, points: [{ name: speed, role: shaft-speed, from: line-1.node-1.speed }] }"
    }
    let site = try CommandTests.site(in: folder).replacing("site.yaml", with: "fleet.yaml")
    let text = try String(contentsOfFile: folder.path + "/site.yaml", encoding: .utf8)
    _ = try folder.write(text + machines.joined(), to: "fleet.yaml")
    let unpacked = try Self.unpacked(Self.orders)
    let file = try folder.write(unpacked, to: "orders.csv")
    let words = [
      "record", "import", file, "--map",
      "machine=Asset,time=BscStartDate,text=OriginalShorttext,part=MajorSystem",
      "--zone", "Australia/Perth", "--kind", "work-order", "--by", "import", "--site", site,
    ]
    let first = try await Program.run(words)
    // 5485 rows, of which `sort -u` over the four columns leaves 5124.
    #expect(first.output == "5124 added, 361 known already, 0 bad\n", "\(first.errors.prefix(2000))")
    #expect(try await Program.run(words).output == "0 added, 5485 known already, 0 bad\n")
    let found = try await Program.run([
      "record", "list", "--search", "bukcet cyl leeking", "--machine", "A", "--limit", "5", "--site", site,
    ])
    #expect(found.output.contains("L/H BUCKET CYL LEAKING."), "\(found.output)\(found.errors)")
    let file2 = try folder.write(unpacked.replacing(",C,", with: ",CC,"), to: "other.csv")
    let wrong = try await Program.run([words[0], words[1], file2] + words.dropFirst(3))
    #expect(wrong.status == 65)
    #expect(wrong.errors.contains("machine: 'CC' is not in the site file"), "\(wrong.errors.prefix(300))")
    #expect(
      wrong.errors.hasSuffix("error: and 972 more bad rows; --json tells all\n"),
      "\(wrong.errors.suffix(300))")
  }

  @Test func `the running daemon takes a record in and closes the alarm with it`() async throws {
    let folder = try Folder()
    let site = try await AlarmDeskTests.site(in: folder)
    let daemon = try Daemon("millwright", ["run", "--site", site], log: folder.path + "/log")
    #expect(try await daemon.says("boot"))
    let now = WallTime(seconds: Date().timeIntervalSince1970)
    let added = try await Program.run([
      "record", "add", "--machine", "P-101", "--kind", "work-order", "--time", now.iso8601, "--by", "Ana",
      "--text",
      "balanced", "--fault", "unbalance=confirmed", "--site", site,
    ])
    #expect(added.status == 0, "\(added.errors)")
    let id = String(added.output.dropFirst(7).prefix(16))
    #expect(try await daemon.says("alarm P-101:unbalance closed: confirmed"), "\(daemon.text)")
    var shown = try await Program.run(["record", "show", id, "--site", site])
    for _ in 0..<200 where !shown.output.contains("EFFECT") {
      try await Task.sleep(for: .milliseconds(100))
      shown = try await Program.run(["record", "show", id, "--site", site])
    }
    #expect(
      shown.output.contains("EFFECT") && shown.output.contains("alarm P-101:unbalance closed: confirmed"))
    let history = try await Program.run(["alarm", "history", "--person", "Ana", "--site", site])
    #expect(history.output.contains("repaired by Ana \"record \(id): balanced\""), "\(history.output)")
    daemon.signal(SIGTERM)
    #expect(try await daemon.ends() == 0)
    // A new daemon does not take it in again.
    let second = try Daemon("millwright", ["run", "--site", site], log: folder.path + "/log2")
    #expect(try await second.reports(on: site), "\(second.text)")
    #expect(!second.text.contains("record \(id)"))
  }
}
