// SPDX-License-Identifier: Apache-2.0

import CMosquitto
import Glibc

extension Connection {
  /// Hands a publication to libmosquitto and remembers who waits for it.
  func send(_ publication: Publication) {
    var id: Int32 = 0
    // SAFETY: topic and payload are read, and `id` is written, during the call only.
    let code = unsafe mosquitto_publish(
      handle, &id, publication.topic, Int32(clamping: publication.payload.count), publication.payload,
      publication.qos.rawValue, publication.retain)
    if code != 0 {
      early[id] = nil
      fail(publication, Connection.text(code))
    } else if let reason = early.removeValue(forKey: id) {
      finish(publication, reason)  // written, or even acknowledged, before the call came back
    } else {
      inFlight[id] = publication
    }
  }

  /// Publishes the last message; nobody waits for its acknowledgement, because the packets arrive in order.
  func send(_ farewell: Will) {
    // SAFETY: as above.
    _ = unsafe mosquitto_publish(
      handle, nil, farewell.topic, Int32(clamping: farewell.payload.count), farewell.payload,
      farewell.qos.rawValue, farewell.retain)
  }

  /// Answers the caller of a publication that has its acknowledgement.
  func finish(_ publication: Publication, _ code: Int32) {
    if code >= 128 { return fail(publication, Connection.reasonText(code)) }
    exchange.count { $0.published += 1 }
    publication.continuation.resume(returning: .success(()))
  }

  private func fail(_ publication: Publication, _ reason: String) {
    exchange.count { $0.publishFailures += 1 }
    publication.continuation.resume(
      returning: .failure(.publishRefused(topic: publication.topic, reason: reason)))
  }

  /// Sends one subscription; its answer comes to `subscribed`.
  func send(_ subscription: Subscription) {
    var id: Int32 = 0
    // SAFETY: as above.
    let code = unsafe mosquitto_subscribe(handle, &id, subscription.filter, subscription.qos.rawValue)
    if code == 0 {
      subscribing[id] = subscription
    } else {
      subscription.continuation?.resume(
        returning: .failure(
          .subscriptionRefused(filter: subscription.filter, reason: Connection.text(code))))
    }
  }

  // MARK: Why it failed

  /// What a failed call of libmosquitto means at this stage of the connection.
  func error(_ code: Int32) -> BrokerError {
    let system = errno  // before anything else can change it
    if let answer, answer != 0 {
      return .refused(endpoint: options.endpoint, reason: Connection.refusalText(answer, options.version))
    }
    if options.tls != nil, answer == nil, let lastLog {
      return .tls(endpoint: options.endpoint, reason: lastLog)
    }
    let reason: String
    if let farewell, farewell >= 128 {
      reason = "the broker said: \(Connection.reasonText(farewell))"
    } else if code == MOSQ_ERR_ERRNO.rawValue {
      reason = Connection.systemText(system)
    } else {
      reason = Connection.text(code)
    }
    return wasAccepted
      ? .connectionLost(endpoint: options.endpoint, reason: reason)
      : .unreachable(endpoint: options.endpoint, reason: reason)
  }

  static func refusalText(_ code: Int32, _ version: MQTTVersion) -> String {
    // SAFETY: libmosquitto returns constant texts.
    unsafe tidy(version == .v5 ? mosquitto_reason_string(code) : mosquitto_connack_string(code))
  }

  static func reasonText(_ code: Int32) -> String { unsafe tidy(mosquitto_reason_string(code)) }

  static func text(_ code: Int32) -> String {
    switch code {
    case MOSQ_ERR_EAI.rawValue: "the host name is not known"
    case MOSQ_ERR_KEEPALIVE.rawValue: "no sign of life"
    case MOSQ_ERR_CONN_LOST.rawValue: "the other side closed the connection"
    default: unsafe tidy(mosquitto_strerror(code))
    }
  }

  static func systemText(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 128)
    // SAFETY: writes at most the given count; unlike `strerror` it shares nothing with other threads.
    return unsafe strerror_r(code, &buffer, buffer.count) == 0 ? tidy(buffer) : "error \(code)"
  }

  /// The error pending on a socket that could not connect; nil when there is none.
  static func socketError(_ socket: Int32) -> String? {
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    // SAFETY: writes one Int32 that lives on this frame.
    guard unsafe getsockopt(socket, SOL_SOCKET, SO_ERROR, &code, &size) == 0, code != 0 else { return nil }
    return systemText(code)
  }

  private static func tidy(_ text: UnsafePointer<CChar>?) -> String {
    var text = unsafe text.map { unsafe String(cString: $0) } ?? "unknown reason"
    for prefix in ["Connection Refused: ", "Connection error: "] where text.hasPrefix(prefix) {
      text.removeFirst(prefix.count)
    }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }
}
