// SPDX-License-Identifier: Apache-2.0

/// What is measured.
public enum Quantity: String, CaseIterable, Sendable, Codable {
  case acceleration, velocity, displacement
  case temperature, pressure, flow
  case current, voltage, power, energy
  case rotationalSpeed = "rotational-speed"
  case frequency, humidity, ratio, count, status

  /// The one unit in which values of this quantity travel inside the program.
  public var canonicalUnit: Unit {
    switch self {
    case .acceleration: .metresPerSecondSquared
    case .velocity: .millimetresPerSecond
    case .displacement: .micrometres
    case .temperature: .degreesCelsius
    case .pressure: .bar
    case .flow: .cubicMetresPerHour
    case .current: .amperes
    case .voltage: .volts
    case .power: .kilowatts
    case .energy: .kilowattHours
    case .rotationalSpeed: .revolutionsPerMinute
    case .frequency: .hertz
    case .humidity: .percent
    case .ratio, .count, .status: .one
    }
  }
}

/// A unit of measurement with its linear way to the canonical unit of its quantity:
/// canonical = value * scale + offset.
public struct Unit: Hashable, Sendable, Codable {
  public let symbol: String
  public let quantity: Quantity
  public let scale: Double
  public let offset: Double

  init(_ symbol: String, _ quantity: Quantity, _ scale: Double = 1, _ offset: Double = 0) {
    self.symbol = symbol
    self.quantity = quantity
    self.scale = scale
    self.offset = offset
  }

  /// A value in this unit, expressed in the canonical unit of the quantity.
  public func canonical(_ value: Double) -> Double { value * scale + offset }
  /// A canonical value, expressed in this unit.
  public func fromCanonical(_ value: Double) -> Double { (value - offset) / scale }

  /// The unit with this symbol, or nil. `ratio`, `count` and `status` values have the symbol `1`.
  public static func named(_ symbol: String, for quantity: Quantity) -> Unit? {
    if symbol == "1" { return Unit("1", quantity) }
    return known.first { $0.symbol == symbol && $0.quantity == quantity }
  }

  /// Symbols of every unit that `quantity` may be given in.
  public static func symbols(for quantity: Quantity) -> [String] {
    known.filter { $0.quantity == quantity }.map(\.symbol)
  }

  public static let one = Unit("1", .ratio)
  public static let metresPerSecondSquared = Unit("m/s2", .acceleration)
  /// Standard gravity, 9.80665 m/s2 (ISO 80000-3).
  public static let standardGravity = Unit("g", .acceleration, 9.80665)
  public static let millimetresPerSecond = Unit("mm/s", .velocity)
  public static let inchesPerSecond = Unit("in/s", .velocity, 25.4)
  public static let micrometres = Unit("um", .displacement)
  public static let degreesCelsius = Unit("degC", .temperature)
  public static let degreesFahrenheit = Unit("degF", .temperature, 5.0 / 9.0, -160.0 / 9.0)
  public static let bar = Unit("bar", .pressure)
  public static let cubicMetresPerHour = Unit("m3/h", .flow)
  public static let amperes = Unit("A", .current)
  public static let volts = Unit("V", .voltage)
  public static let kilowatts = Unit("kW", .power)
  public static let kilowattHours = Unit("kWh", .energy)
  public static let revolutionsPerMinute = Unit("r/min", .rotationalSpeed)
  public static let hertz = Unit("Hz", .frequency)
  public static let percent = Unit("%", .humidity)

  static let known: [Unit] = [
    metresPerSecondSquared, standardGravity, Unit("mg", .acceleration, 9.80665e-3),
    millimetresPerSecond, inchesPerSecond, Unit("m/s", .velocity, 1000), Unit("mil/s", .velocity, 0.0254),
    micrometres, Unit("mm", .displacement, 1000), Unit("mil", .displacement, 25.4),
    degreesCelsius, degreesFahrenheit, Unit("K", .temperature, 1, -273.15),
    bar, Unit("mbar", .pressure, 1e-3), Unit("kPa", .pressure, 1e-2), Unit("Pa", .pressure, 1e-5),
    Unit("MPa", .pressure, 10), Unit("psi", .pressure, 0.0689475729),
    cubicMetresPerHour, Unit("l/min", .flow, 0.06),
    amperes, Unit("mA", .current, 1e-3), volts, Unit("mV", .voltage, 1e-3),
    kilowatts, Unit("W", .power, 1e-3), Unit("VA", .power, 1e-3), Unit("var", .power, 1e-3),
    kilowattHours, revolutionsPerMinute, Unit("Hz", .rotationalSpeed, 60),
    hertz, percent, one, Unit("%", .ratio, 0.01),
  ]
}
