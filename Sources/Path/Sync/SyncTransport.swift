// SPDX-License-Identifier: Apache-2.0

/// The little that Sync asks of MQTT, so that its tests need no broker.
public protocol SyncTransport: Sendable {
  /// Asks for messages on `filter`, at this and every later connection.
  func subscribe(_ filter: String) async throws
  /// Hands one message to the broker at QoS 1; throws when there is no connection. That it returns says
  /// nothing about the receiver: a broker that dies forgets what it acknowledged.
  func send(_ payload: [UInt8], to topic: String) async throws
  /// What arrives, for one reader; a slow reader makes the transport drop, not grow.
  var messages: AsyncStream<SyncMessage> { get }
  /// True at every connection, false at every loss, for one reader.
  var connections: AsyncStream<Bool> { get }
}

/// One message with its topic.
public struct SyncMessage: Sendable, Equatable {
  public var topic: String
  public var payload: [UInt8]
  /// A message on `topic`.
  public init(topic: String, payload: [UInt8]) {
    self.topic = topic
    self.payload = payload
  }
}

/// The topics between a site's gateways and their receiver.
public struct SyncTopics: Sendable, Equatable {
  public let site: String

  /// Topics of one site; its name is one level of a topic.
  public init(site: String) throws(SyncError) {
    try SyncTopics.check(site)
    self.site = site
  }

  /// Where `node` sends its batches.
  public func up(_ node: String) -> String { "millwright/\(site)/up/\(node)" }
  /// Where the receiver tells `node` what it has committed.
  public func committed(_ node: String) -> String { "millwright/\(site)/committed/\(node)" }
  /// The filter for all nodes of the site.
  public var everyNode: String { up("+") }

  /// The node that a message on an `up` topic comes from.
  func node(ofUp topic: String) -> String? {
    let prefix = up("")
    guard topic.hasPrefix(prefix) else { return nil }
    let node = String(topic.dropFirst(prefix.count))
    return node.isEmpty || node.contains("/") ? nil : node
  }

  static func check(_ name: String) throws(SyncError) {
    if name.isEmpty || name.contains(where: { "/+#\0".contains($0) }) { throw .badName(name) }
  }
}

/// Why batches cannot be sent or taken in.
public enum SyncError: Error, Equatable, Sendable {
  /// A site or node name that cannot be one level of an MQTT topic.
  case badName(String)
  /// A message that is not a batch this version understands; nothing of it was stored.
  case rejected(topic: String, reason: String)
}

extension SyncError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .badName(let name): "\"\(name)\" cannot be a site or node name: it is empty or has one of / + #"
    case .rejected(let topic, let reason): "\(topic): batch refused: \(reason)"
    }
  }
}
