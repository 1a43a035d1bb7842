// SPDX-License-Identifier: Apache-2.0

import CMosquitto
import Foundation

extension Connection {
  /// Initializes libmosquitto once in the life of the process.
  static let library: Void = { mosquitto_lib_init() }()

  /// Tells the handle everything but the address.
  func configure() throws(BrokerError) {
    let version = options.version == .v5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311
    try check(unsafe mosquitto_int_option(handle, MOSQ_OPT_PROTOCOL_VERSION, version))
    try check(unsafe mosquitto_int_option(handle, MOSQ_OPT_TCP_NODELAY, 1))
    try check(unsafe mosquitto_max_inflight_messages_set(handle, UInt32(options.inFlightLimit)))
    if let username = options.username {
      try check(unsafe mosquitto_username_pw_set(handle, username, try password()))
    }
    if let will = options.will {
      try check(
        unsafe mosquitto_will_set(
          handle, will.topic, Int32(will.payload.count), will.payload, will.qos.rawValue, will.retain))
    }
    if let tls = options.tls { try configure(tls) }
  }

  private func configure(_ tls: TLSOptions) throws(BrokerError) {
    for file in [tls.caFile, tls.certificateFile, tls.keyFile] {
      if let file { _ = try Connection.read(file) }  // a plain message instead of OpenSSL's
    }
    let authorities = tls.caFile == nil ? "/etc/ssl/certs" : nil  // hashed names, as OpenSSL's tools keep it
    try check(
      unsafe mosquitto_tls_set(handle, tls.caFile, authorities, tls.certificateFile, tls.keyFile, nil))
    if tls.skipsHostCheck { try check(unsafe mosquitto_tls_insecure_set(handle, true)) }
  }

  private func password() throws(BrokerError) -> String? {
    guard let path = options.passwordFile else { return options.password }
    var bytes = try Connection.read(path)
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
      throw .unreadableFile(path: path, reason: "it is not text")
    }
    return text
  }

  private static func read(_ path: String) throws(BrokerError) -> [UInt8] {
    do {
      return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw .unreadableFile(path: path, reason: error.localizedDescription)
    }
  }

  private func check(_ code: Int32) throws(BrokerError) {
    if code != 0 { throw error(code) }
  }
}
