// SPDX-License-Identifier: Apache-2.0

/// Why a recording could not be read: what is wrong, where, and what to do about it.
public enum RecordingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file cannot be opened, or is none.
  case unreadable(String)
  /// A file without a single byte.
  case empty
  /// Larger than what is read; all sizes in bytes.
  case tooLarge(bytes: Int, limit: Int)
  /// Neither the content nor the extension says what it is.
  case unknownFormat
  /// Ends before something that its own header promises.
  case cut(format: String, what: String, at: Int, size: Int)
  /// Contradicts its own format.
  case damaged(format: String, what: String, at: Int)
  /// A part of the format that is not read, with the way around it.
  case unsupported(format: String, what: String, advice: String)
  /// Whole, but without a vector of numbers.
  case noVector(format: String, holds: String)
  /// No channel of this name or number.
  case noChannel(String, available: [String])
  /// A row or column beyond the array.
  case noPlace(axis: String, index: Int, count: Int, array: String)
  /// Nothing says how fast it was sampled.
  case noRate
  /// A rate that no sensor samples at.
  case badRate(Double)
  /// Not a number where one must stand; lines from 1.
  case notNumber(line: Int, column: String, text: String)
  /// The time column does not go on in equal steps; lines from 1.
  case unevenTime(line: Int, step_s: Double, usual_s: Double)
  /// A sample that is no number, counted from the beginning of the recording.
  case notFinite(sample: Int, time_s: Double, channel: String)
  /// The chosen part holds no sample.
  case emptyPart(from_s: Double, duration_s: Double)

  public var description: String {
    switch self {
    case .unreadable(let reason): reason
    case .empty: "it is empty, 0 bytes. Copy or record it again"
    case .tooLarge(let bytes, let limit):
      "\(bytes) bytes; at most \(limit) are read. Cut the recording into parts"
    case .unknownFormat:
      "neither WAV, CSV, .npz, .npy nor MATLAB v5. If it holds bare samples, say --raw int16 or --raw float32, and --rate"
    case .cut(let format, let what, let at, let size):
      "\(format): \(what) at byte \(at) lies beyond the end; the file has \(size) bytes. Copy or record it again"
    case .damaged(let format, let what, let at): "\(format): byte \(at): \(what). Copy or record it again"
    case .unsupported(let format, let what, let advice): "\(format): \(what). \(advice)"
    case .noVector(let format, let holds):
      "\(format): no vector of numbers in it; it holds \(holds.isEmpty ? "nothing" : holds). Save the samples as an array of real numbers"
    case .noChannel(let wanted, let available):
      "no channel '\(wanted)'; there are: \(available.isEmpty ? "none" : available.joined(separator: ", ")). Choose one with --channel or --column"
    case .noPlace(let axis, let index, let count, let array):
      "\(array) has no \(axis) \(index); \(axis)s are 1 to \(count). Choose one with --\(axis)"
    case .noRate: "it does not say its sample rate; give it with --rate HZ"
    case .badRate(let rate):
      "a sample rate of \(rate) Hz is none; rates are 0.001 to 10000000 Hz. Give it with --rate HZ"
    case .notNumber(let line, let column, let text):
      "line \(line), column \(column): '\(text)' is not a number. Choose another column with --column, or mend the line"
    case .unevenTime(let line, let step, let usual):
      "line \(line): time goes on by \(step) s, elsewhere by \(usual) s. Spectra need equal steps: resample it, or say --rate if the times are wrong"
    case .notFinite(let sample, let time, let channel):
      "sample \(sample) (\(time) s) of \(channel) is not a number. Choose a part without it with --from and --length"
    case .emptyPart(let from, let duration):
      "nothing lies in the chosen part: it begins at \(from) s, and the recording lasts \(duration) s. Choose another with --from and --length"
    }
  }
}
