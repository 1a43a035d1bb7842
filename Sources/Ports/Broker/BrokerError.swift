// SPDX-License-Identifier: Apache-2.0

/// What can go wrong between us and a broker. The description is what an operator reads.
public enum BrokerError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The options can never work; the text says which and why.
  case invalidOptions(String)
  /// A topic or filter that MQTT does not allow.
  case invalidTopic(String)
  /// A password or certificate file that cannot be read.
  case unreadableFile(path: String, reason: String)
  /// Nobody answers there: name not found, connection refused, time-out.
  case unreachable(endpoint: String, reason: String)
  /// No trust between the two: certificate, host name, version.
  case tls(endpoint: String, reason: String)
  /// The broker answered and said no: password, client id, protocol version.
  case refused(endpoint: String, reason: String)
  /// The connection was up and ended.
  case connectionLost(endpoint: String, reason: String)
  /// A call that needs a connection while there is none; `last` says why there is none.
  case notConnected(endpoint: String, last: String?)
  /// The broker refused one publication.
  case publishRefused(topic: String, reason: String)
  /// The broker refused one subscription.
  case subscriptionRefused(filter: String, reason: String)
  /// As many publications wait as may wait.
  case congested(limit: Int)
  /// `run()` has ended.
  case stopped

  public var description: String {
    switch self {
    case .invalidOptions(let text): text
    case .invalidTopic(let topic): "\"\(topic)\" is not a valid MQTT topic"
    case .unreadableFile(let path, let reason): "cannot read \(path): \(reason)"
    case .unreachable(let endpoint, let reason): "broker \(endpoint) cannot be reached: \(reason)"
    case .tls(let endpoint, let reason): "no trusted connection to broker \(endpoint): \(reason)"
    case .refused(let endpoint, let reason): "broker \(endpoint) refused the connection: \(reason)"
    case .connectionLost(let endpoint, let reason): "connection to broker \(endpoint) lost: \(reason)"
    case .notConnected(let endpoint, let last):
      "not connected to broker \(endpoint)" + (last.map { " (\($0))" } ?? "")
    case .publishRefused(let topic, let reason): "broker refused a message on \(topic): \(reason)"
    case .subscriptionRefused(let filter, let reason): "broker refused to subscribe \(filter): \(reason)"
    case .congested(let limit): "\(limit) messages already wait to be published"
    case .stopped: "the MQTT client was stopped"
    }
  }
}
