// SPDX-License-Identifier: Apache-2.0

import Broker
import Foundation
import Testing

@Suite struct TLSTests {
  @Test func `a broker with a certificate of our authority is trusted, large messages pass`() async throws {
    let broker = try await Self.broker()
    var options = broker.options("tls")
    options.tls = TLSOptions(caFile: broker.path("ca.pem").path)
    options.inboxBytes = 64 << 20
    let client = try MQTTClient(options)
    try await client.subscribe("t")
    try await running(client) {
      #expect(await eventually { client.state.isConnected }, "\(client.statistics())")
      // Several TLS records each, and many at once: decrypted bytes must never be left behind.
      let payload = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<40 { group.addTask { try await client.publish(topic: "t", payload: payload) } }
        try await group.waitForAll()
      }
      #expect(await eventually { client.statistics().received == 40 })
      var messages = client.messages.makeAsyncIterator()
      for _ in 0..<40 { #expect(await messages.next()?.payload == payload) }
    }
  }

  @Test func `a killed TLS peer raises no signal and is found again`() async throws {
    let broker = try await Self.broker()
    var options = broker.options("tls-kill")
    options.tls = TLSOptions(caFile: broker.path("ca.pem").path)
    let client = try MQTTClient(options)
    try await running(client) {
      #expect(await eventually { client.state.isConnected })
      broker.signal(SIGSTOP)
      let flood = Task {
        await withTaskGroup(of: Void.self) { group in
          for _ in 0..<64 {
            group.addTask {
              try? await client.publish(topic: "t", payload: [UInt8](repeating: 1, count: 200_000))
            }
          }
        }
      }
      try await Task.sleep(for: .milliseconds(100))
      broker.kill()
      await flood.value
      try await broker.start()
      #expect(await eventually { client.state.isConnected })
    }
  }

  @Test func `a certificate of a foreign authority is refused in words`() async throws {
    let broker = try await Self.broker()
    var options = broker.options("foreign")
    options.tls = TLSOptions()  // the operating system's authorities do not know ours
    let client = try MQTTClient(options)
    try await running(client) {
      #expect(await eventually { client.statistics().failedAttempts > 0 })
      guard case .tls(_, let reason)? = client.statistics().lastError else {
        Issue.record("error is \(String(describing: client.statistics().lastError))")
        return
      }
      #expect(reason.contains("certificate verify failed"))
    }
  }

  @Test func `a certificate for another name is refused unless told otherwise`() async throws {
    let broker = try await Self.broker(name: "DNS:other.example")
    var options = broker.options("name")
    options.tls = TLSOptions(caFile: broker.path("ca.pem").path)
    let strict = try MQTTClient(options)
    try await running(strict) {
      #expect(await eventually { strict.statistics().failedAttempts > 0 })
      guard case .tls? = strict.statistics().lastError else {
        Issue.record("error is \(String(describing: strict.statistics().lastError))")
        return
      }
    }
    options.tls?.skipsHostCheck = true
    let lax = try MQTTClient(options)
    try await running(lax) { #expect(await eventually { lax.state.isConnected }) }
  }

  @Test func `a client certificate opens a broker that asks for one`() async throws {
    let broker = try await Self.broker(extra: ["require_certificate true"])
    var options = broker.options("mutual")
    options.tls = TLSOptions(
      caFile: broker.path("ca.pem").path, certificateFile: broker.path("cert.pem").path,
      keyFile: broker.path("key.pem").path)
    let client = try MQTTClient(options)
    try await running(client) { #expect(await eventually { client.state.isConnected }) }

    options.tls?.certificateFile = broker.path("missing.pem").path
    let missing = try MQTTClient(options)
    try await running(missing) {
      #expect(await eventually { missing.statistics().failedAttempts > 0 })
      guard case .unreadableFile(let path, _)? = missing.statistics().lastError else {
        Issue.record("error is \(String(describing: missing.statistics().lastError))")
        return
      }
      #expect(path == broker.path("missing.pem").path)
    }
  }

  /// A broker with a certificate for `name`, signed by an authority made for this test.
  private static func broker(name: String = "IP:127.0.0.1", extra: [String] = []) async throws -> Mosquitto {
    let lines = [
      "allow_anonymous true", "cafile DIR/ca.pem", "certfile DIR/cert.pem", "keyfile DIR/key.pem",
    ]
    let broker = try Mosquitto(lines + extra)
    let script = """
      set -e
      openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem \
        -days 2 -subj "/CN=test authority" -addext "keyUsage=critical,keyCertSign"
      openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.csr -subj "/CN=broker"
      printf 'subjectAltName=\(name)\\n' > ext
      openssl x509 -req -in cert.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out cert.pem
      """
    let openssl = Process()
    openssl.executableURL = URL(fileURLWithPath: "/bin/sh")
    openssl.arguments = ["-c", script]
    openssl.currentDirectoryURL = broker.directory
    openssl.standardError = FileHandle.nullDevice
    try openssl.run()
    openssl.waitUntilExit()
    try #require(openssl.terminationStatus == 0, "openssl failed")
    try await broker.start()
    return broker
  }
}
