// SPDX-License-Identifier: Apache-2.0

internal import Recordings

extension Record {
  /// The bearings of PRONOSTIA (PHM 2012) from new to failure, two directions each: snapshots of 2560 samples, every
  /// 10 or 20 s, one behind the other. `phm2012/Bearing1_1/0`.
  public static let bearings = Result { () throws -> [Record] in
    try files("phm2012", "npz").flatMap { path in
      let arrays = try NumpyFile.arrays(of: File.contents(of: path))
      let number = { name in arrays.first { $0.name == name }?.scalar }
      guard let all = arrays.first(where: { $0.name == "acc" }), let rate = number("fs"),
        let scale = number("scale"), all.shape.count == 3, all.shape[2] == 2
      else { throw RecordingError.noVector(format: "npz", holds: "\(arrays.map(\.name))") }
      return try [0, 1].map { axis in
        let words = try all.strided(count: all.shape[0] * all.shape[1], by: 2, from: axis)
        return Record(
          name: "phm2012/\(title(of: path))/\(axis)", rate_Hz: rate,
          samples: words.map { Float(Double($0) * scale * standardGravity) })
      }
    }
  }

  /// The fan of UCI's data set with its three axes: `fan/SETUP-SPEED/AXIS`, speed in percent.
  public static let fan = Result { () throws -> [Record] in
    guard let path = files("uci_fan", "gz").first else { return [] }
    let columns = try (1...5).map { try column($0, of: path, rate_Hz: 50) }
    let setting = columns[0].indices.map { "\(Int(columns[0][$0]))-\(Int(columns[1][$0]))" }
    var order: [String] = []
    var rows: [String: [Int]] = [:]
    for (row, name) in setting.enumerated() {
      if rows[name] == nil { order.append(name) }
      rows[name, default: []].append(row)
    }
    return order.flatMap { name in
      (0..<3).map { axis in
        let samples = (rows[name] ?? []).map { Float(Double(columns[2 + axis][$0]) * standardGravity) }
        return Record(name: "fan/\(name)/\(axis)", rate_Hz: 50, samples: samples)
      }
    }
  }

  /// The readings of WHUT's pump bench at 10 Hz, one channel of one file each: `whut/2/flow1`.
  public static let bench = Result { () throws -> [Record] in
    try files("whut_pipeline", "gz").flatMap { path in
      try (2...9).map { number in
        var selection = Recording.Selection()
        (selection.column, selection.rate_Hz) = (number, 10)
        let record = try Recording.read(path, selection)
        return Record(
          name: "whut/\(title(of: path).prefix(1))/\(record.channel)", rate_Hz: 10, samples: record.samples)
      }
    }
  }

  /// The 16 runs of SKAB valve1 in their order: of each the columns, eight signals at 1 Hz, then 1 where a row is
  /// anomalous and 1 where a change begins or ends.
  public static let skab = Result { () throws -> [[[Float]]] in
    let paths = files("skab/valve1", "gz").sorted { (Int(title(of: $0)) ?? 0) < (Int(title(of: $1)) ?? 0) }
    return try paths.map { path in try (2...11).map { try column($0, of: path, rate_Hz: 1) } }
  }

  private static func column(_ number: Int, of path: String, rate_Hz: Double) throws -> [Float] {
    var selection = Recording.Selection()
    (selection.column, selection.rate_Hz) = (number, rate_Hz)
    return try Recording.read(path, selection).samples
  }
}
