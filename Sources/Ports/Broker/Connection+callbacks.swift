// SPDX-License-Identifier: Apache-2.0

import CMosquitto
import Clockwork

extension Connection {
  /// Asks libmosquitto to call back.
  func listen() {
    unsafe mosquitto_user_data_set(handle, Unmanaged.passUnretained(self).toOpaque())
    unsafe mosquitto_connect_v5_callback_set(handle) { _, object, code, _, _ in
      unsafe Connection.of(object)?.accepted(code)
    }
    unsafe mosquitto_disconnect_v5_callback_set(handle) { _, object, code, _ in
      unsafe Connection.of(object)?.farewell = code
    }
    unsafe mosquitto_publish_v5_callback_set(handle) { _, object, id, code, _ in
      unsafe Connection.of(object)?.acknowledged(id, code)
    }
    unsafe mosquitto_subscribe_v5_callback_set(handle) { _, object, id, count, codes, _ in
      guard let codes = unsafe codes, count > 0 else { return }
      unsafe Connection.of(object)?.subscribed(id, codes[0])
    }
    unsafe mosquitto_message_v5_callback_set(handle) { _, object, message, _ in
      guard let message = unsafe message else { return }
      unsafe Connection.of(object)?.arrived(message.pointee)
    }
    unsafe mosquitto_log_callback_set(handle) { _, object, level, text in
      guard level == MOSQ_LOG_ERR, let text = unsafe text else { return }
      unsafe Connection.of(object)?.lastLog = unsafe String(cString: text)
    }
  }

  /// Asks libmosquitto to call no more.
  func silence() {
    unsafe mosquitto_connect_v5_callback_set(handle, nil)
    unsafe mosquitto_disconnect_v5_callback_set(handle, nil)
    unsafe mosquitto_publish_v5_callback_set(handle, nil)
    unsafe mosquitto_subscribe_v5_callback_set(handle, nil)
    unsafe mosquitto_message_v5_callback_set(handle, nil)
    unsafe mosquitto_log_callback_set(handle, nil)
    unsafe mosquitto_user_data_set(handle, nil)
  }

  // SAFETY: the pointer is the one given in `listen`; the object outlives every call of its methods.
  private static func of(_ object: UnsafeMutableRawPointer?) -> Connection? {
    unsafe object.map { unsafe Unmanaged<Connection>.fromOpaque($0).takeUnretainedValue() }
  }

  private func accepted(_ code: Int32) {
    events += 1
    answer = code
    guard code == 0 else { return }
    exchange.count { $0.connections += 1 }
    for subscription in exchange.registered() { send(subscription) }
  }

  private func acknowledged(_ id: Int32, _ code: Int32) {
    events += 1
    if let publication = inFlight.removeValue(forKey: id) {
      finish(publication, code)
    } else {
      early[id] = code
    }
  }

  private func subscribed(_ id: Int32, _ granted: Int32) {
    events += 1
    guard let subscription = subscribing.removeValue(forKey: id) else { return }
    if granted < 128 {
      subscription.continuation?.resume(returning: .success(()))
      return
    }
    let reason = options.version == .v5 ? Connection.reasonText(granted) : "no permission"
    let refusal = BrokerError.subscriptionRefused(filter: subscription.filter, reason: reason)
    exchange.count {
      $0.subscriptionsRefused += 1
      $0.lastError = refusal
    }
    subscription.continuation?.resume(returning: .failure(refusal))
  }

  private func arrived(_ message: mosquitto_message) {
    events += 1
    guard let topic = unsafe message.topic else { return }
    // SAFETY: libmosquitto owns topic and payload during the callback; both are copied here.
    let payload = unsafe UnsafeRawBufferPointer(start: message.payload, count: Int(message.payloadlen))
    exchange.count { $0.received += 1 }
    exchange.inbox.put(
      MQTTMessage(
        topic: unsafe String(cString: topic), payload: unsafe [UInt8](payload),
        qos: unsafe Int(message.qos), retain: unsafe message.retain, received: clock.stamp()))
  }
}
