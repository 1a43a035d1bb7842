// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct CommandTests {
  static func site(
    in folder: Folder, connection: String = "tcp: 127.0.0.1:1", points: String = "", machine: String = "",
    rest: String = ""
  ) throws -> String {
    try folder.write(
      """
      site: test
      node: gateway-1
      storage: { directory: \(folder.path)/data }
      connections:
        - name: line-1
          modbus:
            \(connection)
            devices:
              - { name: node-1, unit: 1, profile: millwright-sim-node, allow-writes: [waveform.trigger] }
      machines:
        - id: P-101
          kind: pump
          \(machine)
          points:
            - { name: speed, role: shaft-speed, from: line-1.node-1.speed }
            \(points)
      \(rest)
      """, to: "site.yaml")
  }

  @Test func `the version is printed, and no arguments print the help`() async throws {
    #expect(try await Program.run(["version"]).output == "millwright 0.1.0\n")
    #expect(try await Program.run([]).output.contains("USAGE: millwright"))
  }

  @Test func `wrong usage ends with 64`() async throws {
    #expect(try await Program.run(["chekc"]).status == 64)
    #expect(try await Program.run(["run", "--sight", "x"]).status == 64)
  }

  @Test(arguments: [
    ("- { name: p, role: suction-pressure, from: line-1.node-1.speed }", "from", "expected"),
    ("- { name: p, role: shaft-speed, from: line-1.node-1.spede }", "speed", "nearest"),
    ("- { name: p, role: shaft-speed, from: line-7.node-1.speed }", "line-1", "did you mean"),
    ("- { name: p, role: shaft-sped, from: line-1.node-1.speed }", "shaft-speed", "did you mean"),
    ("- { name: p, role: shaft-speed, form: line-1.node-1.speed }", "from", "missing"),
    ("- { name: speed, role: shaft-speed, from: line-1.node-1.speed }", "stands twice", ""),
    ("- { name: a/b, role: shaft-speed, from: line-1.node-1.speed }", "name", "without spaces"),
  ])
  func `a mistake in the site file is named with its place and ends with 78`(
    point: String, says: String, how: String
  ) async throws {
    let folder = try Folder()
    let file = try Self.site(in: folder, points: point)
    let result = try await Program.run(["check", "--site", file])
    #expect(result.status == 78)
    #expect(result.errors.hasPrefix("error: \(file):16:"), "\(result.errors)")
    #expect(result.errors.contains(says), "\(result.errors)")
  }

  @Test(arguments: [
    ("SKF 6205-2RS JEN", "did you mean 'SKF 6205-2RS JEM'?"),
    ("6205", "did you mean 'SKF 6205-2RS JEM'?"),
    ("FAG 6203-C-2Z", "did you mean 'SKF 6203-2RS'?"),
    ("za2115", "did you mean 'Rexnord ZA-2115'?"),
    ("UER-204", "did you mean 'LDK UER204'?"),
    ("23024", "known: ER-16K, LDK UER204"),
  ])
  func `an unknown bearing is refused and the closest known ones are named`(designation: String, says: String)
    async throws
  {
    let folder = try Folder()
    let file = try Self.site(in: folder, machine: "bearings: [{ name: DE, designation: '\(designation)' }]")
    let result = try await Program.run(["check", "--site", file])
    #expect(result.status == 78)
    #expect(result.errors.contains(says), "\(result.errors)")
  }

  @Test(arguments: [
    ("poles: 3", "an even number of poles"), ("poles: 2\n    rotor-bars: 1", "from 4 to 500"),
    ("gears: [{ name: g, driver-teeth: 0 }]", "from 1 to 10000"),
    ("gears: [{ name: g, teeth: 20 }]", "driver-teeth"),
    ("belts: [{ name: b, length-mm: 0 }]", "a number above 0"),
  ])
  func `impossible gears, belts and poles are refused`(machine: String, says: String) async throws {
    let folder = try Folder()
    let file = try Self.site(in: folder, machine: machine)
    let result = try await Program.run(["check", "--site", file])
    #expect(result.status == 78)
    #expect(result.errors.contains(says), "\(result.errors)")
  }

  private static let sensors = """
    - { name: second, role: shaft-speed, from: line-1.node-1.speed }
    - { name: X, role: vibration, from: line-1.node-1.waveform }
    - { name: Y, role: vibration, from: line-1.node-1.waveform }
    - { name: Z, role: vibration, from: line-1.node-1.waveform }
    - { name: v, role: velocity-rms, from: line-1.node-1.velocity-rms }
    """.replacingOccurrences(of: "\n", with: "\n      ")

  @Test func `the check shows which points are one sensor`() async throws {
    let folder = try Folder()
    let file = try Self.site(
      in: folder, points: Self.sensors,
      machine:
        "sensors: [axes: { x: X, y: Y, z: Z }, { redundant: [speed, second], tolerance: 2.5% }, { velocity: v, of: X }]"
    )
    let result = try await Program.run(["check", "--site", file])
    #expect(result.status == 0, "\(result.errors)")
    for line in [
      "sensor: P-101: X, Y and Z are one sensor that feels 1 g",
      "sensor: P-101: speed and second tell one measurement within 2.5 %",
      "sensor: P-101: v is what the sensor makes of the waveform at X",
    ] { #expect(result.output.contains(line), "\(result.output)") }
  }

  @Test(arguments: [
    ("axes: { x: X, y: Y }", 21, "axes.z: missing"),
    ("axes: { x: X, y: Y, z: X }", 38, "'X' stands twice"),
    ("axes: { x: X, y: Y, z: ZZ }", 38, "did you mean 'Z'?"),
    ("axes: { x: X, y: Y, z: speed }", 38, "vibration points (X, Y, Z), found 'speed'"),
    ("axes: { x: X, y: Y, z: Z, w: X }", 41, "axes.w: unknown key"),
    ("{ redundant: [speed] }", 28, "two points"),
    ("{ redundant: [speed, v] }", 28, "found rotational-speed and velocity"),
    ("{ redundant: [speed, speed] }", 28, "two points of one quantity"),
    ("{ redundant: [X, Y] }", 29, "scalar points (speed, second, v), found 'X'"),
    ("{ redundant: [speed, second], tolerance: 5 }", 56, "a share above 0% and below 100%, like 5%"),
    ("{ redundant: [speed, second], tolerance: 100% }", 56, "found '100%'"),
    ("{ velocity: v }", 15, "sensors[0].of: missing"),
    ("{ velocity: speed, of: X }", 27, "velocity-rms points (v), found 'speed'"),
    ("{ velocity: v, of: X }, { velocity: v, of: X }", 58, "'X' stands twice"),
    ("{ axis: { x: X } }", 15, "one of 'axes: { x, y, z }'"),
  ])
  func `a sensor that cannot be is refused with its place`(sensor: String, column: Int, says: String)
    async throws
  {
    let folder = try Folder()
    let file = try Self.site(in: folder, points: Self.sensors, machine: "sensors: [\(sensor)]")
    let result = try await Program.run(["check", "--site", file])
    #expect(result.status == 78)
    #expect(result.errors.hasPrefix("error: \(file):13:\(column):"), "\(result.errors)")
    #expect(result.errors.contains(says), "\(result.errors)")
  }

  @Test(arguments: [
    (["--broker", "http://h"], "--broker:1:9: broker: expected mqtt://host:port"),
    (["--broker", "mqtt://h:0"], "--broker:1:9: broker: expected mqtt://host:port"),
    (["--broker", "mqtt://h'x:1'"], "--broker:1:9: broker: expected mqtt://host:port"),
    (["--broker", "none.yaml"], "none.yaml: no such file"),
    (["--site", "a/b"], "--site:1:7: site: expected 1 to 64 bytes without spaces"),
    (["--site", ""], "--site:1:7: site: expected 1 to 64 bytes without spaces"),
  ])
  func `a receiver with a wrong broker or site names the option and ends with 78`(
    wrong: [String], says: String
  ) async throws {
    let folder = try Folder()
    let site = wrong[0] == "--site" ? [] : ["--site", "test"]
    let result = try await Program.run(["receive", "--database", folder.path + "/up.db"] + site + wrong)
    #expect(result.status == 78)
    #expect(result.errors.hasPrefix("error: \(says)"), "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/up.db"))
  }

  @Test func `a broker file's mistake is named with its line and key`() async throws {
    let folder = try Folder()
    let file = try folder.write("broker: mqtt://h\nkeep-alive: 1s\n", to: "broker.yaml")
    let result = try await Program.run([
      "receive", "--site", "test", "--broker", file, "--database", folder.path + "/up.db",
    ])
    #expect(result.status == 78)
    #expect(result.errors.hasPrefix("error: \(file):2:13: keep-alive: expected"), "\(result.errors)")
  }

  @Test func `a site file that is a directory or absent is refused`() async throws {
    let folder = try Folder()
    let directory = try await Program.run(["check", "--site", folder.path])
    #expect(directory.status == 78 && directory.errors.contains("is a directory"))
    let absent = try await Program.run(["run", "--site", folder.path + "/none.yaml"])
    #expect(absent.status == 78 && absent.errors.contains("no such file"))
  }

  @Test func `a plan that cannot fit its bus is refused, one that fits is described`() async throws {
    let folder = try Folder()
    let wave = "- { name: DE-H, role: vibration, from: line-1.node-1.waveform }"
    let slow = try Self.site(in: folder, connection: "rtu: /dev/ttyUSB0\n      baud: 4800", points: wave)
    let refused = try await Program.run(["check", "--site", slow])
    #expect(refused.status == 78)
    #expect(refused.errors.contains("more to do than time"), "\(refused.errors)")
    let fast = try Self.site(in: folder, points: wave)
    let fits = try await Program.run(["check", "--json", "--site", fast])
    #expect(fits.status == 0, "\(fits.errors)")
    let json = try #require(try JSONSerialization.jsonObject(with: Data(fits.output.utf8)) as? [String: Any])
    #expect(json["schema"] as? Int == 1)
  }

  @Test func `the example site file passes the check`() async throws {
    let result = try await Program.run(["check", "--site", "packaging/millwright.example.yaml"])
    #expect(result.status == 0, "\(result.errors)")
  }

  @Test func `a device that does not answer ends probe with 69`() async throws {
    let folder = try Folder()
    let result = try await Program.run(["probe", "--site", try Self.site(in: folder)])
    #expect(result.status == 69)
    #expect(result.errors.contains("no answer from line-1.node-1"), "\(result.errors)")
  }

  @Test func `status without a daemon says so and ends with 69`() async throws {
    let folder = try Folder()
    let result = try await Program.run(["status", "--site", try Self.site(in: folder)])
    #expect(result.status == 69)
    #expect(result.errors.contains("no daemon has run"), "\(result.errors)")
  }

  @Test func `a corrupt model is refused by name and the daemon does not start`() async throws {
    let folder = try Folder()
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/devices",
      withDestinationPath: FileManager.default.currentDirectoryPath + "/devices")
    try FileManager.default.createDirectory(
      atPath: folder.path + "/models", withIntermediateDirectories: true)
    _ = try folder.write("this is no model", to: "models/anomaly.int8.onnx")
    let result = try await Program.run(
      ["replay", "--site", try Self.site(in: folder), "/dev/null"],
      environment: ["MILLWRIGHT_RESOURCES": folder.path])
    #expect(result.status == 78)
    #expect(result.errors.contains("anomaly.int8.onnx: model refused"), "\(result.errors)")
  }

  @Test func `a recording with a broken line is refused with its number`() async throws {
    let folder = try Folder()
    let good = #"{"t":1.0,"machine":"P-101","point":"speed","quantity":"rotational-speed","value":1480}"#
    let file = try folder.write("\(good)\n\n{\"t\":", to: "r.jsonl")
    let result = try await Program.run(["replay", "--site", try Self.site(in: folder), file])
    #expect(result.status == 65)
    #expect(result.errors.contains("r.jsonl:3: not a sample"), "\(result.errors)")
  }
}
