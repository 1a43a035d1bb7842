// SPDX-License-Identifier: Apache-2.0

import Firmware
import Foundation
import Glibc
import Machine
import Simulation
import Store
import Testing

/// The daemon as systemd runs it, in front of a simulated node.
@Suite struct DaemonTests {
  /// A simulated pump at a port of its own, and a site file that reads it.
  final class Setting {
    let folder: Folder
    let site: String
    let port: UInt16
    private let rack: RunningRack

    init(rest: String = "") throws {
      folder = try Folder()
      var rack = Rack(Timebase(speedup: 1))
      port = try rack.addTCP(units: [1: NodeFirmware(SimulatedMachine(.pump(), seed: 1))])
      self.rack = rack.start()
      site = try CommandTests.site(in: folder, connection: "tcp: 127.0.0.1:\(port)", rest: rest)
    }

    deinit { rack.stop() }

    func daemon(environment: [String: String] = [:]) throws -> Daemon {
      try Daemon(
        "millwright", ["run", "--site", site], log: folder.path + "/log", environment: environment)
    }
  }

  @Test func `SIGTERM drains to the disk in under two seconds`() async throws {
    let setting = try Setting()
    let daemon = try setting.daemon()
    #expect(try await daemon.says("boot"))
    try await Task.sleep(for: .seconds(3))
    let began = ContinuousClock.now
    daemon.signal(SIGTERM)
    #expect(try await daemon.ends() == 0)
    #expect(ContinuousClock.now - began < .seconds(2))
    let store = try Store.openForReading(setting.folder.path + "/data/millwright.db")
    let latest = try await store.latest()
    #expect(latest.contains { $0.point.name == "speed" && ($0.value ?? 0) > 1000 })
  }

  @Test func `status tells what the daemon does, and who answers`() async throws {
    let setting = try Setting()
    let daemon = try setting.daemon()
    #expect(try await daemon.says("boot"))
    try await Task.sleep(for: .seconds(7))
    let status = try await Program.run(["status", "--json", "--site", setting.site])
    #expect(status.status == 0, "\(status.errors)")
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(status.output.utf8)) as? [String: Any])
    let buses = try #require(json["modbus"] as? [[String: Any]])
    #expect(buses.first?["polls"] as? Int ?? 0 >= 3)
    #expect(buses.first?["missedSchedules"] as? Int == 0)
    let text = try await Program.run(["status", "--site", setting.site]).output
    #expect(text.contains("P-101") && text.contains("POWER (estimated"), "\(text)")
  }

  @Test func `a wrong configuration is refused at SIGHUP and the old one stays; a right one is taken`()
    async throws
  {
    let setting = try Setting()
    let daemon = try setting.daemon()
    #expect(try await daemon.says("boot"))
    let text = try String(contentsOfFile: setting.site, encoding: .utf8)
    _ = try setting.folder.write(
      text.replacingOccurrences(of: "kind: pump", with: "kind: pmup"), to: "site.yaml")
    daemon.signal(SIGHUP)
    #expect(try await daemon.says("reload refused"))
    #expect(daemon.text.contains("did you mean 'pump'?"), "\(daemon.text)")
    #expect(daemon.process.isRunning)
    _ = try setting.folder.write(
      text.replacingOccurrences(of: "kind: pump", with: "kind: fan"), to: "site.yaml")
    daemon.signal(SIGHUP)
    #expect(try await daemon.says("configuration reloaded"))
    daemon.signal(SIGTERM)
    #expect(try await daemon.ends() == 0)
  }

  @Test func `a corrupt database is set aside and reported, and the daemon works on a fresh one`()
    async throws
  {
    let setting = try Setting()
    let data = setting.folder.path + "/data"
    try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
    _ = FileManager.default.createFile(
      atPath: data + "/millwright.db", contents: Data(repeating: 0x5A, count: 40_000))
    let daemon = try setting.daemon()
    #expect(try await daemon.says("the database was damaged"), "\(daemon.text)")
    #expect(try await daemon.says("boot"))
    let files = try FileManager.default.contentsOfDirectory(atPath: data)
    #expect(files.contains { $0.contains("corrupt") }, "\(files)")
  }

  @Test func `a calibration of the first edition is told and learned anew`() async throws {
    let setting = try Setting()
    let data = setting.folder.path + "/data"
    try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
    let now = Stamp(received: WallTime(seconds: 1_767_225_600), monotonic: MonotonicTime(seconds: 1))
    let (store, _) = try await Store.open(data + "/millwright.db", now: now.wall)
    try await store.commit(
      StoreBatch(snapshots: [
        Snapshot(key: "calibration", stamp: now, bytes: Array(#"{"modelHash":"0","points":[]}"#.utf8))
      ]))
    try store.close()
    let daemon = try setting.daemon()
    #expect(try await daemon.says("the model is calibrated anew"), "\(daemon.text)")
    #expect(daemon.text.contains("not told apart by operating state"), "\(daemon.text)")
    #expect(try await daemon.says("boot"))
  }

  @Test func `a database that is a directory is refused by name with 74`() async throws {
    let setting = try Setting()
    try FileManager.default.createDirectory(
      atPath: setting.folder.path + "/data/millwright.db", withIntermediateDirectories: true)
    let daemon = try setting.daemon()
    #expect(try await daemon.ends(within: 10) == 74)
    #expect(daemon.text.contains("millwright.db"), "\(daemon.text)")
  }

  @Test
  func `a second daemon on the same data is refused with 74 while the first works on, killed or reloaded`()
    async throws
  {
    let setting = try Setting()
    let first = try setting.daemon()
    #expect(try await first.says("boot"))
    func refusal() async throws -> Program.Result { try await Program.run(["run", "--site", setting.site]) }
    let message =
      "error: \(setting.folder.path)/data/millwright.db: process \(first.process.processIdentifier) writes it "
      + "already; stop that one, or give this one a place of its own\n"
    var second = try await refusal()
    #expect(second.status == 74)
    #expect(second.errors == message)
    first.signal(SIGHUP)
    #expect(try await first.says("configuration reloaded"))
    second = try await refusal()
    #expect(second.errors == message)
    #expect(try await first.reports(on: setting.site), "\(first.text)")
    first.stop()
    let third = try Daemon(
      "millwright", ["run", "--site", setting.site], log: setting.folder.path + "/log-3")
    #expect(try await third.says("boot"), "a killed daemon left its lock: \(third.text)")
  }

  @Test func `a second receiver on the same database is refused with 74`() async throws {
    let folder = try Folder()
    let arguments = [
      "receive", "--site", "test", "--broker", "mqtt://127.0.0.1:1", "--database", folder.path + "/up.db",
    ]
    let first = try Daemon("millwright", arguments, log: folder.path + "/log")
    while !FileManager.default.fileExists(atPath: folder.path + "/up.db-wal") {
      try await Task.sleep(for: .milliseconds(20))
    }
    let second = try await Program.run(arguments)
    #expect(second.status == 74)
    #expect(
      second.errors.contains("up.db: process \(first.process.processIdentifier) writes it already"),
      "\(second.errors)")
  }

  @Test func `readiness, reload and stop are told to the service manager`() async throws {
    let setting = try Setting()
    let path = setting.folder.path + "/notify"
    let notices = try NotifySocket(path: path)
    let daemon = try setting.daemon(environment: ["NOTIFY_SOCKET": path])
    #expect(try await daemon.says("boot"))
    daemon.signal(SIGHUP)
    #expect(try await daemon.says("configuration reloaded"))
    daemon.signal(SIGTERM)
    #expect(try await daemon.ends() == 0)
    let heard = notices.read()
    #expect(heard.contains { $0.hasPrefix("READY=1") }, "\(heard)")
    #expect(heard.contains { $0.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") }, "\(heard)")
    #expect(heard.last == "STOPPING=1", "\(heard)")
  }

  @Test func `a broker that is absent costs nothing but the alarms' delay`() async throws {
    let setting = try Setting(rest: "upstream: { broker: mqtt://127.0.0.1:1 }")
    let daemon = try setting.daemon()
    #expect(try await daemon.says("alarms wait for the broker"), "\(daemon.text)")
    try await Task.sleep(for: .seconds(7))
    let status = try await Program.run(["status", "--json", "--site", setting.site])
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(status.output.utf8)) as? [String: Any])
    #expect((json["modbus"] as? [[String: Any]])?.first?["polls"] as? Int ?? 0 >= 2)
    #expect((json["modbus"] as? [[String: Any]])?.first?["missedSchedules"] as? Int == 0)
  }
}

/// The receiving end of sd_notify(3).
final class NotifySocket {
  private let descriptor: Int32

  init(path: String) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &name.sun_path) { unsafe $0.copyBytes(from: Array(path.utf8)) }
    // SAFETY: the address lives on this frame for the call, and its true size is passed.
    let bound = unsafe withUnsafePointer(to: &name) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(bound == 0)
  }

  deinit { close(descriptor) }

  /// Every datagram so far.
  func read() -> [String] {
    var all: [String] = []
    while true {
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = unsafe buffer.withUnsafeMutableBytes {
        unsafe recv(descriptor, $0.baseAddress, $0.count, 0)
      }
      guard count > 0 else { return all }
      all.append(String(decoding: buffer.prefix(count), as: UTF8.self))
    }
  }
}
