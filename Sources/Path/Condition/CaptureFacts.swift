// SPDX-License-Identifier: Apache-2.0

import Machine

/// What acquisition knows of how a waveform came about, beside its samples.
///
/// ```swift
/// var facts = CaptureFacts()
/// facts.expectedCount = 16_384
/// facts.segments = SegmentMap(count: 4)
/// facts.segments?.arrived(0)
/// let defect = gate.judge(waveform, machineRunning: true, facts: facts)   // incomplete: 3 of 4 segments missing
/// ```
public struct CaptureFacts: Sendable, Equatable {
  /// Samples that the source announced.
  public var expectedCount: Int?
  /// Which segments arrived, where the source sends several.
  public var segments: SegmentMap?
  /// When blocks of samples were taken, in the order of their samples.
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

  /// Nothing is known.
  public init() {}
}

/// Which segments of a capture arrived: one bit each.
public struct SegmentMap: Sendable, Equatable {
  public let count: Int
  private var words: [UInt64]
  /// Segments that came more than once.
  public private(set) var repeats = 0

  /// A map without any segment; a negative count is none.
  public init(count: Int) {
    self.count = max(0, count)
    words = Array(repeating: 0, count: (self.count + 63) / 64)
  }

  /// Notes a segment, numbered from 0; false when the capture has none of this number.
  @discardableResult
  public mutating func arrived(_ segment: Int) -> Bool {
    guard (0..<count).contains(segment) else { return false }
    if contains(segment) { repeats += 1 }
    words[segment / 64] |= 1 << UInt64(segment % 64)
    return true
  }

  /// Whether this segment has arrived.
  public func contains(_ segment: Int) -> Bool {
    (0..<count).contains(segment) && words[segment / 64] >> UInt64(segment % 64) & 1 == 1
  }

  /// Segments that have not arrived, in order: what to ask for again.
  public var missing: [Int] { (0..<count).filter { !contains($0) } }
}

extension CaptureFacts {
  /// Why the samples are not the capture that was announced.
  func incomplete(_ samples: Int) -> SensorDefect? {
    if let missing = segments?.missing, let segments, !missing.isEmpty {
      let shown = missing.prefix(8).map { "\($0 + 1)" }.joined(separator: ", ")
      let more = missing.count > 8 ? " and \(missing.count - 8) more" : ""
      return SensorDefect(
        .incomplete, "\(missing.count) of \(segments.count) segments are missing: \(shown)\(more)")
    }
    if let expectedCount, expectedCount != samples {
      return SensorDefect(.incomplete, "\(samples) samples instead of \(expectedCount)")
    }
    let counted = blocks.reduce(0) { $0 + $1.count }
    guard !blocks.isEmpty, counted != samples else { return nil }
    return SensorDefect(.incomplete, "\(samples) samples in blocks of \(counted)")
  }
}
