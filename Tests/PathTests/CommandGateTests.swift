// SPDX-License-Identifier: Apache-2.0

import Agent
import Foundation
import Machine
import Testing

/// Who may command over MQTT, and what a recorded or changed message is worth.
@Suite struct CommandGateTests {
  private static let topic = "millwright/test/gateway-1/command"
  private static let secret = Array("0123456789abcdef0123456789abcdef".utf8)
  private static let start = WallTime(seconds: 1_767_225_600)

  private static func time(_ second: Double) -> WallTime { WallTime(seconds: start.seconds + second) }

  private static func gate() -> CommandGate {
    var ana = CommandSettings.User(name: "ana", secret: secret, may: [.acknowledge, .shelve])
    ana.may.insert(.undo)
    return CommandGate(CommandSettings(users: [ana]), topic: topic, at: start)
  }

  /// A signed message; `at` is when its sender made it, seconds after the start.
  private static func message(
    id: String = "1", at second: Double, verb: String = "acknowledge", rest: String = "",
    user: String = "ana", topic: String = topic, secret: [UInt8] = secret
  ) throws -> [UInt8] {
    let made = Date(timeIntervalSince1970: start.seconds + second).formatted(.iso8601)
    let request = #"{"id":"\#(id)","time":"\#(made)","verb":"\#(verb)","alarm":"P-101:unbalance"\#(rest)}"#
    let code = MessageCode.code(
      of: CommandGate.signed(topic: topic, user: user, request: request), secret: secret)
    let mac = code.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    return Array(try JSONEncoder().encode(["user": user, "request": request, "mac": mac]))
  }

  private static func refusal(_ verdict: CommandGate.Verdict) -> String? {
    if case .refuse(let reason, _, _) = verdict { reason } else { nil }
  }

  /// RFC 4231, test cases 1 to 4, 6 and 7.
  @Test(
    arguments: [
      (
        Array(repeating: UInt8(0x0B), count: 20), Array("Hi There".utf8),
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
      ),
      (
        Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
      ),
      (
        Array(repeating: 0xAA, count: 20), Array(repeating: 0xDD, count: 50),
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
      ),
      (
        Array(1...25), Array(repeating: 0xCD, count: 50),
        "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
      ),
      (
        Array(repeating: 0xAA, count: 131),
        Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
      ),
      (
        Array(repeating: 0xAA, count: 131),
        Array(
          ("This is a test using a larger than block-size key and a larger than block-size data. The key needs to "
            + "be hashed before being used by the HMAC algorithm.").utf8),
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
      ),
    ] as [([UInt8], [UInt8], String)])
  func `codes are those of RFC 4231`(secret: [UInt8], message: [UInt8], code: String) {
    #expect(MessageCode.code(of: message, secret: secret) == MessageCode.bytes(hexadecimal: code))
  }

  @Test(arguments: ["0", "0g", "é0", "00 1"])
  func `what is not hexadecimal is no code`(text: String) {
    #expect(MessageCode.bytes(hexadecimal: text) == nil)
  }

  @Test func `a command of an allowed user is obeyed once, in that user's name`() throws {
    var gate = Self.gate()
    let bytes = try Self.message(at: 10, rest: #","why":"seen","by":"root""#)
    let verdict = gate.admit(bytes, isRetained: false, at: Self.time(11))
    guard case .obey(let command, let user, let id) = verdict else {
      Issue.record("\(verdict)")
      return
    }
    #expect(command == AlarmCommand(.acknowledge, "P-101:unbalance", by: "ana", why: "seen"))
    #expect(user == "ana" && id == "1")
    #expect(
      Self.refusal(gate.admit(bytes, isRetained: false, at: Self.time(12)))
        == "already taken: an id counts once")
    let second = try Self.message(id: "2", at: 12, verb: "shelve", rest: #","until":"2026-01-01T08:00:00Z""#)
    guard case .obey(let shelve, _, _) = gate.admit(second, isRetained: false, at: Self.time(12)) else {
      Issue.record("a second command was refused")
      return
    }
    #expect(shelve.until == Self.time(8 * 3600))
  }

  @Test func `a recorded command is of no use, whenever it is sent again`() throws {
    var gate = Self.gate()
    let bytes = try Self.message(at: 10)
    #expect(Self.refusal(gate.admit(bytes, isRetained: false, at: Self.time(10))) == nil)
    for second in stride(from: 10.0, through: 400, by: 5) {
      #expect(Self.refusal(gate.admit(bytes, isRetained: false, at: Self.time(second))) != nil)
    }
    // The clock was set back after the gate has forgotten the identifier.
    let other = try Self.message(id: "2", at: 300)
    #expect(Self.refusal(gate.admit(other, isRetained: false, at: Self.time(300))) == nil)
    #expect(Self.refusal(gate.admit(bytes, isRetained: false, at: Self.time(12))) != nil)
    // A new run of the daemon knows no identifiers: what an earlier one may have taken is refused.
    for age in stride(from: -4.0, through: 60, by: 4) {
      var next = CommandGate(
        CommandSettings(users: [.init(name: "ana", secret: Self.secret, may: [.acknowledge])]),
        topic: Self.topic, at: Self.time(10 + age))
      #expect(Self.refusal(next.admit(bytes, isRetained: false, at: Self.time(10 + age))) != nil, "\(age)")
    }
  }

  @Test func `what was changed on the way, or is for another gateway, is refused without a hint`() throws {
    let reason = "unknown user, or a code that does not fit"
    let good = String(decoding: try Self.message(at: 10), as: UTF8.self)
    let messages: [[UInt8]] = [
      Array(good.replacing("unbalance", with: "imbalance").utf8),
      Array(good.replacing(#""user":"ana""#, with: #""user":"bob""#).utf8),
      Array(good.replacing(#""mac":""#, with: #""mac":"00"#).utf8),
      try Self.message(at: 10, topic: "millwright/test/gateway-2/command"),
      try Self.message(at: 10, user: "bob"),
      try Self.message(at: 10, secret: Array(repeating: 0, count: 32)),
      try Self.message(at: 10, user: "nobody", secret: Array(repeating: 0, count: 32)),
    ]
    for bytes in messages {
      var gate = Self.gate()
      let verdict = gate.admit(bytes, isRetained: false, at: Self.time(10))
      #expect(verdict == .refuse(reason, user: nil, id: nil), "\(String(decoding: bytes, as: UTF8.self))")
    }
  }

  @Test func `a command of a known user that cannot be obeyed says why`() throws {
    let cases: [(message: [UInt8], isRetained: Bool, says: String)] = [
      (try Self.message(at: 10), true, "retained"), (try Self.message(at: -100), false, "made 110 s ago"),
      (try Self.message(at: 30), false, "made -20 s ago"), (try Self.message(at: 4), false, "could tell"),
      (try Self.message(at: 10, verb: "reset"), false, "ana may not reset"),
      (try Self.message(at: 10, verb: "close"), false, "no verb 'close'"),
      (try Self.message(at: 10, rest: #","until":"tomorrow""#), false, "until is a time"),
      (try Self.message(id: "", at: 10), false, "1 to 64 bytes"),
      (Array("{}".utf8), false, "not JSON with user"), (Array(repeating: 0x7B, count: 5000), false, "longer"),
      (Array(repeating: 0x5B, count: 4000), false, "not JSON"),
    ]
    for (message, isRetained, says) in cases {
      var gate = Self.gate()
      let reason = Self.refusal(gate.admit(message, isRetained: isRetained, at: Self.time(10)))
      #expect(reason?.contains(says) == true, "\(reason ?? "obeyed"), expected \(says)")
    }
  }

  @Test func `what one user may ask for within the window is bounded`() throws {
    var gate = Self.gate()
    for i in 0..<CommandGate.perWindow {
      let message = try Self.message(id: "\(i)", at: 10)
      #expect(Self.refusal(gate.admit(message, isRetained: false, at: Self.time(10))) == nil)
    }
    let more = try Self.message(id: "more", at: 10)
    #expect(
      Self.refusal(gate.admit(more, isRetained: false, at: Self.time(10)))?.contains("more than 100") == true)
    let later = try Self.message(id: "later", at: 80)
    #expect(Self.refusal(gate.admit(later, isRetained: false, at: Self.time(80))) == nil)
  }
}
