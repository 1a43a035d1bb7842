// SPDX-License-Identifier: Apache-2.0

import Alert
import Foundation
package import Machine

/// Decides whether a message on the command topic is from an allowed user, new, and something that this user may ask for.
///
/// MQTT 3.1.1 does not tell who sent a message, and a plant's broker often lets everybody write. So each command carries
/// a code that only the user's secret can make, over the topic (it fits no other gateway), the user and the very bytes of
/// the request; and a time and an identifier, so that it is obeyed once. Pure: no clock, no I/O.
/// ```
/// { "user": "ana", "request": "{\"id\":\"7f3a\",\"time\":\"2026-01-31T09:30:00Z\",\"verb\":\"acknowledge\",
///   \"alarm\":\"P-101:unbalance\"}", "mac": "<64 hexadecimal digits>" }
/// mac = HMAC-SHA256(secret, "millwright-command/1\n" topic "\n" user "\n" request)
/// ```
/// What was seen is remembered while its time is inside the window. Whatever is older than anything forgotten, or was
/// made before this gate, is refused: a recorded command is of no use, after a restart or a step of the clock either.
package struct CommandGate: Sendable {
  /// Bytes of the longest message that is looked at.
  package static let maximumBytes = 4096
  /// How far a sender's clock may be ahead, seconds.
  package static let ahead_s = 5.0
  /// Most commands of one user within the window.
  package static let perWindow = 100

  /// A request whose sender is known.
  package struct Request: Sendable, Equatable, Decodable {
    package var id: String
    package var time: String
    package var verb: String
    package var alarm: String?
    package var why: String?
    package var until: String?
  }

  /// What becomes of a message.
  package enum Verdict: Sendable, Equatable {
    case obey(AlarmCommand, user: String, id: String)
    /// Not obeyed; the user and the identifier where they are known for sure.
    case refuse(String, user: String?, id: String?)
  }

  private let topic: String
  private let users: [String: CommandSettings.User]
  private let window_s: Double
  /// By user, the identifiers and times of what was accepted.
  private var seen: [String: [String: WallTime]] = [:]
  /// Nothing that was made at this time or before is accepted any more.
  private var floor: WallTime

  package init(_ settings: CommandSettings, topic: String, at now: WallTime) {
    self.topic = topic
    users = Dictionary(settings.users.map { ($0.name, $0) }) { first, _ in first }
    window_s = settings.window_s
    floor = WallTime(seconds: now.seconds + CommandGate.ahead_s)
  }

  /// Looks at one message.
  package mutating func admit(_ bytes: [UInt8], isRetained: Bool, at now: WallTime) -> Verdict {
    guard bytes.count <= CommandGate.maximumBytes else {
      return .refuse("longer than \(CommandGate.maximumBytes) bytes", user: nil, id: nil)
    }
    guard let envelope = try? JSONDecoder().decode(Envelope.self, from: Data(bytes)) else {
      return .refuse("not JSON with user, request and mac", user: nil, id: nil)
    }
    // Who does not know the secret does not learn which names exist.
    let user = users[envelope.user]
    let expected = MessageCode.code(
      of: CommandGate.signed(topic: topic, user: envelope.user, request: envelope.request),
      secret: user?.secret ?? Array(repeating: 0, count: 32))
    guard let given = MessageCode.bytes(hexadecimal: envelope.mac), MessageCode.isEqual(given, expected),
      let user
    else { return .refuse("unknown user, or a code that does not fit", user: nil, id: nil) }
    guard let request = try? JSONDecoder().decode(Request.self, from: Data(envelope.request.utf8)) else {
      return .refuse("the request is not JSON with id, time and verb", user: user.name, id: nil)
    }
    func refuse(_ reason: String) -> Verdict { .refuse(reason, user: user.name, id: request.id) }
    guard (1...64).contains(request.id.utf8.count) else {
      return .refuse("an id has 1 to 64 bytes", user: user.name, id: nil)
    }
    if isRetained { return refuse("a retained message is no command: publish it without the retain flag") }
    if let reason = staleness(of: request, user.name, now) { return refuse(reason) }
    guard let right = CommandRight(rawValue: request.verb) else {
      return refuse("no verb '\(request.verb)'")
    }
    guard user.may.contains(right) else { return refuse("\(user.name) may not \(right.rawValue)") }
    guard let verb = AlarmCommand.Verb(rawValue: right.rawValue), let alarm = request.alarm else {
      return refuse("\(right.rawValue) needs an alarm")
    }
    var until: WallTime?
    if let text = request.until {
      until = CommandGate.time(text)
      if until == nil { return refuse("until is a time like 2026-01-31T09:30:00Z") }
    }
    let command = AlarmCommand(verb, alarm, by: user.name, why: request.why ?? "", until: until)
    return .obey(command, user: user.name, id: request.id)
  }

  /// What the code is made over.
  package static func signed(topic: String, user: String, request: String) -> [UInt8] {
    Array("millwright-command/1\n\(topic)\n\(user)\n\(request)".utf8)
  }

  /// Why a request is not a new one; what is new is remembered.
  private mutating func staleness(of request: Request, _ user: String, _ now: WallTime) -> String? {
    guard let made = CommandGate.time(request.time) else {
      return "time is when the command was made, like 2026-01-31T09:30:00Z"
    }
    let age_s = now.seconds - made.seconds
    guard (-CommandGate.ahead_s...window_s).contains(age_s) else {
      return
        "made \(Int(age_s)) s ago by this gateway's clock; up to \(Int(window_s)) s are taken: give it again"
    }
    for (name, ids) in seen {
      for (id, time) in ids where now.seconds - time.seconds > window_s {
        seen[name]?[id] = nil
        floor = max(floor, time)
      }
    }
    guard made > floor else {
      return "made before this gateway could tell whether it is new: give it again in a few seconds"
    }
    if seen[user]?[request.id] != nil { return "already taken: an id counts once" }
    guard seen[user, default: [:]].count < CommandGate.perWindow else {
      return "more than \(CommandGate.perWindow) commands within \(Int(window_s)) s"
    }
    seen[user, default: [:]][request.id] = made
    return nil
  }

  private static func time(_ text: String) -> WallTime? {
    guard text.utf8.count <= 40, let date = CommandGate.date(text) else { return nil }
    return WallTime(seconds: date.timeIntervalSince1970)
  }

  private static func date(_ text: String) -> Date? {
    (try? Date(text, strategy: .iso8601))
      ?? (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
  }

  private struct Envelope: Decodable {
    let user: String
    let request: String
    let mac: String
  }
}
