// SPDX-License-Identifier: Apache-2.0

import Foundation
import Machine
import Settings

/// What a user may ask for over MQTT.
public enum CommandRight: String, CaseIterable, Sendable {
  case acknowledge, shelve, unshelve
  case outOfService = "out-of-service"
  case returnToService = "return-to-service"
  case reset, undo
}

/// Who may give commands over MQTT; nobody unless the site file lists them.
public struct CommandSettings: Sendable {
  /// One person or system.
  public struct User: Sendable {
    public var name: String
    /// What only this user and the gateway know, 32 bytes or more.
    public var secret: [UInt8]
    public var may: Set<CommandRight>
    /// A user, for tests.
    package init(name: String, secret: [UInt8], may: Set<CommandRight>) {
      self.name = name
      self.secret = secret
      self.may = may
    }
  }
  public var users: [User]
  /// How old a command may be, seconds; clocks may differ by so much.
  public var window_s = 60.0

  /// These users, for tests.
  package init(users: [User]) { self.users = users }
}

extension CommandSettings {
  /// Reads `commands:`; nil where it is left out.
  init?(_ table: SettingTable?, folder: String, hasBroker: Bool) throws(SettingsError) {
    guard let table else { return nil }
    let list = try table.required("users")
    guard hasBroker else { throw list.fail("no commands without 'upstream:', whose broker brings them") }
    window_s = try table.duration("window", default: window_s)
    guard (5...600).contains(window_s) else {
      throw try table.required("window").fail("a duration from 5s to 10min")
    }
    users = []
    for entry in try list.list() {
      let user = try User(entry, folder: folder)
      guard !users.contains(where: { $0.name == user.name }) else {
        throw entry.fail("a name of its own, '\(user.name)' stands twice")
      }
      guard !users.contains(where: { $0.secret == user.secret }) else {
        throw entry.fail("a secret of its own: that of '\(user.name)' is another user's too")
      }
      users.append(user)
    }
    guard !users.isEmpty else { throw list.fail("at least one user, or no 'commands:'") }
    try table.finish()
  }
}

extension CommandSettings.User {
  static let secretBytes = 32...1024

  init(_ entry: Setting, folder: String) throws(SettingsError) {
    let table = try entry.table()
    name = try Machine.identifier(table.required("name"))
    may = []
    let rights = try table.required("may")
    for right in try rights.list() { may.insert(try right.choice(of: CommandRight.self)) }
    guard !may.isEmpty else {
      throw rights.fail("at least one of \(CommandRight.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    secret = try Self.secret(table.required("secret-file"), folder: folder)
    try table.finish()
  }

  private static func secret(_ setting: Setting, folder: String) throws(SettingsError) -> [UInt8] {
    let name = try setting.string()
    let path = name.hasPrefix("/") || folder.isEmpty ? name : folder + "/" + name
    guard let data = FileManager.default.contents(atPath: path) else {
      throw setting.fail("a file that can be read, found '\(path)'")
    }
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    guard let mode = (attributes?[.posixPermissions] as? NSNumber)?.intValue, mode & 0o007 == 0 else {
      throw setting.fail("a file that others cannot open (chmod o= \(path))")
    }
    var bytes = Array(data)
    while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
    guard secretBytes.contains(bytes.count) else {
      throw setting.fail(
        "a secret of \(secretBytes.lowerBound) to \(secretBytes.upperBound) bytes, as 'openssl rand -hex 32' makes; "
          + "'\(path)' has \(bytes.count)")
    }
    return bytes
  }
}
