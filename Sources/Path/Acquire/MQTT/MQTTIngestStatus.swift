// SPDX-License-Identifier: Apache-2.0

public import Broker

/// What one MQTT connection has done so far and how it stands, for `millwright status`.
public struct MQTTIngestStatus: Sendable {
  /// One source of the connection.
  public struct Source: Sendable, Equatable, Codable {
    public var name: String
    public var topic: String
    public var messages = 0
    /// Readings handed on.
    public var values = 0
    /// Waveforms that came whole.
    public var waveforms = 0
    /// Waveforms that lacked segments, or were mixed of two.
    public var failedCaptures = 0
    /// Messages whose kind the profile does not know.
    public var unclaimed = 0
    /// Messages that could not be read.
    public var malformed = 0
    /// Second copies.
    public var duplicates = 0
    /// Messages overtaken by newer ones.
    public var late = 0
    /// Kept by the broker or marked historical, too old to tell about now.
    public var outdated = 0
    /// Sparkplug: messages that the sequence shows to be missing.
    public var missing = 0
    /// Sparkplug: values whose alias no birth has named.
    public var unknownAliases = 0
    /// Sparkplug: messages of a node whose birth was not seen.
    public var beforeBirth = 0
    /// Sparkplug: whether the node should be born again.
    public var needsRebirth = false
    /// Times that a rebirth was asked for.
    public var rebirthsAsked = 0
    /// The newest trouble, in words.
    public var lastProblem: String?

    init(name: String, topic: String) {
      self.name = name
      self.topic = topic
    }
  }

  public var connection: String
  public var broker: BrokerStatistics
  /// Messages that no source asked for.
  public var unclaimed: Int
  public var sources: [Source]
}
