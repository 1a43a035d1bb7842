// SPDX-License-Identifier: Apache-2.0

import Machine
import SwiftProtobuf

/// What one edge node has told about itself: its birth, its aliases, and where its count of messages stands.
///
/// ```
///          NBIRTH              DBIRTH, NDATA, DDATA
/// unborn ---------> born ------------------------------> born     a gap in seq, an unknown alias:
///    ^                |                                            still born, asks for a rebirth
///    +--- NDEATH -----+   (only the death of this birth: bdSeq)
/// ```
struct SparkplugSession {
  struct Metric: Hashable {
    var device: String?
    var name: String
  }
  /// A value as it came; nil stands for null.
  struct Value: Equatable {
    var metric: Metric
    var number: Double?
    var time: WallTime?
  }
  /// What one message meant.
  struct News: Equatable {
    var values: [Value] = []
    /// Devices that died; nil is the node itself, with all its devices.
    var died: [String?] = []
    var duplicate = false
    /// Messages missing before this one.
    var gap = 0
    var unknownAliases = 0
    var historical = 0
    /// Data of a node whose birth we have not seen.
    var beforeBirth = false
  }

  private struct Known {
    var metric: Metric
    var datatype: UInt32
  }
  static let aliasLimit = 65_536

  /// Whether the node should be asked to be born again: we missed something.
  private(set) var needsRebirth = false
  private var isBorn = false
  private var birth: UInt64?
  private var last: UInt64 = 0
  private var aliases: [UInt64: Known] = [:]
  private var names: [Metric: UInt32] = [:]

  /// Reads one payload.
  mutating func take(_ topic: SparkplugTopic, _ payload: [UInt8]) throws(PayloadError) -> News {
    let message: Sparkplug_Payload
    do {
      message = try Sparkplug_Payload(serializedBytes: payload)
    } catch {
      throw .invalid("not a Sparkplug payload: \(error)")
    }
    if topic.kind == .NDEATH { return death(message) }
    guard message.hasSeq, message.seq <= 255 else { throw .invalid("no sequence number from 0 to 255") }
    var news = News()
    if topic.kind == .NBIRTH {
      begin(message)
    } else {
      guard isBorn else {
        needsRebirth = true
        news.beforeBirth = true
        return news
      }
      let step = (message.seq + 256 - last) % 256
      if step == 0 {
        news.duplicate = true
        return news
      }
      news.gap = Int(step) - 1
      if news.gap > 0 { needsRebirth = true }
      last = message.seq
    }
    if topic.kind == .DDEATH {
      news.died = [topic.device]
    } else {
      read(message, topic, &news)
    }
    return news
  }

  /// The command that asks a node to be born again (chapter 6.4.21, `Node Control/Rebirth`).
  static func rebirth(at time: WallTime) -> [UInt8] {
    let now = UInt64(clamping: time.nanoseconds / 1_000_000)
    let command = Sparkplug_Payload.with {
      $0.timestamp = now
      $0.metrics = [
        Sparkplug_Metric.with {
          $0.name = "Node Control/Rebirth"
          $0.timestamp = now
          $0.datatype = 11  // Boolean
          $0.booleanValue = true
        }
      ]
    }
    // Encoding fails only for required fields and texts that are not UTF-8; there are neither.
    return (try? command.serializedBytes()) ?? []
  }

  private mutating func begin(_ message: Sparkplug_Payload) {
    isBorn = true
    needsRebirth = false
    last = message.seq
    birth = SparkplugSession.birthSequence(message)
    aliases = [:]
    names = [:]
  }

  private mutating func death(_ message: Sparkplug_Payload) -> News {
    var news = News()
    // The broker sends the will of an earlier connection late: that one is not this birth's death.
    if let birth, let died = SparkplugSession.birthSequence(message), birth != died { return news }
    if isBorn { news.died = [nil] }
    isBorn = false
    return news
  }

  private mutating func read(_ message: Sparkplug_Payload, _ topic: SparkplugTopic, _ news: inout News) {
    let isBirth = topic.kind == .NBIRTH || topic.kind == .DBIRTH
    for metric in message.metrics {
      let metricID: Metric
      let datatype: UInt32
      if metric.hasName, !metric.name.isEmpty {
        metricID = Metric(device: topic.device, name: metric.name)
        datatype = metric.hasDatatype ? metric.datatype : names[metricID] ?? 0
        if isBirth { remember(metricID, datatype, metric) }
      } else if metric.hasAlias, let known = aliases[metric.alias] {
        metricID = known.metric
        datatype = metric.hasDatatype ? metric.datatype : known.datatype
      } else {
        news.unknownAliases += 1
        needsRebirth = true
        continue
      }
      if metric.isHistorical {
        news.historical += 1
        continue
      }
      let milliseconds = metric.hasTimestamp ? metric.timestamp : message.timestamp
      let time = TimeFormat.milliseconds.time(Double(milliseconds))
      if metric.isNull {
        news.values.append(Value(metric: metricID, number: nil, time: time))
      } else if let number = SparkplugSession.number(metric, datatype) {
        news.values.append(Value(metric: metricID, number: number, time: time))
      }
    }
  }

  private mutating func remember(_ id: Metric, _ datatype: UInt32, _ metric: Sparkplug_Metric) {
    guard names.count < SparkplugSession.aliasLimit else { return }
    names[id] = datatype
    if metric.hasAlias { aliases[metric.alias] = Known(metric: id, datatype: datatype) }
  }

  private static func birthSequence(_ message: Sparkplug_Payload) -> UInt64? {
    guard let metric = message.metrics.first(where: { $0.name == "bdSeq" }) else { return nil }
    return switch metric.value {
    case .longValue(let value): value
    case .intValue(let value): UInt64(value)
    default: nil
    }
  }

  /// The number that a metric holds; nil for texts and whatever else is no number. Signed integers travel as
  /// the two's complement in an unsigned field (chapter 6.4.16); datatype 1...8 are Int8 to UInt64.
  private static func number(_ metric: Sparkplug_Metric, _ datatype: UInt32) -> Double? {
    switch metric.value {
    case .intValue(let bits):
      switch datatype {
      case 1: Double(Int8(truncatingIfNeeded: bits))
      case 2: Double(Int16(truncatingIfNeeded: bits))
      case 3: Double(Int32(bitPattern: bits))
      default: Double(bits)
      }
    case .longValue(let bits): datatype == 4 ? Double(Int64(bitPattern: bits)) : Double(bits)
    case .floatValue(let value): Double(value)
    case .doubleValue(let value): value
    case .booleanValue(let flag): flag ? 1 : 0
    case .stringValue, nil: nil
    }
  }
}
