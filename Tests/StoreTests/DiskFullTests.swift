// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Ledger
import Machine
import Store
import Testing

/// A tmpfs of a few megabytes; making one needs root, which a CI container has and a desk may not.
final class SmallDisk: Sendable {
  let path: String
  static let mayMount = geteuid() == 0 && run("/bin/mount", ["--version"]) == 0

  init(bytes: Int) throws {
    path = NSTemporaryDirectory() + "millwright-disk-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let code = SmallDisk.run("/bin/mount", ["-t", "tmpfs", "-o", "size=\(bytes)", "tmpfs", path])
    if code != 0 { throw CocoaError(.fileWriteUnknown) }
  }
  deinit {
    _ = SmallDisk.run("/bin/umount", ["-l", path])
    try? FileManager.default.removeItem(atPath: path)
  }

  /// What somebody else writes until nothing is left.
  func fill() throws {
    let name = path + "/other-\(UUID().uuidString)"
    _ = FileManager.default.createFile(atPath: name, contents: nil)
    let file = try #require(FileHandle(forWritingAtPath: name))
    for size in [65_536, 4096] {
      while (try? file.write(contentsOf: Data(repeating: 1, count: size))) != nil {}
    }
  }

  /// Takes away what `fill` wrote.
  func empty() throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: path) where name.hasPrefix("other") {
      try FileManager.default.removeItem(atPath: path + "/" + name)
    }
  }

  private static func run(_ tool: String, _ arguments: [String]) -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: tool)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return -1 }
    process.waitUntilExit()
    return process.terminationStatus
  }
}

@Suite(
  .enabled(if: SmallDisk.mayMount, "mounting a small tmpfs needs root; the bound is tested in LedgerTests"))
struct DiskFullTests {
  private func readings(_ minute: Int) -> StoreBatch {
    StoreBatch(
      readings: (0..<500).map { Make.reading(Double(minute) * 60 + Double($0) / 10, 1) },
      windows: [Make.window(Double(minute) * 60)],
      transitions: minute % 5 == 0 ? [Make.transition(Double(minute) * 60, occurrence: minute)] : [])
  }

  @Test func `on a disk that others have filled, the ballast and old readings make room for alarms`()
    async throws
  {
    let disk = try SmallDisk(bytes: 12 << 20)
    let (store, _) = try await Store.open(
      disk.path + "/store.db", now: Make.start, maximumBytes: 64 << 20, ballastBytes: 3 << 20)
    for minute in 0..<100 { try await store.commit(readings(minute)) }
    try disk.fill()
    #expect(try await store.status().hasBallast)
    for minute in 100..<400 { try await store.commit(readings(minute)) }

    var status = try await store.status()
    #expect(!status.hasBallast)
    #expect((status.classes["readings"]?.dropped ?? 0) > 0)
    #expect(status.classes["transitions"]?.rows == 80)
    #expect(status.outbox["alarm"] == 80)
    #expect(try await store.transitions(limit: 1).first?.alarm.occurrence == 395)

    // The same after a restart on the disk that is still full, and again with room.
    try store.close()
    let (again, setAside) = try await Store.open(
      disk.path + "/store.db", now: Make.start, maximumBytes: 64 << 20, ballastBytes: 3 << 20)
    #expect(setAside == nil)
    for minute in 400..<500 { try await again.commit(readings(minute)) }
    #expect(try await !again.status().hasBallast)
    try disk.empty()
    try await again.maintain(now: Make.stamp(500 * 60).received)
    let before = try await again.status()
    for minute in 500..<520 { try await again.commit(readings(minute)) }
    status = try await again.status()
    #expect(status.hasBallast)
    #expect(status.classes["readings"]?.dropped == before.classes["readings"]?.dropped)
    #expect(status.classes["transitions"]?.rows == 104)
  }

  @Test func `a store opens on a disk that was filled while it was away`() async throws {
    let disk = try SmallDisk(bytes: 8 << 20)
    let path = disk.path + "/store.db"
    func open() async throws -> Store {
      try await Store.open(path, now: Make.start, maximumBytes: 16 << 20, ballastBytes: 3 << 20).store
    }
    var store = try await open()
    for minute in 0..<20 { try await store.commit(readings(minute)) }
    try store.close()
    try disk.fill()
    store = try await open()
    #expect(try await !store.status().hasBallast)
    for minute in 20..<40 { try await store.commit(readings(minute)) }
    #expect(try await store.transitions(limit: 1).first?.alarm.occurrence == 35)
  }

  @Test func `with no room at all a commit says so, the backlog holds the batch, and room ends the trouble`()
    async throws
  {
    let disk = try SmallDisk(bytes: 3 << 20)
    let path = disk.path + "/store.db"
    let (store, _) = try await Store.open(path, now: Make.start, maximumBytes: 2 << 20, ballastBytes: 0)
    try await store.commit(Make.full(0))
    try disk.fill()
    var (backlog, failures) = (BoundedBacklog(), 0)
    for minute in 0..<60 {
      backlog.append(readings(minute))
      do {
        while let next = backlog.first {
          try await store.commit(next)
          backlog.removeFirst()
        }
      } catch {
        #expect(error == .full(path: path))
        failures += 1
      }
    }
    #expect(failures > 0 && backlog.count > 0)

    try disk.empty()
    while let next = backlog.first {
      try await store.commit(next)
      backlog.removeFirst()
    }
    #expect(try await store.transitions(limit: 1).first?.alarm.occurrence == 55)
    try store.close()
    #expect(try await Store.open(path, now: Make.start, ballastBytes: 0).setAside == nil)
  }
}
