// SPDX-License-Identifier: Apache-2.0

import Fieldbus
import Machine
import Settings

/// What a register takes from its profile unless it says otherwise.
struct RegisterDefaults {
  var addressBase: Int
  var function: RegisterFunction
  var order: ByteOrder
  var period_s: Double
}

/// The four Modbus tables by the names that profiles use.
enum TableName: String, CaseIterable {
  case coils
  case discreteInputs = "discrete-inputs"
  case holding
  case input

  var function: RegisterFunction {
    switch self {
    case .coils: .coils
    case .discreteInputs: .discreteInputs
    case .holding: .holding
    case .input: .input
    }
  }

  static func name(of function: RegisterFunction) -> String {
    allCases.first { $0.function == function }?.rawValue ?? "\(function)"
  }
}

extension Register {
  /// Reads one entry of a `registers` list.
  init(_ setting: Setting, defaults: RegisterDefaults) throws(SettingsError) {
    let table = try setting.table()
    place = table.place
    name = try table.string("name")
    function = try table.optionalChoice("function", of: TableName.self)?.function ?? defaults.function
    address = try Register.address(table, "address", base: defaults.addressBase)
    type = try table.choice("type", of: RegisterType.self)
    let orderSetting = table.optional("order")
    order = try orderSetting?.choice(of: ByteOrder.self) ?? defaults.order
    bit = try table.integer("bit", in: 0...15, default: 0)
    width = try table.integer("width", in: 1...16, default: 1)
    let length = try table.optionalInteger("length", in: 1...250)
    words = type.fixedWords ?? ((length ?? 0) + 1) / 2
    scale = try table.number("scale", default: 1)
    offset = try table.number("offset", default: 0)
    unit = try Register.unit(table, isNumber: !type.isBits && type != .string)
    invalid = try Register.numbers(table.optional("invalid"))
    range = try Register.range(table.optional("range"))
    period_s = try table.duration("period", default: defaults.period_s)
    try table.finish()

    if function.readsBits, type != .bit {
      throw setting.fail(
        "type 'bit', because \(TableName.name(of: function)) are single bits, found '\(type.rawValue)'")
    }
    if type == .string, length == nil { throw setting.fail("'length', the number of characters of a string") }
    if bit + width > 16 { throw setting.fail("bit + width of at most 16, found \(bit) + \(width)") }
    if type == .bit, width != 1 { throw setting.fail("type 'bitfield' for a width of \(width)") }
    if let orderSetting, order.isFor64BitsOnly, words != 4 {
      throw orderSetting.fail("a four-letter order for a \(words * 16)-bit value, found '\(order.rawValue)'")
    }
    if scale == 0 { throw setting.fail("a scale other than 0") }
    if period_s <= 0 { throw setting.fail("a period above 0") }
    if extent.upperBound > 65_536 { throw setting.fail("a value that ends at address 65535 or before") }
  }

  /// The address under `key`, brought to base 0.
  static func address(_ table: SettingTable, _ key: String, base: Int) throws(SettingsError) -> UInt16 {
    UInt16(try table.integer(key, in: base...(65_535 + base)) - base)
  }

  /// The unit under `unit`, which must be one of `quantity`; flags and texts may leave both out.
  static func unit(_ table: SettingTable, isNumber: Bool = true) throws(SettingsError) -> Unit {
    let quantity: Quantity
    if isNumber {
      quantity = try table.choice("quantity", of: Quantity.self)
    } else {
      quantity = try table.choice("quantity", default: Quantity.status)
    }
    let canonical = quantity.canonicalUnit.symbol
    let known = Unit.symbols(for: quantity)
    guard canonical != "1" || table.keys.contains("unit") else {
      return Unit.named("1", for: quantity) ?? .one
    }
    let setting = try table.required("unit")
    let symbol = try setting.string()
    guard symbol != "1" || canonical == "1", let unit = Unit.named(symbol, for: quantity) else {
      let choices = known.isEmpty ? ["1"] : known
      let hint = nearest(to: symbol, among: choices).map { "; did you mean '\($0)'?" } ?? ""
      throw setting.fail(
        "a unit of \(quantity.rawValue) (\(choices.joined(separator: ", "))), found '\(symbol)'\(hint)")
    }
    return unit
  }

  /// One number or a list of them; decimal, or hexadecimal with `0x`.
  private static func numbers(_ setting: Setting?) throws(SettingsError) -> [Double] {
    guard let setting else { return [] }
    guard let entries = try? setting.list() else { return [try setting.number()] }
    var result: [Double] = []
    for entry in entries { result.append(try entry.number()) }
    return result
  }

  private static func range(_ setting: Setting?) throws(SettingsError) -> ClosedRange<Double>? {
    guard let setting else { return nil }
    let limits = try numbers(setting)
    guard limits.count == 2, limits[0] < limits[1] else { throw setting.fail("[lowest, highest]") }
    return limits[0]...limits[1]
  }
}
