// SPDX-License-Identifier: Apache-2.0

/// What a file holds, before one channel is chosen.
struct Contents {
  struct Channel {
    var name: String
    var unit: String?
    var samples: () throws(RecordingError) -> [Float]
  }
  /// In the order of the file; not empty.
  var channels: [Channel]
  var rate_Hz: Double?
  var speed_rpm: Double?
  var notes: [String] = []
  /// The one that is taken when nobody chooses.
  var usual = 0
  /// Whether `Selection.column` counts channels; in arrays it counts places across the time axis.
  var areColumns = false

  /// Recognizes the format by its mark, else by the extension, else as text.
  static func parse(
    _ bytes: [UInt8], extension: String, _ selection: Recording.Selection
  ) throws(RecordingError) -> Contents {
    if let raw = selection.raw { return try RawSamples.parse(bytes, raw) }
    if bytes.starts(with: [0x1F, 0x8B]) {
      guard let inner = inflate(bytes[...], .gzip, limit: Recording.byteLimit) else {
        throw .damaged(
          format: "gzip", what: "not whole, or more than \(Recording.byteLimit) bytes inside", at: 0)
      }
      guard !inner.starts(with: [0x1F, 0x8B]) else {
        throw .unsupported(format: "gzip", what: "packed twice", advice: "Unpack it once")
      }
      return try parse(inner, extension: `extension`, selection)
    }
    let text = Bytes(all: bytes, format: "file")
    if text.begins(with: "RIFF") || text.begins(with: "RF64") || `extension` == "wav" {
      return try WaveFile.parse(bytes)
    }
    if text.begins(with: "PK\u{3}\u{4}") || `extension` == "npz" {
      return try NumpyFile.parse(archive: bytes, selection)
    }
    if bytes.starts(with: [0x93] + Array("NUMPY".utf8)) || `extension` == "npy" {
      return try NumpyFile.parse(single: bytes, selection)
    }
    if bytes.starts(with: [0x89] + Array("HDF".utf8)) {
      throw .unsupported(
        format: "HDF5", what: "MATLAB v7.3 and HDF5 are not read",
        advice: "Save it again with -v7 in MATLAB or scipy.io.savemat")
    }
    if text.begins(with: "MATLAB") || `extension` == "mat" { return try MatlabFile.parse(bytes, selection) }
    guard `extension` == "csv" || `extension` == "tsv" || isText(bytes) else { throw .unknownFormat }
    return try TextTable.parse(bytes, selection)
  }

  /// Whether the first bytes are printable in ASCII or parts of UTF-8.
  private static func isText(_ bytes: [UInt8]) -> Bool {
    bytes.prefix(4096).allSatisfy { $0 >= 0x20 || (0x09...0x0D).contains($0) }
  }

  /// The channel that is asked for by name, or by a part of a name that only one has, or by number.
  func choose(_ selection: Recording.Selection) throws(RecordingError) -> Channel {
    let names = channels.map(\.name)
    if let wanted = selection.channel {
      let exact = names.firstIndex(of: wanted) ?? names.firstIndex { $0.lowercased() == wanted.lowercased() }
      let partial = names.indices.filter { names[$0].lowercased().contains(wanted.lowercased()) }
      guard let index = exact ?? (partial.count == 1 ? partial[0] : nil) else {
        throw .noChannel(wanted, available: names)
      }
      return channels[index]
    }
    let number = areColumns ? selection.column.map { $0 - 1 } ?? usual : usual
    guard channels.indices.contains(number) else { throw .noChannel("\(number + 1)", available: names) }
    return channels[number]
  }

  /// The channels of arrays: every vector, with the scalars beside them that say rate, speed and scale.
  ///
  /// `NAME_scale` or `scale` multiplies; `fs`, `sr` or `sample_rate` is the rate in Hz; `rpm`, or what ends in `RPM`,
  /// the speed. DE, FE and BA, `X105_DE_time` and their like are the drive-end, fan-end and base accelerometers of
  /// the Case Western Reserve University bearing data centre, in g.
  static func arrays(
    _ arrays: [NumberArray], format: String, _ selection: Recording.Selection
  ) throws(RecordingError) -> Contents {
    let scalars = Dictionary(
      arrays.compactMap { array in array.scalar.map { (field(array.name), $0) } }
    ) { first, _ in first }
    let vectors = arrays.filter(\.isVector)
    guard !vectors.isEmpty else {
      let holds = arrays.map { "\($0.name) \($0.shape)" }.joined(separator: ", ")
      throw .noVector(format: format, holds: holds)
    }
    var contents = Contents(channels: [])
    contents.rate_Hz = ["fs", "sr", "sample_rate", "samplerate"].lazy.compactMap { scalars[$0] }.first
    contents.speed_rpm =
      scalars["rpm"] ?? scalars.sorted { $0.key < $1.key }.first { $0.key.hasSuffix("rpm") }?.value
    for var array in vectors {
      array.scale = scalars[field(array.name) + "_scale"] ?? scalars["scale"] ?? 1
      let isCWRU = isCWRU(array.name)
      let vector = array
      contents.channels.append(
        Channel(name: array.name, unit: isCWRU ? "g" : nil) { () throws(RecordingError) in
          try vector.vector(column: selection.column, row: selection.row)
        })
      let note = "channels named like those of the CWRU bearing data centre are taken to be in g"
      if isCWRU, !contents.notes.contains(note) { contents.notes.append(note) }
    }
    return contents
  }

  /// The last part of `struct.field`, in lower case.
  private static func field(_ name: String) -> String {
    name.split(separator: ".").last.map { $0.lowercased() } ?? ""
  }

  private static func isCWRU(_ name: String) -> Bool {
    if ["DE", "FE", "BA"].contains(name) { return true }
    let parts = name.split(separator: "_")
    guard parts.count == 3, parts[2] == "time", ["DE", "FE", "BA"].contains(parts[1]) else { return false }
    return parts[0].first == "X" && parts[0].count > 1 && parts[0].dropFirst().allSatisfy(\.isNumber)
  }
}

/// Bare samples.
enum RawSamples {
  static func parse(_ bytes: [UInt8], _ layout: RawLayout) throws(RecordingError) -> Contents {
    let format: NumberFormat = layout.format == .int16 ? .i16 : .f32
    guard (1...1024).contains(layout.channelCount) else {
      throw .noPlace(axis: "channel", index: layout.channelCount, count: 1024, array: "raw samples")
    }
    return try interleaved(
      Bytes(all: bytes, format: "raw \(layout.format.rawValue)"), format, at: 0, size: bytes.count,
      channelCount: layout.channelCount, scale: 1, zero: 0)
  }

  /// Samples of several channels in turn; bytes after the last whole turn are left.
  static func interleaved(
    _ bytes: Bytes, _ format: NumberFormat, at offset: Int, size: Int, channelCount: Int, scale: Double,
    zero: Double
  ) throws(RecordingError) -> Contents {
    let frame = channelCount * format.size
    let frames = size / frame
    guard frames > 0 else { throw .noVector(format: bytes.format, holds: "\(size) bytes of samples") }
    var contents = Contents(channels: [], areColumns: true)
    if size % frame != 0 { contents.notes.append("\(size % frame) bytes after the last sample are left out") }
    var array = try NumberArray(
      "samples", shape: [frames, channelCount], format: format, in: bytes, at: offset)
    array.scale = scale
    array.zero = zero
    for channel in 0..<channelCount {
      let whole = array
      contents.channels.append(
        Contents.Channel(name: "\(channel + 1)", unit: nil) { () throws(RecordingError) in
          try whole.strided(count: frames, by: channelCount, from: channel)
        })
    }
    return contents
  }
}
