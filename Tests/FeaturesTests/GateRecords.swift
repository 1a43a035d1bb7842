// SPDX-License-Identifier: Apache-2.0

import Foundation
import Machine

/// Real captures that the gate must let through, in m/s2: every channel of the records of Case Western Reserve
/// University and of the bearings of PRONOSTIA (PHM 2012), and the fan of UCI's data set with its three axes.
struct GateRecord: Sendable {
  /// Like `cwru/OR007@6_0_130/DE` or `phm2012/Bearing1_1/0`.
  var name: String
  var rate: Double
  /// 0 where the source tells none.
  var speed: Double
  var samples: [Float]

  var machineSpeed: Double? { speed > 0 ? speed : nil }

  /// Whole windows of `length` samples.
  func windows(of length: Int) -> [[Float]] {
    stride(from: 0, to: samples.count - length + 1, by: length).map { Array(samples[$0..<$0 + length]) }
  }

  static let cwru: Result<[GateRecord], any Error> = Result { try read("cwru") }
  static let phm: Result<[GateRecord], any Error> = Result { try read("phm2012") }
  static let fan: Result<[GateRecord], any Error> = Result { try read("uci_fan") }

  /// The readings of WHUT's pump bench at 10 Hz, one channel of one file each: `whut/2/flow1`.
  static let bench: Result<[GateRecord], any Error> = Result { try read("whut_pipeline") }

  static let isPresent = Recording.folder != nil

  /// Python ended with this status.
  struct Unreadable: Error { var status: Int32 }

  private static func read(_ set: String) throws -> [GateRecord] {
    guard let folder = Recording.folder?.deletingLastPathComponent() else { return [] }
    let python = Process()
    python.executableURL = URL(filePath: "/usr/bin/env")
    python.arguments = ["python3", "-c", script, folder.path, set]
    let pipe = Pipe()
    python.standardOutput = pipe
    try python.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    python.waitUntilExit()
    guard python.terminationStatus == 0 else { throw Unreadable(status: python.terminationStatus) }
    var records: [GateRecord] = []
    var at = data.startIndex
    while let end = data[at...].firstIndex(of: 10) {
      let head = String(decoding: data[at..<end], as: UTF8.self).split(separator: " ").map(String.init)
      let body = data[(end + 1)..<(end + 1 + (Int(head[5]) ?? 0))]
      at = body.endIndex
      let scale = Float(head[3]) ?? .nan
      let samples: [Float] =
        switch head[4] {
        case "h": values(body, Int16.self).map { Float($0) * scale }
        case "i": values(body, Int32.self).map { Float($0) * scale }
        default: values(body, Float.self).map { $0 * scale }
        }
      records.append(
        GateRecord(
          name: head[0], rate: Double(head[1]) ?? .nan, speed: Double(head[2]) ?? .nan, samples: samples))
    }
    return records
  }

  /// SAFETY: the words are plain numbers, and the array has room for every byte that is copied.
  private static func values<Word: BitwiseCopyable & ExpressibleByIntegerLiteral>(
    _ body: Data, _: Word.Type
  ) -> [Word] {
    var words = [Word](repeating: 0, count: body.count / MemoryLayout<Word>.size)
    _ = unsafe words.withUnsafeMutableBytes { unsafe body.copyBytes(to: $0) }
    return words
  }

  /// For each channel a line "name rate speed scale type bytes", then its words. Standard library only.
  private static let script = """
    import array, csv, glob, gzip, os, struct, sys, zipfile
    root, chosen = sys.argv[1:]
    G = 9.80665
    def put(name, rate, speed, values, scale):
        words = values if isinstance(values, array.array) else array.array('f', values)
        body = words.tobytes()
        head = f'{name} {rate} {speed} {scale} {words.typecode} {len(body)}\\n'
        sys.stdout.buffer.write(head.encode() + body)
    kinds = {'<i2': 'h', '<i4': 'i', '<f4': 'f', '<f8': 'd', '<i8': 'q'}
    def load(archive, name):
        raw = archive.read(name + '.npy')
        start = 10 + struct.unpack('<H', raw[8:10])[0]
        values = array.array(kinds[raw[10:start].decode().split("'descr': '")[1][:3]])
        values.frombytes(raw[start:])
        return values
    if chosen == 'uci_fan':
        segments = {}
        with gzip.open(f'{root}/uci_fan/accelerometer.csv.gz', 'rt') as rows:
            for row in list(csv.reader(rows))[1:]:
                segments.setdefault((row[0], row[1]), []).append([float(v) for v in row[2:5]])
        for (setup, speed), rows in segments.items():
            for axis in range(3):
                put(f'fan/{setup}-{speed}/{axis}', 50, 0, [r[axis] for r in rows], G)
        sys.exit()
    if chosen == 'whut_pipeline':
        for path in sorted(glob.glob(f'{root}/whut_pipeline/*.csv.gz')):
            with gzip.open(path, 'rt') as rows:
                head, *rows = csv.reader(rows)
            for channel in range(1, 9):
                values = [float(row[channel]) for row in rows if row[channel].strip()]
                put(f'whut/{os.path.basename(path)[0]}/{head[channel]}', 10, 0, values, 1)
    for path in sorted(glob.glob(f'{root}/{chosen}/*.npz')):
        archive = zipfile.ZipFile(path)
        base = f"{chosen}/{os.path.basename(path)[:-4].replace('12k_Drive_End_', '')}"
        rate = load(archive, 'fs')[0]
        if chosen == 'phm2012':
            values, scale = load(archive, 'acc'), load(archive, 'scale')[0]
            for axis in range(2):
                put(f'{base}/{axis}', rate, 0, values[axis::2], scale * G)
            continue
        for channel in ('DE', 'FE', 'BA'):
            if channel + '.npy' in archive.namelist():
                scale = channel + '_scale'
                worth = load(archive, scale)[0] if scale + '.npy' in archive.namelist() else 1
                put(f'{base}/{channel}', rate, load(archive, 'rpm')[0], load(archive, channel), worth * G)
    """
}
