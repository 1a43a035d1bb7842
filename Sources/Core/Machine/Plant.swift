// SPDX-License-Identifier: Apache-2.0

/// The machines of one site.
public struct Plant: Sendable, Codable, Equatable {
  public var site: String
  public var machines: [Machine]
  public init(site: String, machines: [Machine]) {
    self.site = site
    self.machines = machines
  }
}

/// The classes of machine that rules and limits tell apart.
public enum MachineKind: String, CaseIterable, Sendable, Codable {
  case pump, fan, motor, gearbox
  /// A centrifugal compressor, or one of a type that is not said.
  case compressor
  case reciprocatingCompressor = "reciprocating-compressor"
  case screwCompressor = "screw-compressor"
  case other
}

/// What carries the shaft.
public enum BearingType: String, CaseIterable, Sendable, Codable { case rolling, sleeve }

/// What feeds the motor.
public enum DriveType: String, CaseIterable, Sendable, Codable { case line, inverter }

/// Where the rotor sits.
public enum RotorType: String, CaseIterable, Sendable, Codable {
  case betweenBearings = "between-bearings"
  case overhung
}

/// How a machine stands: rigid when the lowest natural frequency of machine and support, in the direction
/// of measurement, lies more than 25 % above the main excitation frequency (ISO 10816-3:2009).
public enum Support: String, CaseIterable, Sendable, Codable { case rigid, flexible }

/// What is known of one machine. What is not known is nil, and judgements that need it say so.
public struct Machine: Sendable, Codable, Equatable {
  public var id: MachineID
  public var name: String
  public var kind: MachineKind
  public var ratedPower_kW: Double?
  public var ratedSpeed_rpm: Double?
  public var shaftHeight_mm: Double?
  public var support: Support?
  public var bearings: [Bearing]
  public var vaneCount: Int?
  public var lineFrequency_Hz: Double?
  /// Poles of the motor's winding, an even number.
  public var poleCount: Int?
  public var rotorBarCount: Int?
  public var gears: [GearPair]
  public var belts: [BeltDrive]
  public var bearingType: BearingType?
  public var drive: DriveType?
  public var rotor: RotorType?
  public var points: [Point]

  public init(
    id: MachineID, name: String, kind: MachineKind, ratedPower_kW: Double? = nil,
    ratedSpeed_rpm: Double? = nil, shaftHeight_mm: Double? = nil, support: Support? = nil,
    bearings: [Bearing] = [], vaneCount: Int? = nil, lineFrequency_Hz: Double? = nil, points: [Point] = [],
    poleCount: Int? = nil, rotorBarCount: Int? = nil, gears: [GearPair] = [], belts: [BeltDrive] = [],
    bearingType: BearingType? = nil, drive: DriveType? = nil, rotor: RotorType? = nil
  ) {
    self.id = id
    self.name = name
    self.kind = kind
    self.ratedPower_kW = ratedPower_kW
    self.ratedSpeed_rpm = ratedSpeed_rpm
    self.shaftHeight_mm = shaftHeight_mm
    self.support = support
    self.bearings = bearings
    self.vaneCount = vaneCount
    self.lineFrequency_Hz = lineFrequency_Hz
    self.points = points
    self.poleCount = poleCount
    self.rotorBarCount = rotorBarCount
    self.gears = gears
    self.belts = belts
    self.bearingType = bearingType
    self.drive = drive
    self.rotor = rotor
  }

  public func point(_ name: String) -> Point? { points.first { $0.id.name == name } }
  public func points(_ role: PointRole) -> [Point] { points.filter { $0.role == role } }
}

/// What a point says about its machine; rules ask for roles, never for names.
public enum PointRole: String, CaseIterable, Sendable, Codable {
  /// A waveform of casing vibration.
  case vibration
  /// A sensor's own overall velocity, RMS.
  case velocityRMS = "velocity-rms"
  /// A sensor's own overall or high-frequency acceleration, RMS.
  case accelerationRMS = "acceleration-rms"
  case accelerationPeak = "acceleration-peak"
  case crestFactor = "crest-factor"
  case kurtosis
  case bearingTemperature = "bearing-temperature"
  case windingTemperature = "winding-temperature"
  case casingTemperature = "casing-temperature"
  case ambientTemperature = "ambient-temperature"
  case suctionPressure = "suction-pressure"
  case dischargePressure = "discharge-pressure"
  case flow
  case shaftSpeed = "shaft-speed"
  case current, power, voltage, humidity
  /// The largest phase current less the mean, over the mean.
  case currentImbalance = "current-imbalance"
  case dischargeTemperature = "discharge-temperature"
  case interstagePressure = "interstage-pressure"
  /// Of a compressor's valve pocket; of its packing's vent.
  case valveTemperature = "valve-temperature"
  case ventTemperature = "vent-temperature"
  /// Of a mechanical seal, and of its barrier fluid.
  case sealTemperature = "seal-temperature"
  case sealPressure = "seal-pressure"
  /// Over a strainer, filter or separator.
  case differentialPressure = "differential-pressure"
  case oilTemperature = "oil-temperature"
  case oilPressure = "oil-pressure"
  case couplingTemperature = "coupling-temperature"
  case other
}

/// The direction in which a vibration sensor listens.
public enum Direction: String, CaseIterable, Sendable, Codable { case horizontal, vertical, axial, radial }

/// One measuring point of a machine.
public struct Point: Sendable, Codable, Equatable {
  public var id: PointID
  public var role: PointRole
  public var quantity: Quantity
  public var direction: Direction?
  /// Name of the bearing (see `Machine.bearings`) that the point listens to.
  public var bearing: String?

  public init(
    id: PointID, role: PointRole, quantity: Quantity, direction: Direction? = nil, bearing: String? = nil
  ) {
    self.id = id
    self.role = role
    self.quantity = quantity
    self.direction = direction
    self.bearing = bearing
  }
}

/// A rolling bearing with a stationary outer ring, by its geometry.
public struct Bearing: Sendable, Codable, Equatable {
  /// Its place in the machine, like `DE`.
  public var name: String
  public var designation: String
  public var rollingElements: Int
  public var elementDiameter_mm: Double
  public var pitchDiameter_mm: Double
  public var contactAngle_deg: Double
  /// Where the geometry was read.
  public var source: String

  public init(
    name: String, designation: String, rollingElements: Int, elementDiameter_mm: Double,
    pitchDiameter_mm: Double, contactAngle_deg: Double = 0, source: String
  ) {
    self.name = name
    self.designation = designation
    self.rollingElements = rollingElements
    self.elementDiameter_mm = elementDiameter_mm
    self.pitchDiameter_mm = pitchDiameter_mm
    self.contactAngle_deg = contactAngle_deg
    self.source = source
  }
}
