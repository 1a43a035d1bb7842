// SPDX-License-Identifier: Apache-2.0

import Alert
import Machine
import Settings

extension AlarmPolicy {
  /// Reads `alarms:`; what is not said is the default.
  init(_ table: SettingTable?) throws(SettingsError) {
    self.init()
    guard let table else { return }
    rule.apply(try Change(table))
    capacity = try table.integer("capacity", in: 10...100_000, default: capacity)
    shelveMaximum_s = try bounded("shelve-maximum", in: table, 60...(90 * 86_400), default: shelveMaximum_s)
    undo_s = try bounded("undo-within", in: table, 0...86_400, default: undo_s)
    stale_s = try bounded("stale-after", in: table, 60...(90 * 86_400), default: stale_s)
    if let flood = try table.optionalTable("flood") { self.flood = try Flood(flood) }
    flood.operators = try table.integer("operators", in: 1...100, default: flood.operators)
    if let chatter = try table.optionalTable("chatter") { self.chatter = try Chatter(chatter) }
    if let entries = try table.optionalTable("severities") {
      for severity in Severity.allCases where severity > .notice {
        guard let entry = try entries.optionalTable(severity.rawValue) else { continue }
        severities[severity] = try Change(entry)
        try entry.finish()
      }
      try entries.finish()
    }
    if let entries = try table.optionalTable("faults") {
      for name in entries.keys {
        let setting = try entries.required(name)
        guard AlarmPolicy.isFaultClass(name) else {
          throw setting.fail("the identifier of a fault, or its beginning and '*', like bearing-*")
        }
        let entry = try setting.table()
        faults[name] = try Change(entry)
        try entry.finish()
      }
    }
  }

  private static func isFaultClass(_ name: String) -> Bool {
    let stem = name.hasSuffix("*") ? name.dropLast() : name[...]
    return !stem.isEmpty && stem.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-") }
  }
}

extension AlarmPolicy.Change {
  fileprivate init(_ table: SettingTable) throws(SettingsError) {
    self.init()
    onDelay_s = try optionalBounded("on-delay", in: table, 0...86_400)
    offDelay_s = try optionalBounded("off-delay", in: table, 0...(7 * 86_400))
    deadband = try table.optionalNumber("deadband")
    if let deadband, !(0..<1).contains(deadband) {
      throw try table.required("deadband").fail("a share of the limit from 0 to below 1, like 0.02")
    }
    isLatching = try table.optional("latching").map { setting throws(SettingsError) in try setting.flag() }
    if table.optional("suppressed-in") != nil {
      var motions: Set<OperatingState.Motion> = []
      for entry in try table.list("suppressed-in") { motions.insert(try entry.choice(of: Phase.self).motion) }
      suppressedIn = motions
    }
  }

  private enum Phase: String, CaseIterable {
    case off, transient
    var motion: OperatingState.Motion { self == .off ? .off : .transient }
  }
}

extension AlarmPolicy.Flood {
  fileprivate init(_ table: SettingTable) throws(SettingsError) {
    self.init()
    enter = try table.integer("enter", in: 1...1000, default: enter)
    leave = try table.integer("leave", in: 1...1000, default: min(leave, enter))
    guard leave <= enter else {
      throw try table.required("leave").fail("at most what begins a flood (enter: \(enter))")
    }
    window_s = try bounded("window", in: table, 10...86_400, default: window_s)
    holds = try table.choice("holds", default: Holds.warning).severity
    try table.finish()
  }

  private enum Holds: String, CaseIterable {
    case warning, alarm
    var severity: Severity { self == .alarm ? .alarm : .warning }
  }
}

extension AlarmPolicy.Chatter {
  fileprivate init(_ table: SettingTable) throws(SettingsError) {
    self.init()
    transitions = try table.integer("transitions", in: 2...100, default: transitions)
    window_s = try bounded("window", in: table, 10...(7 * 86_400), default: window_s)
    stretch = try table.number("stretch", default: stretch)
    guard (1...100).contains(stretch) else {
      throw try table.required("stretch").fail("a factor from 1 to 100")
    }
    try table.finish()
  }
}

private func bounded(
  _ key: String, in table: SettingTable, _ range: ClosedRange<Double>, default value: Double
) throws(SettingsError) -> Double {
  try optionalBounded(key, in: table, range) ?? value
}

private func optionalBounded(
  _ key: String, in table: SettingTable, _ range: ClosedRange<Double>
) throws(SettingsError) -> Double? {
  guard let value = try table.optionalDuration(key) else { return nil }
  guard range.contains(value) else {
    throw try table.required(key).fail(
      "a duration from \(Int(range.lowerBound)) s to \(Int(range.upperBound)) s")
  }
  return value
}
