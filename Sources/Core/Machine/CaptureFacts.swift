// SPDX-License-Identifier: Apache-2.0

/// What acquisition knows of how a waveform came about, beside its samples; it rides on `Waveform.facts` to the
/// validity gate and is not stored.
///
/// ```swift
/// waveform.facts.expectedCount = 16_384
/// waveform.facts.segments = SegmentMap(count: 4)
/// waveform.facts.segments?.arrived(0)
/// waveform.facts.shortage(of: waveform.samples.count)   // 3 of 4 segments missing (1, 2, 3)
/// ```
public struct CaptureFacts: Sendable, Equatable {
  /// Samples that the source announced.
  public var expectedCount: Int?
  /// Which segments arrived, where the source sends several.
  public var segments: SegmentMap?
  /// When blocks of samples were taken, in the order of their samples. Blocks that are read out of a device's
  /// buffer have no times of their own: when they are read says nothing of when they were sampled.
  public var blocks: [Block] = []

  /// Some consecutive samples with the time of the first of them.
  public struct Block: Sendable, Equatable {
    /// Of the first sample, seconds on any one clock.
    public var start_s: Double
    public var count: Int
    public init(start_s: Double, count: Int) {
      self.start_s = start_s
      self.count = count
    }
  }

  /// Nothing but what is given is known.
  public init(expectedCount: Int? = nil, segments: SegmentMap? = nil) {
    self.expectedCount = expectedCount
    self.segments = segments
  }

  /// Why so many samples are not the capture that was announced; nil when they are.
  public func shortage(of samples: Int) -> String? {
    if let shortage = segments?.shortage { return shortage }
    if let expectedCount, expectedCount != samples { return "\(samples) samples instead of \(expectedCount)" }
    guard !blocks.isEmpty else { return nil }
    let counted = blocks.reduce(0) { $0 + $1.count }
    return counted == samples ? nil : "\(samples) samples in blocks of \(counted)"
  }
}

/// Which segments of a capture arrived: one bit each.
public struct SegmentMap: Sendable, Equatable {
  public let count: Int
  private var words: [UInt64]

  /// A map without any segment; a negative count is none.
  public init(count: Int) {
    self.count = max(0, count)
    words = Array(repeating: 0, count: (self.count + 63) / 64)
  }

  /// Notes a segment, numbered from 0; false when the capture has none of this number.
  @discardableResult
  public mutating func arrived(_ segment: Int) -> Bool {
    guard (0..<count).contains(segment) else { return false }
    words[segment / 64] |= 1 << UInt64(segment % 64)
    return true
  }

  /// Whether this segment has arrived.
  public func contains(_ segment: Int) -> Bool {
    (0..<count).contains(segment) && words[segment / 64] >> UInt64(segment % 64) & 1 == 1
  }

  /// Segments that have not arrived, in order: what to ask for again.
  public var missing: [Int] { (0..<count).filter { !contains($0) } }

  /// How many segments are missing and which, numbered from 0 as sources do; nil when none is.
  public var shortage: String? {
    guard words.reduce(0, { $0 + $1.nonzeroBitCount }) < count else { return nil }
    let missing = missing
    let first = missing.prefix(5).map(String.init).joined(separator: ", ")
    return "\(missing.count) of \(count) segments missing (\(first)\(missing.count > 5 ? ", ..." : ""))"
  }
}
