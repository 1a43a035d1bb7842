// SPDX-License-Identifier: Apache-2.0

/// One channel of a recorded file.
///
/// ```swift
/// let record = try Recording.read("12k_Drive_End_IR007_0_105.npz")
/// record.samples        // in record.unit, "g"
/// record.rate_Hz        // 12000, as the file says
/// record.speed_rpm      // 1797
/// ```
/// Reads WAV (PCM of 8 to 32 bits, float of 32 and 64), CSV and TSV, NumPy's `.npz` and `.npy`, MATLAB v5 `.mat`, and
/// bare samples; each of them also gzipped. The content decides, the extension only where the content does not. What a
/// file does not say is not guessed: a missing rate is an error, a missing unit stays missing.
///
/// Sizes are bounded by `byteLimit` and `sampleLimit`, and every count and offset that a file claims is checked
/// against what is there, so that a damaged or hostile file ends in a `RecordingError`.
public struct Recording: Sendable, Equatable {
  /// Largest file, and largest content of an inflated one, in bytes.
  public static let byteLimit = 256 << 20
  /// Most samples of one channel.
  public static let sampleLimit = 1 << 26
  /// Sample rates that are believed.
  public static let rates_Hz = 1e-3...1e7

  /// Name of the channel that was read.
  public var channel: String
  /// Names of all channels in the file.
  public var channels: [String]
  /// Values in `unit`; all are finite, and there is at least one.
  public var samples: [Float]
  /// Samples per second.
  public var rate_Hz: Double
  /// Symbol of the unit, like `g`; nil when nobody says.
  public var unit: String?
  /// Shaft speed, r/min, where the file says it.
  public var speed_rpm: Double?
  /// What a reader must know: sizes that were wrong, units that follow from names.
  public var notes: [String]

  /// Which part of a file is wanted, and what the file does not say.
  public struct Selection: Sendable {
    /// Name of the channel or array, or a part of it that no other has; nil takes the first.
    public var channel: String?
    /// Number from 1: of a channel or column, or of a place across the time axis of an array.
    public var column: Int?
    /// Number from 1 of the first axis of a three-dimensional array [row, time, column].
    public var row: Int?
    /// Overrides the file's own.
    public var rate_Hz: Double?
    /// Overrides the file's own.
    public var unit: String?
    /// What every value is multiplied by.
    public var scale = 1.0
    /// Where the wanted part begins.
    public var from_s = 0.0
    /// How long it is; nil goes to the end.
    public var length_s: Double?
    /// Reads bare samples of this layout, whatever the content looks like.
    public var raw: RawLayout?
    /// The first channel, whole, as the file has it.
    public init() {}
  }

  /// Reads one channel of a file.
  public static func read(
    _ path: String, _ selection: Selection = Selection()
  ) throws(RecordingError) -> Recording {
    try decode(try File.contents(of: path), extension: File.extension(of: path), selection)
  }

  /// Reads one channel of the content of a file; `extension` is lowercase and without its dot.
  public static func decode(
    _ bytes: [UInt8], extension: String, _ selection: Selection = Selection()
  ) throws(RecordingError) -> Recording {
    guard !bytes.isEmpty else { throw .empty }
    guard bytes.count <= byteLimit else { throw .tooLarge(bytes: bytes.count, limit: byteLimit) }
    let contents = try Contents.parse(bytes, extension: `extension`, selection)
    let chosen = try contents.choose(selection)
    guard let rate = selection.rate_Hz ?? contents.rate_Hz else { throw .noRate }
    guard rates_Hz.contains(rate) else { throw .badRate(rate) }
    var recording = Recording(
      channel: chosen.name, channels: contents.channels.map(\.name), samples: [], rate_Hz: rate,
      unit: selection.unit ?? chosen.unit, speed_rpm: contents.speed_rpm, notes: contents.notes)
    if let stated = contents.rate_Hz, stated != rate {
      recording.notes.append("the file says \(stated) Hz; \(rate) Hz is used as asked")
    }
    try recording.take(try chosen.samples(), selection)
    return recording
  }

  /// Cuts the wanted part out of all samples, scales it and makes sure that it holds numbers only.
  private mutating func take(_ all: [Float], _ selection: Selection) throws(RecordingError) {
    let duration = Double(all.count) / rate_Hz
    guard selection.from_s >= 0, selection.from_s < duration, (selection.length_s ?? 1) > 0 else {
      throw .emptyPart(from_s: selection.from_s, duration_s: duration)
    }
    let first = min(all.count, Int((selection.from_s * rate_Hz).rounded()))
    var last = all.count
    if let length = selection.length_s {
      // Compared as Double: a length of any size is a length.
      let end = (Double(first) + length * rate_Hz).rounded()
      if end < Double(last) { last = Int(end) }
    }
    guard first < last else { throw .emptyPart(from_s: selection.from_s, duration_s: duration) }
    samples = Array(all[first..<last])
    if selection.scale != 1 {
      for i in samples.indices { samples[i] = Float(Double(samples[i]) * selection.scale) }
    }
    if let bad = samples.firstIndex(where: { !$0.isFinite }) {
      throw .notFinite(sample: first + bad, time_s: Double(first + bad) / rate_Hz, channel: channel)
    }
  }
}

/// How bare samples lie in a file: interleaved, little-endian.
public struct RawLayout: Sendable, Equatable {
  /// The number formats that loggers write.
  public enum Format: String, CaseIterable, Sendable { case int16, float32 }
  public var format: Format
  /// Channels that take turns.
  public var channelCount: Int
  /// Samples of `format`, of `channelCount` channels in turn.
  public init(_ format: Format, channelCount: Int = 1) {
    self.format = format
    self.channelCount = channelCount
  }
}
