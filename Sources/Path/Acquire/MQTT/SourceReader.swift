// SPDX-License-Identifier: Apache-2.0

package import Broker
package import Machine

/// Turns the messages of one source into samples. No clock and no I/O: what it is told is all it knows, so
/// recorded messages become tests.
package struct SourceReader {
  /// What is known of one value or waveform that something is bound to.
  private struct Watch {
    var points: [PointID]
    var quantity: Quantity
    var isWaveform: Bool
    var stale_s: Double
    /// When it counts as missing; moves on with every arrival.
    var due: MonotonicTime
  }
  private struct Kind {
    var message: MQTTProfile.Message
    var order = ArrivalOrder()
    var assembly: CaptureAssembly
    var session = SparkplugSession()
    /// The one topic that these messages come on; those of another device would mix with them.
    var topic: String?
  }

  package let source: MQTTSource
  private var kinds: [Kind]
  private var watches: [String: Watch] = [:]
  package private(set) var status: MQTTIngestStatus.Source

  init(_ source: MQTTSource, points: [String: [PointID]], start: MonotonicTime) {
    self.source = source
    status = MQTTIngestStatus.Source(name: source.name, topic: source.topic)
    kinds = source.profile.messages.filter(source.canReceive).map { message in
      Kind(
        message: message,
        assembly: CaptureAssembly(timeout_s: message.captureTimeout_s, sampleLimit: message.sampleLimit))
    }
    for (name, points) in points {
      guard let message = kinds.map(\.message).first(where: { $0.sources[name] != nil }),
        let quantity = message.sources[name]
      else { continue }
      watches[name] = Watch(
        points: points, quantity: quantity, isWaveform: message.waveforms.contains(name),
        stale_s: message.stale_s, due: start.advanced(bySeconds: message.stale_s))
    }
  }

  /// Whether the message is one of this source's.
  package func claims(_ topic: String) -> Bool { Topic.matches(topic, filter: source.topic) }

  /// When `expire` has something to say.
  package var deadline: MonotonicTime? {
    (watches.values.map(\.due) + kinds.compactMap(\.assembly.deadline)).min()
  }

  /// Whether a Sparkplug node should be asked for its birth.
  package var wantsRebirth: Bool { kinds.contains { $0.session.needsRebirth } }

  /// Notes that a rebirth was asked for.
  package mutating func countRebirth() { status.rebirthsAsked += 1 }

  /// Reads one message.
  package mutating func take(_ message: MQTTMessage) -> [Sample] {
    status.messages += 1
    guard let index = kinds.firstIndex(where: { $0.message.claims(message.topic) }) else {
      status.unclaimed += 1
      return []
    }
    do throws(PayloadError) {
      if case .sparkplug(let layout) = kinds[index].message.format {
        return try take(message, layout, index)
      }
      return try take(message, index)
    } catch {
      status.malformed += 1
      status.lastProblem = "\(message.topic): \(error)"
      return []
    }
  }

  private mutating func take(_ message: MQTTMessage, _ index: Int) throws(PayloadError) -> [Sample] {
    if kinds[index].topic == nil { kinds[index].topic = message.topic }
    guard kinds[index].topic == message.topic else {
      throw .invalid("a second device on one source, whose messages come on '\(kinds[index].topic ?? "")'")
    }
    let decoded: DecodedMessage =
      switch kinds[index].message.format {
      case .json(let layout): try layout.decode(message.payload)
      case .waveform(let layout): try layout.decode(message.payload)
      case .ncd110: try NCD110.decode(message.payload)
      case .airVibe: try AirVibe.decode(message.payload)
      case .sparkplug: DecodedMessage()
      }
    let stamp = Stamp(
      source: decoded.time, received: message.received.received, monotonic: message.received.monotonic)
    // What the broker kept for us may be of yesterday; without a time of its own nobody knows.
    if message.retain {
      let age = decoded.time.map { stamp.received.seconds - $0.seconds } ?? .infinity
      guard age < kinds[index].message.stale_s else {
        status.outdated += 1
        return []
      }
    }
    if let segment = decoded.segment {
      return samples(kinds[index].assembly.take(segment, at: stamp.monotonic), kinds[index].message, stamp)
    }
    switch kinds[index].order.judge(sequence: decoded.sequence, time: decoded.time) {
    case .new: return deliver(decoded.values, stamp)
    case .duplicate: status.duplicates += 1
    case .late: status.late += 1
    }
    return []
  }

  private mutating func take(
    _ message: MQTTMessage, _ layout: SparkplugLayout, _ index: Int
  ) throws(PayloadError) -> [Sample] {
    guard let topic = SparkplugTopic(message.topic) else {
      status.unclaimed += 1
      return []
    }
    let node = "\(topic.group)/\(topic.node)"
    if kinds[index].topic == nil { kinds[index].topic = node }
    guard kinds[index].topic == node else { throw .invalid("a second node on one source") }
    let news = try kinds[index].session.take(topic, message.payload)
    status.duplicates += news.duplicate ? 1 : 0
    status.missing += news.gap
    status.unknownAliases += news.unknownAliases
    status.outdated += news.historical
    status.beforeBirth += news.beforeBirth ? 1 : 0
    status.needsRebirth = kinds[index].session.needsRebirth
    var samples: [Sample] = []
    for device in news.died {
      let who = device.map { "the device \($0)" } ?? "the node \(topic.node)"
      samples += missing(layout.names(of: device), "\(who) is gone", message.received)
    }
    for value in news.values {
      guard let (name, measured) = layout.measured(value) else { continue }
      samples += deliver(
        [name: measured],
        Stamp(source: value.time, received: message.received.received, monotonic: message.received.monotonic))
    }
    return samples
  }

  /// What has not come in time, as samples that say so. `why` tells how the broker stands.
  package mutating func expire(at now: Stamp, why: String?) -> [Sample] {
    var samples: [Sample] = []
    for index in kinds.indices {
      samples += self.samples(kinds[index].assembly.expire(at: now.monotonic), kinds[index].message, now)
    }
    let silent = watches.filter { $0.value.due <= now.monotonic }
    for (name, watch) in silent.sorted(by: { $0.key < $1.key }) {
      let reason =
        "no \(name) on \(source.topic) for \(plain(watch.stale_s)) s" + (why.map { "; \($0)" } ?? "")
      samples += missing([name], reason, now)
    }
    return samples
  }

  private mutating func deliver(_ values: [String: MessageValue], _ stamp: Stamp) -> [Sample] {
    var samples: [Sample] = []
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      guard let watch = watches[name] else { continue }
      watches[name]?.due = stamp.monotonic.advanced(bySeconds: watch.stale_s)
      for point in watch.points {
        samples.append(
          .reading(
            Reading(
              point: point, quantity: watch.quantity, value: value.value, stamp: stamp, quality: value.quality
            )))
      }
    }
    status.values += samples.count
    return samples
  }

  private mutating func samples(
    _ outcomes: [CaptureAssembly.Outcome], _ message: MQTTProfile.Message, _ stamp: Stamp
  ) -> [Sample] {
    var samples: [Sample] = []
    for outcome in outcomes {
      switch outcome {
      case .duplicate: status.duplicates += 1
      case .complete(let capture):
        status.waveforms += 1
        samples += waveforms(capture, stamp)
      case .failed(let header, let facts, let reason):
        status.failedCaptures += 1
        status.lastProblem = reason
        samples += missing(
          header?.channels ?? message.waveforms.sorted(), reason, stamp, .incomplete, facts: facts)
      }
    }
    return samples
  }

  private mutating func waveforms(_ capture: CaptureAssembly.Capture, _ stamp: Stamp) -> [Sample] {
    let header = capture.header
    let stamp = Stamp(
      source: header.time ?? stamp.source, received: stamp.received, monotonic: stamp.monotonic)
    var samples: [Sample] = []
    for (offset, channel) in header.channels.enumerated() {
      guard let watch = watches[channel] else { continue }
      watches[channel]?.due = stamp.monotonic.advanced(bySeconds: watch.stale_s)
      let own = stride(from: offset, to: capture.samples.count, by: header.channels.count).map {
        capture.samples[$0]
      }
      for point in watch.points {
        samples.append(
          .waveform(
            Waveform(
              point: point, quantity: header.quantity, sampleRate_Hz: header.sampleRate_Hz, samples: own,
              fullScale: header.fullScale, speed_rpm: header.speed_rpm, stamp: stamp, facts: capture.facts)))
      }
    }
    return samples
  }

  /// Samples without a value: of silence they come again after every stale time.
  private mutating func missing(
    _ names: [String], _ reason: String, _ stamp: Stamp, _ kind: SensorDefect.Kind = .noData,
    facts: CaptureFacts = CaptureFacts()
  ) -> [Sample] {
    let quality = Quality.bad(SensorDefect(kind, reason))
    return names.flatMap { name -> [Sample] in
      guard let watch = watches[name] else { return [] }
      watches[name]?.due = stamp.monotonic.advanced(bySeconds: watch.stale_s)
      return watch.points.map { point in
        watch.isWaveform
          ? .waveform(
            Waveform(
              point: point, quantity: watch.quantity, sampleRate_Hz: 0, samples: [], stamp: stamp,
              quality: quality, facts: facts))
          : .reading(
            Reading(point: point, quantity: watch.quantity, value: nil, stamp: stamp, quality: quality))
      }
    }
  }
}
