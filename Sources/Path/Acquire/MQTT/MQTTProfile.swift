// SPDX-License-Identifier: Apache-2.0

public import Machine

/// How the messages of one kind of MQTT device are read, from a file in `devices/`.
public struct MQTTProfile: Sendable {
  /// What one kind of message looks like.
  public enum Format: Sendable {
    case json(JSONLayout)
    case waveform(WaveformLayout)
    case ncd110
    case airVibe
    case sparkplug(SparkplugLayout)
  }

  /// One kind of message that the device sends.
  public struct Message: Sendable {
    /// The last levels of its topic; nil when every message of the device is of this kind.
    public var topicEnd: String?
    public var format: Format
    /// Seconds without a value after which it counts as missing.
    public var stale_s: Double
    /// Seconds after which a capture that lacks segments is given up.
    public var captureTimeout_s: Double

    /// Values and waveforms by name, with the quantity of each.
    public var sources: [String: Quantity] {
      switch format {
      case .json(let layout): unique(layout.values.map { ($0.name, $0.unit.quantity) })
      case .waveform(let layout): [layout.name: layout.unit.quantity]
      case .ncd110:
        NCD110.units.mapValues(\.quantity).merging(captures(NCD110.waveforms)) { first, _ in first }
      case .airVibe:
        AirVibe.units.mapValues(\.quantity).merging(captures(AirVibe.waveforms)) { first, _ in first }
      case .sparkplug(let layout): unique(layout.values.map { ($0.name, $0.unit.quantity) })
      }
    }

    /// Which of the sources are waveforms.
    var waveforms: Set<String> {
      switch format {
      case .json, .sparkplug: []
      case .waveform(let layout): [layout.name]
      case .ncd110: Set(NCD110.waveforms)
      case .airVibe: Set(AirVibe.waveforms)
      }
    }

    /// Most samples of one capture, all channels together.
    var sampleLimit: Int {
      switch format {
      case .json, .sparkplug: 0
      case .waveform(let layout): layout.maximumSamples
      case .ncd110: NCD110.sampleLimit
      case .airVibe: AirVibe.sampleLimit
      }
    }

    /// Whether a message on this topic is of this kind.
    func claims(_ topic: String) -> Bool {
      guard let topicEnd else { return true }
      return topic == topicEnd || topic.hasSuffix("/" + topicEnd)
    }

    private func captures(_ names: [String]) -> [String: Quantity] {
      unique(names.map { ($0, .acceleration) })
    }
    private func unique(_ pairs: [(String, Quantity)]) -> [String: Quantity] {
      Dictionary(pairs) { first, _ in first }
    }
  }

  public var header: ProfileHeader
  public var messages: [Message]

  public var name: String { header.name }

  /// Every name that a binding may use.
  public var sourceNames: [String] { messages.flatMap { $0.sources.keys }.sorted() }
}
