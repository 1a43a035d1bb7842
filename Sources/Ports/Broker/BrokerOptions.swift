// SPDX-License-Identifier: Apache-2.0

/// The versions of MQTT that brokers in plants speak.
public enum MQTTVersion: String, CaseIterable, Sendable {
  case v3_1_1 = "3.1.1"
  case v5 = "5"
}

/// How hard a message is delivered. There is no QoS 2: it promises nothing that survives a broker's power
/// cut, costs twice the time, and identities filter second copies anyway.
public enum QoS: Int32, Sendable {
  case atMostOnce = 0
  case atLeastOnce = 1
}

/// What the broker publishes for us when the connection ends without a farewell, or what is published as the farewell.
public struct Will: Sendable {
  public var topic: String
  public var payload: [UInt8]
  public var qos: QoS
  public var retain: Bool
  /// Makes a will.
  public init(topic: String, payload: [UInt8], qos: QoS = .atLeastOnce, retain: Bool = false) {
    self.topic = topic
    self.payload = payload
    self.qos = qos
    self.retain = retain
  }
}

/// Encryption of a connection, TLS 1.2 or later. Files are PEM and are read again at every connection, so a
/// renewed certificate is used without a restart.
public struct TLSOptions: Sendable {
  /// The authorities to trust; nil trusts those of the operating system.
  public var caFile: String?
  public var certificateFile: String?
  public var keyFile: String?
  /// Accepts a certificate that names another host. The chain is still checked.
  public var skipsHostCheck: Bool
  /// Trusts the operating system's authorities unless `caFile` is given.
  public init(
    caFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil,
    skipsHostCheck: Bool = false
  ) {
    self.caFile = caFile
    self.certificateFile = certificateFile
    self.keyFile = keyFile
    self.skipsHostCheck = skipsHostCheck
  }
}

/// Where a broker is and how to talk to it.
public struct BrokerOptions: Sendable {
  /// A name or a numeric address.
  public var host: String
  public var port: UInt16
  public var version: MQTTVersion
  /// Unique among the broker's clients: two with one name throw each other out.
  public var clientID: String
  /// Whether the broker forgets us between connections. Keeping a session needs MQTT 3.1.1.
  public var cleanStart: Bool
  /// Silence after which a ping is sent, 5...65535 s. A dead peer is noticed within 2.5 of these.
  public var keepAlive_s: Int
  public var username: String?
  public var password: String?
  /// A file that holds the password, read at every connection; one newline at its end is not part of it.
  public var passwordFile: String?
  public var tls: TLSOptions?
  public var will: Will?
  /// Time from the first packet to the broker's answer.
  public var connectTimeout_s: Double
  public var backoff: Backoff
  /// Messages received and not yet read; at the bound the oldest is dropped and counted.
  public var inboxMessages: Int
  /// Payload bytes received and not yet read; same policy.
  public var inboxBytes: Int
  /// Publications sent and not yet acknowledged; more wait in a line of their own.
  public var inFlightLimit: Int
  /// Publications in that line; at the bound `publish` throws `.congested`.
  public var outboxLimit: Int

  /// Options with the defaults for a plant network: clean sessions, 30 s keep-alive, no encryption.
  public init(host: String, port: UInt16 = 1883, clientID: String) {
    self.host = host
    self.port = port
    self.clientID = clientID
    version = .v3_1_1
    cleanStart = true
    keepAlive_s = 30
    connectTimeout_s = 10
    backoff = Backoff()
    inboxMessages = 1000
    inboxBytes = 8 << 20
    inFlightLimit = 64
    outboxLimit = 4096
  }

  /// `host:port`, as errors name it.
  public var endpoint: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  /// Throws `.invalidOptions` for what no broker could ever accept.
  public func validate() throws(BrokerError) {
    if host.isEmpty { throw .invalidOptions("the broker has no host name") }
    if port == 0 { throw .invalidOptions("port 0 is not a port") }
    if clientID.isEmpty { throw .invalidOptions("the client id is empty") }
    if !(5...65535).contains(keepAlive_s) {
      throw .invalidOptions("keep-alive of \(keepAlive_s) s is outside 5...65535 s")
    }
    if !cleanStart && version == .v5 {
      throw .invalidOptions("a session that outlives the connection needs MQTT version 3.1.1")
    }
    if password != nil && passwordFile != nil {
      throw .invalidOptions("a password and a password file are given; one is enough")
    }
    if username == nil && (password != nil || passwordFile != nil) {
      throw .invalidOptions("a password without a username")
    }
    if (tls?.certificateFile == nil) != (tls?.keyFile == nil) {
      throw .invalidOptions("a client certificate and its key come together; one of them is missing")
    }
    if inboxMessages < 1 || inboxBytes < 1 || inFlightLimit < 1 || outboxLimit < 1 {
      throw .invalidOptions("a bound on messages is below 1")
    }
  }
}
