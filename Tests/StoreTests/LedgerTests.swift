// SPDX-License-Identifier: Apache-2.0

import Foundation
import Ledger
import Testing

private let notes = [
  Migration("1 notes", ["CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL, data BLOB) STRICT"])
]

@Suite struct LedgerTests {
  let scratch: Scratch
  init() throws { scratch = try Scratch() }

  @Test func `a new file is in WAL with synchronous FULL, and keeps to its bounds`() async throws {
    let ledger = try Ledger.open(
      scratch.file("a.db"), migrations: notes, limits: .init(maximumBytes: 1 << 20))
    let settings = try await ledger.read { (tx) throws(LedgerError) in
      try [
        "journal_mode", "synchronous", "foreign_keys", "journal_size_limit", "max_page_count",
        "secure_delete",
      ].map { (name) throws(LedgerError) in try tx.value("PRAGMA \(name)") }
    }
    // 2 is FULL: https://www.sqlite.org/pragma.html#pragma_synchronous
    #expect(settings == [.text("wal"), 2, 1, 4_194_304, 256, 0])
  }

  @Test func `an error inside a transaction takes all of it back`() async throws {
    let ledger = try Ledger.open(scratch.file("a.db"), migrations: notes)
    await #expect(throws: LedgerError.self) {
      try await ledger.write { (tx) throws(LedgerError) in
        try tx.run("INSERT INTO note (text) VALUES (?)", "kept?")
        try tx.run("INSERT INTO note (text) VALUES (?)", .null)
      }
    }
    let count = try await ledger.read { (tx) throws(LedgerError) in try tx.value("SELECT count(*) FROM note")
    }
    #expect(count == 0)
  }

  @Test func `every storage class comes back as it went in`() async throws {
    let values: [SQLValue] = [.null, .integer(.min), .real(0.1), .text("æ ✓ \" '"), .blob([0, 255, 10])]
    let ledger = try Ledger.open(scratch.file("a.db"), migrations: [])
    let back = try await ledger.read { (tx) throws(LedgerError) in try tx.rows("SELECT ?, ?, ?, ?, ?", values)
    }
    #expect(back == [values])
  }

  @Test func `the checksum is CRC-32 as published`() async throws {
    // Check value of CRC-32/ISO-HDLC, https://reveng.sourceforge.io/crc-catalogue/17plus.htm
    #expect(Checksum.crc32("123456789".utf8) == 0xCBF4_3926)
    let ledger = try Ledger.open(scratch.file("a.db"), migrations: [])
    let inSQL = try await ledger.read { (tx) throws(LedgerError) in
      try tx.rows("SELECT crc32('123456789'), crc32(x'313233343536373839'), crc32(NULL)")
    }
    #expect(inSQL == [[0xCBF4_3926, 0xCBF4_3926, .null]])
  }

  @Test func `a directory in the file's place is named`() throws {
    #expect(throws: LedgerError.isDirectory(path: scratch.path)) {
      try Ledger.openOrSetAside(scratch.path, migrations: notes)
    }
    #expect("\(LedgerError.isDirectory(path: "/x"))" == "/x: is a directory, expected a database file")
  }

  @Test func `a missing folder is named and nothing is set aside`() throws {
    let path = scratch.file("missing/a.db")
    let error = #expect(throws: LedgerError.self) { try Ledger.openOrSetAside(path, migrations: notes) }
    guard case .cannotOpen(path, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `a file of a newer version is refused, not replaced`() throws {
    let path = scratch.file("a.db")
    let newer = notes + [Migration("2 later", ["CREATE TABLE later (x)"])]
    try Ledger.open(path, migrations: newer).close()
    #expect(throws: LedgerError.newer(path: path, unknown: ["2 later"])) {
      try Ledger.openOrSetAside(path, migrations: notes)
    }
    #expect(!scratch.names.contains { $0.contains("corrupt") })
  }

  @Test func `a migration runs once, and a later one finds the data of the earlier`() async throws {
    let path = scratch.file("a.db")
    let ledger = try Ledger.open(path, migrations: notes)
    try await ledger.write { (tx) throws(LedgerError) in try tx.run("INSERT INTO note (text) VALUES ('old')")
    }
    try ledger.close()
    let second = Migration("2 stars", ["ALTER TABLE note ADD COLUMN stars INTEGER NOT NULL DEFAULT 5"])
    for _ in 0..<2 {
      let ledger = try Ledger.open(path, migrations: notes + [second])
      let rows = try await ledger.read { (tx) throws(LedgerError) in
        try tx.rows("SELECT text, stars FROM note")
      }
      #expect(rows == [["old", 5]])
      try ledger.close()
    }
  }

  @Test func `a second writer is refused and told who the first is, until the first closes`() throws {
    let path = scratch.file("a.db")
    let first = try Ledger.open(path, migrations: notes)
    let inUse = LedgerError.inUse(path: path, process: getpid())
    #expect(throws: inUse) { try Ledger.open(path, migrations: notes) }
    #expect(throws: inUse) { try Ledger.openOrSetAside(path, migrations: notes) }
    #expect(
      "\(LedgerError.inUse(path: "/x.db", process: 7))"
        == "/x.db: process 7 writes it already; stop that one, or give this one a place of its own")
    try Ledger.openForReading(path).close()
    #expect(throws: inUse) { try Ledger.open(path, migrations: notes) }
    try first.close()
    try Ledger.open(path, migrations: notes).close()
  }

  @Test func `a lock that cannot be made is named`() throws {
    let path = scratch.file("a.db")
    try FileManager.default.createDirectory(atPath: path + ".lock", withIntermediateDirectories: true)
    let error = #expect(throws: LedgerError.self) { try Ledger.open(path, migrations: notes) }
    #expect("\(try #require(error))" == "\(path): cannot open: \(path).lock: Is a directory")
  }

  enum Damage: String, CaseIterable { case text, zeroedHeader, zeroedPages, truncated }

  @Test(arguments: Damage.allCases)
  func `a corrupt file is set aside whole and a fresh one begun`(_ damage: Damage) async throws {
    let path = scratch.file("a.db")
    try await fill(path)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    var damaged = bytes
    switch damage {
    case .text: damaged = Data("site: demo\nnode: gateway-1\n".utf8) + Data(repeating: 32, count: 2000)
    case .zeroedHeader: damaged.replaceSubrange(0..<100, with: Data(repeating: 0, count: 100))
    case .zeroedPages: damaged.replaceSubrange(4096..<12_288, with: Data(repeating: 0, count: 8192))
    case .truncated: damaged = bytes.prefix(bytes.count / 2)
    }
    try damaged.write(to: URL(fileURLWithPath: path))

    let (ledger, setAside) = try Ledger.openOrSetAside(path, migrations: notes)
    let aside = try #require(setAside)
    #expect(aside.path.hasPrefix(path + ".corrupt-"))
    #expect(!aside.reason.isEmpty)
    #expect(try Data(contentsOf: URL(fileURLWithPath: aside.path)) == damaged)
    let count = try await ledger.read { (tx) throws(LedgerError) in try tx.value("SELECT count(*) FROM note")
    }
    #expect(count == 0)
    try ledger.close()
    #expect(try Ledger.openOrSetAside(path, migrations: notes).setAside == nil)
  }

  private func fill(_ path: String) async throws {
    let ledger = try Ledger.open(path, migrations: notes)
    try await ledger.write { (tx) throws(LedgerError) in
      for _ in 0..<400 {
        try tx.run("INSERT INTO note (text) VALUES (?)", .text(String(repeating: "n", count: 100)))
      }
    }
    try ledger.close()
  }

  @Test func `at the bound a write fails as full, deleting still works, and writing then works again`()
    async throws
  {
    let ledger = try Ledger.open(
      scratch.file("a.db"), migrations: notes, limits: .init(maximumBytes: 400 << 10, ballastBytes: 0))
    func add() async throws(LedgerError) {
      try await ledger.write { (tx) throws(LedgerError) in
        try tx.run("INSERT INTO note (text, data) VALUES ('', ?)", .blob(Array(repeating: 1, count: 50_000)))
      }
    }
    await #expect(throws: LedgerError.full(path: ledger.path)) { while true { try await add() } }
    #expect(try await ledger.usage().fileBytes <= 400 << 10)
    try await ledger.write { (tx) throws(LedgerError) in try tx.run("DELETE FROM note WHERE id <= 2") }
    try await add()
  }
}
