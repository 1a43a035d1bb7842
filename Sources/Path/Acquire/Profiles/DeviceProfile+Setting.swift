// SPDX-License-Identifier: Apache-2.0

import Fieldbus
import Machine
public import Settings

extension ProfileHeader {
  /// Reads the keys that every profile begins with, whatever its protocol.
  public init(_ table: SettingTable) throws(SettingsError) {
    name = try table.string("name")
    title = try table.string("title")
    vendor = try table.string("vendor")
    source = try table.string("source")
    checked = try table.choice("checked", of: VerificationRung.self)
    evidence = try table.string("evidence")
  }
}

extension DeviceProfile {
  /// Reads a Modbus profile: the header and its `modbus` section.
  public init(_ setting: Setting) throws(SettingsError) {
    let table = try setting.table()
    header = try ProfileHeader(table)
    let map = try table.table("modbus")
    try table.finish()

    let baseSetting = try map.required("address-base")
    let defaults = RegisterDefaults(
      addressBase: try baseSetting.integer(in: 0...1),
      function: try map.choice("function", of: TableName.self).function,
      order: try map.choice("order", default: ByteOrder.abcd),
      period_s: try map.duration("period", default: 1))
    limits = try RequestLimits(map.optionalTable("limits"))
    let registersSetting = try map.required("registers")
    registers = []
    for entry in try registersSetting.list() {
      registers.append(try Register(entry, defaults: defaults))
    }
    if registers.isEmpty { throw registersSetting.fail("at least one register") }
    crossChecks = []
    for entry in try map.optionalList("cross-checks") {
      crossChecks.append(try CrossCheck(entry, registers: registers))
    }
    if let setting = map.optional("waveform") {
      waveform = try WaveformMap(setting, defaults: defaults)
    } else {
      waveform = nil
    }
    try map.finish()
    try refuseCollisions()
    try refuseOversize()
  }

  /// Names are unique, and no address is described twice.
  private func refuseCollisions() throws(SettingsError) {
    var seen: [Register] = []
    for register in registers + (waveform?.registers ?? []) {
      let isPart = seen.count >= registers.count
      let sameKind = isPart ? seen[registers.count...] : seen[...]
      if sameKind.contains(where: { $0.name == register.name }) || register.name == waveform?.name {
        throw .invalid(
          register.place, key: "name", expected: "a name of its own, found '\(register.name)' twice")
      }
      if let other = seen.first(where: { !$0.isApart(from: register) }) {
        throw .invalid(
          register.place, key: "address",
          expected:
            "addresses of its own: '\(register.name)' (\(register.span)) overlaps '\(other.name)' (\(other.span))"
        )
      }
      seen.append(register)
    }
    guard let waveform else { return }
    let data = waveform.data
    let end = Int(data.address) + data.maximumSamples * (data.type.fixedWords ?? 1)
    for register in seen
    where register.function == data.function && register.extent.overlaps(Int(data.address)..<end) {
      throw .invalid(
        register.place, key: "address",
        expected: "an address outside the samples of '\(waveform.name)' (\(data.address)-\(end - 1)), "
          + "found '\(register.name)' (\(register.span))")
    }
  }

  /// Every value fits into one request, so that none is ever read in two pieces.
  private func refuseOversize() throws(SettingsError) {
    for register in registers + (waveform?.registers ?? []) where register.words > limits.maximumRegisters {
      throw .invalid(
        register.place, key: register.name,
        expected: "at most \(limits.maximumRegisters) registers (max-registers), found \(register.words)")
    }
  }
}

extension Register {
  /// For messages: `holding 10-11`.
  fileprivate var span: String {
    let last = extent.upperBound - 1
    return "\(TableName.name(of: function)) \(address)" + (last > address ? "-\(last)" : "")
  }
}

extension RequestLimits {
  init(_ table: SettingTable?) throws(SettingsError) {
    guard let table else { return }
    maximumRegisters = try table.integer("max-registers", in: 1...125, default: maximumRegisters)
    maximumGap = try table.integer("max-gap", in: 0...124, default: maximumGap)
    pause_s = try table.duration("pause", default: pause_s)
    turnaround_s = try table.duration("turnaround", default: turnaround_s)
    try table.finish()
  }
}

extension CrossCheck {
  init(_ setting: Setting, registers: [Register]) throws(SettingsError) {
    let table = try setting.table()
    let pair = try table.required("registers")
    let names = try pair.list()
    guard names.count == 2 else { throw pair.fail("two register names") }
    first = try registers.position(names[0])
    second = try registers.position(names[1])
    tolerance = try table.number("tolerance")
    relative = try table.number("relative", default: 0)
    try table.finish()
    let quantities = (registers[first].unit.quantity, registers[second].unit.quantity)
    guard quantities.0 == quantities.1, first != second else {
      throw pair.fail(
        "two registers of one quantity, found \(quantities.0.rawValue) and \(quantities.1.rawValue)")
    }
  }
}

extension [Register] {
  /// Position of the register that the setting names.
  func position(_ setting: Setting) throws(SettingsError) -> Int {
    let name = try setting.string()
    if let position = firstIndex(where: { $0.name == name }) { return position }
    let hint = nearest(to: name, among: map(\.name)).map { "; did you mean '\($0)'?" } ?? ""
    throw setting.fail("the name of a register, found '\(name)'\(hint)")
  }

  func optionalPosition(_ setting: Setting?) throws(SettingsError) -> Int? {
    guard let setting else { return nil }
    return try position(setting)
  }
}
