// SPDX-License-Identifier: Apache-2.0

/// One machine, complete: rating, parts, signature, day plan, sensor.
public struct MachineSpec: Sendable, Hashable {
  /// The class of a machine, by the product's names.
  public enum Kind: String, CaseIterable, Sendable {
    case pump, fan, motor, gearbox
    /// A centrifugal compressor.
    case compressor
    case reciprocatingCompressor = "reciprocating-compressor"
    case screwCompressor = "screw-compressor"
  }

  /// What carries the shaft.
  public enum Bearings: String, Sendable { case rolling, sleeve }

  /// What feeds the motor.
  public enum Drive: String, Sendable { case line, inverter }

  /// Where the rotor sits.
  public enum Rotor: String, Sendable {
    case betweenBearings = "between-bearings"
    case overhung
  }

  /// The machine's id, like `P-101`.
  public var id: String
  /// Its class.
  public var kind: Kind
  /// Rated shaft power, kW.
  public var ratedPower_kW: Double
  /// Speed of the measured shaft at rated load, r/min.
  public var ratedSpeed_rpm: Double
  /// Turns of the measured shaft for one turn of the motor: 1 unless belts or gears lie between.
  public var shaftRatio: Double
  /// Poles of the motor.
  public var poles: Int
  /// Bars of the motor's rotor, if they are known.
  public var rotorBars: Int?
  /// Frequency of the supply at rated speed, Hz.
  public var lineFrequency_Hz: Double
  /// What feeds the motor.
  public var drive: Drive
  /// Switching frequency of its inverter, Hz.
  public var carrier_Hz: Double
  /// Rated current, A.
  public var ratedCurrent_A: Double
  /// What carries the shaft; the two rolling bearings are there only if it is they.
  public var bearings: Bearings
  /// Rolling bearing at the drive end.
  public var driveEnd: RollingBearing
  /// Rolling bearing at the other end.
  public var nonDriveEnd: RollingBearing
  /// Where the rotor sits.
  public var rotor: Rotor
  /// Jaws or pins of the coupling at the drive end, if there is one.
  public var couplingJaws: Int?
  /// Vanes of the pump or blades of the fan.
  public var vanes: Int?
  /// Lobes of a screw compressor's driven rotor, which turns with the measured shaft.
  public var lobes: Int?
  /// Gears on the measured shaft, if any.
  public var gear: GearSpec?
  /// The belt that drives the measured shaft, if any.
  public var belt: BeltSpec?
  /// Pump and pipe, if the machine is a pump.
  public var hydraulics: Hydraulics?
  /// Duct, cylinders, seal, oil: what carries the process instruments.
  public var process: ProcessSpec
  /// How it warms.
  public var thermal: ThermalModel
  /// How it vibrates when healthy.
  public var vibration: VibrationSpec
  /// The accelerometer on each channel.
  public var sensor: SensorSpec
  /// What production asks of it.
  public var plan: OperatingPlan

  /// A machine; see the properties for units.
  public init(
    id: String, kind: Kind, ratedPower_kW: Double, ratedSpeed_rpm: Double, shaftRatio: Double = 1,
    poles: Int = 4, rotorBars: Int? = nil, lineFrequency_Hz: Double = 50, drive: Drive = .inverter,
    carrier_Hz: Double = 3000, ratedCurrent_A: Double, bearings: Bearings = .rolling,
    driveEnd: RollingBearing = .skf6205, nonDriveEnd: RollingBearing = .skf6203,
    rotor: Rotor = .betweenBearings, couplingJaws: Int? = nil, vanes: Int? = nil, lobes: Int? = nil,
    gear: GearSpec? = nil, belt: BeltSpec? = nil, hydraulics: Hydraulics? = nil,
    thermal: ThermalModel = ThermalModel(), vibration: VibrationSpec, sensor: SensorSpec = SensorSpec(),
    plan: OperatingPlan = .threeShifts
  ) {
    self.id = id
    self.kind = kind
    self.ratedPower_kW = ratedPower_kW
    self.ratedSpeed_rpm = ratedSpeed_rpm
    self.shaftRatio = shaftRatio
    self.poles = poles
    self.rotorBars = rotorBars
    self.lineFrequency_Hz = lineFrequency_Hz
    self.drive = drive
    self.carrier_Hz = carrier_Hz
    self.ratedCurrent_A = ratedCurrent_A
    self.bearings = bearings
    self.driveEnd = driveEnd
    self.nonDriveEnd = nonDriveEnd
    self.rotor = rotor
    self.couplingJaws = couplingJaws
    self.vanes = vanes
    self.lobes = lobes
    self.gear = gear
    self.belt = belt
    self.hydraulics = hydraulics
    process = ProcessSpec(
      kind, power_kW: ratedPower_kW, bearings: bearings, hasCoupling: couplingJaws != nil)
    self.thermal = thermal
    self.vibration = vibration
    self.sensor = sensor
    self.plan = plan
  }
}
