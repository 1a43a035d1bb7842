// SPDX-License-Identifier: Apache-2.0

import Machine

/// Puts the segments of captures together, in whatever order they come.
///
/// A capture is given out once, whole, or reported once as failed. It fails when a segment is still missing
/// at the time-out, when more captures are open than may be, and when segments under one number turn out to
/// be of two captures: their headers differ, or one position is filled twice with different samples.
struct CaptureAssembly {
  /// A whole capture: header and samples, channels alternating.
  struct Capture: Equatable {
    var header: CaptureHeader
    var samples: [Float]
    var facts: CaptureFacts
  }

  enum Outcome: Equatable {
    case complete(Capture)
    /// The header, if it ever came, what is there of the capture, and what was wrong.
    case failed(CaptureHeader?, CaptureFacts, reason: String)
    /// A segment that had come before.
    case duplicate
  }

  fileprivate struct Open {
    var id: Int
    var header: CaptureHeader?
    var blocks: [Int: [Float]] = [:]
    var began: MonotonicTime
    var count: Int { blocks.values.reduce(0) { $0 + $1.count } }
  }

  static let openLimit = 4
  /// Captures whose late repetitions are still recognised.
  static let memory = 16

  let timeout_s: Double
  /// Of one capture, all channels together.
  let sampleLimit: Int
  private var open: [Open] = []
  private var closed: [(id: Int, header: CaptureHeader?, at: MonotonicTime)] = []

  init(timeout_s: Double, sampleLimit: Int) {
    self.timeout_s = timeout_s
    self.sampleLimit = sampleLimit
  }

  /// When the oldest open capture is given up.
  var deadline: MonotonicTime? { open.first.map { $0.began.advanced(bySeconds: timeout_s) } }

  /// Takes one segment in.
  mutating func take(_ segment: CaptureSegment, at now: MonotonicTime) -> [Outcome] {
    closed.removeAll { now.seconds(since: $0.at) > timeout_s }
    if isRepetition(segment) { return [.duplicate] }
    var outcomes = expire(at: now)
    var position = open.firstIndex { $0.id == segment.capture }
    if let index = position, open[index].contradicts(segment) {
      let old = open.remove(at: index)
      outcomes.append(old.failed("segments of two captures are mixed"))
      position = nil
    }
    if position == nil {
      if open.count == CaptureAssembly.openLimit {
        outcomes.append(open.removeFirst().abandoned("newer captures came in between"))
      }
      open.append(Open(id: segment.capture, header: nil, began: now))
    }
    let index = position ?? open.count - 1
    if let block = segment.block, open[index].blocks[block.index] == block.samples {
      return outcomes + [.duplicate]
    }
    open[index].add(segment)
    if open[index].count > sampleLimit {
      outcomes.append(close(index, at: now).failed("more than \(sampleLimit) samples"))
    } else if open[index].isFull {
      outcomes.append(close(index, at: now).finished)
    }
    return outcomes
  }

  /// Gives up what has waited too long.
  mutating func expire(at now: MonotonicTime) -> [Outcome] {
    var outcomes: [Outcome] = []
    while let oldest = open.first, now.seconds(since: oldest.began) >= timeout_s {
      outcomes.append(close(0, at: now).abandoned("after \(timeout_s) s"))
    }
    return outcomes
  }

  private mutating func close(_ index: Int, at now: MonotonicTime) -> Open {
    let capture = open.remove(at: index)
    closed.append((capture.id, capture.header, now))
    if closed.count > CaptureAssembly.memory { closed.removeFirst() }
    return capture
  }

  /// Whether the segment belongs to a capture that has been given out. A source that counts anew after a
  /// restart uses old numbers, with another header.
  private func isRepetition(_ segment: CaptureSegment) -> Bool {
    guard !open.contains(where: { $0.id == segment.capture }) else { return false }
    return closed.contains {
      $0.id == segment.capture && (segment.header == nil || segment.header == $0.header)
    }
  }
}

extension CaptureAssembly.Open {
  fileprivate func contradicts(_ segment: CaptureSegment) -> Bool {
    if let known = header, let said = segment.header, known != said { return true }
    guard let block = segment.block else { return false }
    if let segments = (segment.header ?? header)?.segments, block.index >= segments { return true }
    if let known = blocks[block.index], known != block.samples { return true }
    return false
  }

  fileprivate mutating func add(_ segment: CaptureSegment) {
    if let header = segment.header { self.header = header }
    if let block = segment.block { blocks[block.index] = block.samples }
  }

  fileprivate var isFull: Bool { header.map { blocks.count == $0.segments } ?? false }

  fileprivate var finished: CaptureAssembly.Outcome {
    guard let header else { return abandoned("without a header") }
    let samples = blocks.keys.sorted().flatMap { blocks[$0] ?? [] }
    let expected = header.samples.map { $0 * header.channels.count } ?? samples.count
    guard samples.count == expected, samples.count.isMultiple(of: header.channels.count),
      (blocks.keys.max() ?? 0) < header.segments
    else { return failed("\(samples.count) samples came, \(expected) were announced") }
    return .complete(CaptureAssembly.Capture(header: header, samples: samples, facts: facts))
  }

  fileprivate func failed(_ why: String) -> CaptureAssembly.Outcome {
    .failed(header, facts, reason: "capture \(id): \(why)")
  }

  /// What was announced and which segments came.
  private var facts: CaptureFacts {
    guard let header else { return CaptureFacts() }
    var segments = SegmentMap(count: header.segments)
    for index in blocks.keys { segments.arrived(index) }
    return CaptureFacts(expectedCount: header.samples, segments: segments)
  }

  fileprivate func abandoned(_ why: String) -> CaptureAssembly.Outcome {
    let lacks = header == nil ? "its header never came" : facts.segments?.shortage ?? "nothing missing"
    return failed("given up \(why), \(lacks)")
  }
}
