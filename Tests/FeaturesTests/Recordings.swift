// SPDX-License-Identifier: Apache-2.0

import Foundation

/// One record of the Case Western Reserve University bearing data centre, by one of its sensors.
struct Recording {
  /// Like `OR007@6_0_130`: fault, size in mil, place, load in horsepower, number.
  var name: String
  var rate: Double
  var speed: Double
  /// In g.
  var samples: [Float]

  /// The folder of the records: `MILLWRIGHT_DATA/cwru`, or `../shared/data/cwru` beside the repository.
  static let folder: URL? = {
    let data: URL
    if let path = ProcessInfo.processInfo.environment["MILLWRIGHT_DATA"] {
      data = URL(filePath: path)
    } else {
      data = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared/data")
    }
    let folder = data.appending(path: "cwru").standardizedFileURL
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
  }()

  /// Every record by the drive-end sensor.
  static let all = Result { try read("DE") }
  /// Every record by the fan-end sensor, where it was recorded; the damage is at the drive end.
  static let fanEnd = Result { try read("FE") }

  /// Python's standard library unpacks the `.npz` archives (no NumPy needed).
  private static func read(_ sensor: String) throws -> [Recording] {
    guard let folder else { return [] }
    let python = Process()
    python.executableURL = URL(filePath: "/usr/bin/env")
    python.arguments = ["python3", "-c", unpack, folder.path, sensor]
    let pipe = Pipe()
    python.standardOutput = pipe
    try python.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    python.waitUntilExit()
    guard python.terminationStatus == 0 else { throw Unreadable(status: python.terminationStatus) }
    return records(in: data)
  }

  /// Python, which unpacks the records, ended with this status (127: there is none).
  struct Unreadable: Error { var status: Int32 }

  /// For each record a line "name rate speed scale type bytes", then the bytes of the samples.
  private static let unpack = """
    import glob, os, struct, sys, zipfile
    for path in sorted(glob.glob(sys.argv[1] + '/*.npz')):
        archive = zipfile.ZipFile(path)
        sensor = sys.argv[2]
        if sensor + '.npy' not in archive.namelist():
            continue
        def array(name):
            raw = archive.read(name + '.npy')
            start = 10 + struct.unpack('<H', raw[8:10])[0]
            return raw[10:start].decode().split("'descr': '")[1][:3], raw[start:]
        def number(name):
            kind, raw = array(name)
            return struct.unpack({'<f8': '<d', '<f4': '<f', '<i8': '<q', '<i4': '<i'}[kind], raw)[0]
        kind, samples = array(sensor)
        scale = number(sensor + '_scale') if kind == '<i2' else 1
        name = os.path.basename(path)[:-4].replace('12k_Drive_End_', '')
        line = f'{name} {number("fs")} {number("rpm")} {scale} {kind} {len(samples)}\\n'
        sys.stdout.buffer.write(line.encode() + samples)
    """

  private static func records(in data: Data) -> [Recording] {
    var records: [Recording] = []
    var rest = [UInt8](data)[...]
    while let end = rest.firstIndex(of: 10) {
      let head = String(decoding: rest[..<end], as: UTF8.self).split(separator: " ").map(String.init)
      let body = rest[(end + 1)...].prefix(Int(head[5]) ?? 0)
      rest = rest[body.endIndex...]
      let scale = Float(head[3]) ?? .nan
      let samples = words(Array(body), size: head[4] == "<i2" ? 2 : 4).map { word in
        head[4] == "<i2" ? Float(Int16(truncatingIfNeeded: word)) * scale : Float(bitPattern: word)
      }
      records.append(
        Recording(
          name: head[0], rate: Double(head[1]) ?? .nan, speed: Double(head[2]) ?? .nan, samples: samples))
    }
    return records
  }

  /// Little-endian words of 2 or 4 bytes.
  private static func words(_ bytes: [UInt8], size: Int) -> [UInt32] {
    stride(from: 0, to: bytes.count, by: size).map { start in
      var word: UInt32 = 0
      for i in (0..<size).reversed() { word = word << 8 | UInt32(bytes[start + i]) }
      return word
    }
  }
}
