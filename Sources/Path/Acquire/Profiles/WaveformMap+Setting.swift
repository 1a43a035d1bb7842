// SPDX-License-Identifier: Apache-2.0

import Fieldbus
import Machine
import Settings

extension WaveformMap {
  /// Reads the `waveform` section of a profile.
  init(_ setting: Setting, defaults: RegisterDefaults) throws(SettingsError) {
    let table = try setting.table()
    name = try table.string("name", default: "waveform")
    unit = try Register.unit(table)
    registers = []
    for entry in try table.list("registers") { registers.append(try Register(entry, defaults: defaults)) }

    sequence = try registers.position(table.required("sequence"))
    trigger = try Trigger(table.optional("trigger"), registers: registers)
    state = try State(table.optional("state"), registers: registers)
    sampleRate = try Term(required: table.required("sample-rate"), registers: registers)
    count = try Term(required: table.required("count"), registers: registers)
    scale = try Term(required: table.required("scale"), registers: registers)
    fullScale = try Term(table.optional("full-scale"), registers: registers)
    speed = try registers.optionalPosition(table.optional("speed"))
    captureTime = try registers.optionalPosition(table.optional("capture-time"))
    data = try Block(table.required("data"), defaults: defaults)
    poll_s = try table.duration("poll", default: 0.1)
    timeout_s = try table.duration("timeout")
    period_s = try table.duration("period")
    try table.finish()
    if period_s <= 0 || timeout_s <= 0 || poll_s <= 0 {
      throw setting.fail("a poll, a timeout and a period above 0")
    }
    for part in registers where part.type == .string {
      throw .invalid(part.place, key: "type", expected: "a number; a waveform uses no text")
    }
  }
}

extension WaveformMap.Trigger {
  init?(_ setting: Setting?, registers: [Register]) throws(SettingsError) {
    guard let setting else { return nil }
    let table = try setting.table()
    register = try registers.position(table.required("register"))
    value = UInt16(try table.integer("value", in: 0...65_535))
    try table.finish()
    guard registers[register].function == .holding, registers[register].words == 1 else {
      throw setting.fail("a trigger of one holding register; it is written with function 6")
    }
  }
}

extension WaveformMap.State {
  init?(_ setting: Setting?, registers: [Register]) throws(SettingsError) {
    guard let setting else { return nil }
    let table = try setting.table()
    register = try registers.position(table.required("register"))
    ready = Double(try table.integer("ready", in: 0...65_535))
    error = try table.optionalInteger("error", in: 0...65_535).map(Double.init)
    try table.finish()
  }
}

extension WaveformMap.Term {
  init?(_ setting: Setting?, registers: [Register]) throws(SettingsError) {
    guard let setting else { return nil }
    self = try Self(required: setting, registers: registers)
  }

  init(required setting: Setting, registers: [Register]) throws(SettingsError) {
    if let number = try? setting.number() {
      guard number > 0 else { throw setting.fail("a number above 0 or the name of a register") }
      self = .constant(number)
    } else {
      self = .register(try registers.position(setting))
    }
  }
}

extension WaveformMap.Block {
  init(_ setting: Setting, defaults: RegisterDefaults) throws(SettingsError) {
    let table = try setting.table()
    function = try table.optionalChoice("function", of: TableName.self)?.function ?? defaults.function
    address = try Register.address(table, "address", base: defaults.addressBase)
    type = try table.choice("type", of: RegisterType.self)
    order = try table.choice("order", default: defaults.order)
    maximumSamples = try table.integer("max-samples", in: 1...65_536)
    try table.finish()
    guard let words = type.fixedWords, !type.isBits, !function.readsBits else {
      throw setting.fail("samples of a number type, found '\(type.rawValue)'")
    }
    guard Int(address) + maximumSamples * words <= 65_536 else {
      throw setting.fail("samples that end at address 65535 or before")
    }
    guard !order.isFor64BitsOnly || words == 4 else {
      throw setting.fail("a four-letter order for \(words * 16)-bit samples, found '\(order.rawValue)'")
    }
  }
}
