// SPDX-License-Identifier: Apache-2.0

import Foundation
import Yams

extension Setting {
  /// Largest file that is read: a configuration is written by people.
  static let maximumBytes = 4 << 20
  /// Most values in one file; aliases multiply values, so this also stops "billion laughs".
  static let maximumValues = 200_000

  /// Reads a YAML file.
  public static func load(path: String) throws(SettingsError) -> Setting {
    try parse(try text(of: path), file: path)
  }

  /// The text of a file that `parse` may be given.
  public static func text(of path: String) throws(SettingsError) -> String {
    var isDirectory: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw .unreadable(file: path, reason: "no such file")
    }
    guard !isDirectory.boolValue else {
      throw .unreadable(file: path, reason: "is a directory; a YAML file is expected")
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw .unreadable(file: path, reason: "cannot be read; check its permissions")
    }
    guard data.count <= maximumBytes else {
      throw .unreadable(file: path, reason: "is larger than \(maximumBytes >> 20) MiB")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw .unreadable(file: path, reason: "is not UTF-8 text")
    }
    return text
  }

  /// Reads YAML text; `file` is the name that errors give.
  public static func parse(_ text: String, file: String) throws(SettingsError) -> Setting {
    let node: Node?
    do {
      node = try compose(yaml: text)
    } catch {
      throw syntaxError(error, file: file)
    }
    let start = Place(file: file, line: 1, column: 1)
    guard let node else { return Setting(place: start, key: "", value: .null) }
    var budget = maximumValues
    return try convert(node, key: "", at: start, budget: &budget)
  }

  private static func convert(
    _ node: Node, key: String, at parent: Place, budget: inout Int
  ) throws(SettingsError) -> Setting {
    let place = node.mark.map { Place(file: parent.file, line: $0.line, column: $0.column) } ?? parent
    budget -= 1
    guard budget > 0 else { throw .syntax(place, "more than \(maximumValues) values") }
    switch node {
    case .scalar(let scalar):
      let quoted = scalar.style == .singleQuoted || scalar.style == .doubleQuoted
      let isNull = !quoted && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
      return Setting(
        place: place, key: key, value: isNull ? .null : .scalar(scalar.string, quoted: quoted))
    case .sequence(let sequence):
      var entries: [Setting] = []
      for (index, entry) in sequence.enumerated() {
        entries.append(try convert(entry, key: "\(key)[\(index)]", at: place, budget: &budget))
      }
      return Setting(place: place, key: key, value: .list(entries))
    case .mapping(let mapping):
      var entries: [(key: Setting, value: Setting)] = []
      for (name, value) in mapping {
        let nameMark = name.mark.map { Place(file: parent.file, line: $0.line, column: $0.column) } ?? place
        guard let text = name.scalar?.string else { throw .syntax(nameMark, "a key must be a plain text") }
        let nameSetting = Setting(place: nameMark, key: text, value: .scalar(text, quoted: false))
        entries.append((nameSetting, try convert(value, key: text, at: nameMark, budget: &budget)))
      }
      return Setting(place: place, key: key, value: .table(entries))
    case .alias:
      throw .syntax(place, "an alias that refers to nothing")
    }
  }

  private static func syntaxError(_ error: any Error, file: String) -> SettingsError {
    let start = Place(file: file, line: 1, column: 1)
    func at(_ mark: Mark) -> Place { Place(file: file, line: mark.line, column: mark.column) }
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return .syntax(at(mark), problem)
    case .duplicatedKeysInMapping(let duplicates, let context):
      return .syntax(at(context.mark), "the key '\(duplicates.joined(separator: "', '"))' stands here twice")
    case .reader(let problem, _, _, _):
      return .syntax(start, problem)
    default:
      return .syntax(start, "\(error)")
    }
  }
}
