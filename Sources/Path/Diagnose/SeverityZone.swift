// SPDX-License-Identifier: Apache-2.0

public import Machine

/// The evaluation zones of ISO 10816-3: A as new, B fit for long operation, C fit for a limited time, D harmful.
public enum SeverityZone: String, CaseIterable, Comparable, Sendable, Codable {
  case A, B, C, D
  public static func < (a: SeverityZone, b: SeverityZone) -> Bool { a.rawValue < b.rawValue }
}

/// The boundaries of one quantity: velocity in mm/s RMS or displacement in um RMS, over 10-1000 Hz (2-1000 Hz
/// below 600 r/min).
public struct ZoneBoundaries: Sendable, Equatable {
  public var quantity: Quantity
  /// Between zones A and B.
  public var ab: Double
  /// Between zones B and C.
  public var bc: Double
  /// Between zones C and D.
  public var cd: Double
  /// Edition, table, group and support, for the evidence.
  public var source: String

  /// The zone of an overall value; a value on a boundary belongs to the better zone, and what is no magnitude
  /// has none.
  public func zone(_ value: Double) -> SeverityZone? {
    guard value.isFinite, value >= 0 else { return nil }
    if value <= ab { return .A }
    if value <= bc { return .B }
    return value <= cd ? .C : .D
  }

  /// Whether a change matters, up or down: more than a quarter of boundary B/C (ISO 10816-3:2009, 5.3).
  public func isSignificant(change: Double) -> Bool { abs(change) > 0.25 * bc }

  /// The ALARM limit: the baseline and a quarter of B/C, at most 1.25 times B/C (ISO 10816-3:2009, 5.4).
  public func alarm(baseline: Double) -> Double { min(baseline + 0.25 * bc, 1.25 * bc) }

  /// The highest TRIP limit: 1.25 times C/D (ISO 10816-3:2009, 5.4).
  public var trip: Double { 1.25 * cd }
}

/// The zone boundaries of one machine.
///
/// ISO 10816-3:2009, Annex A, Tables A.1 and A.2, held against four independent transcriptions. Public code often
/// mixes these groups with the classes of ISO 10816-1, which are others; the table below is tested cell by cell.
public struct ZoneLimits: Sendable, Equatable {
  public var velocity: ZoneBoundaries
  public var displacement: ZoneBoundaries

  /// Edition, table, group and support, for the evidence.
  public var source: String { velocity.source }

  /// The zone of a machine, and the quantity that decided.
  public struct Verdict: Sendable, Equatable {
    public var zone: SeverityZone
    /// The worse of the two; velocity where both are alike.
    public var decidedBy: Quantity
  }

  /// The worse zone of the two quantities (ISO 10816-3:2009, 5.2.3); nil when neither is known.
  public func judge(velocity_mm_s: Double?, displacement_um: Double?) -> Verdict? {
    let byVelocity = velocity_mm_s.flatMap(velocity.zone).map { Verdict(zone: $0, decidedBy: .velocity) }
    let byDisplacement = displacement_um.flatMap(displacement.zone).map {
      Verdict(zone: $0, decidedBy: .displacement)
    }
    guard let byVelocity, let byDisplacement else { return byVelocity ?? byDisplacement }
    return byDisplacement.zone > byVelocity.zone ? byDisplacement : byVelocity
  }
}

/// Why the zones cannot be used on a machine.
public enum ZoneRefusal: Error, Equatable, Sendable, CustomStringConvertible {
  case powerUnknown, speedUnknown, supportUnknown
  case powerTooSmall(kW: Double)
  case speedOutside(rpm: Double)
  /// The 2009 edition leaves rotodynamic pumps to part 7, whose limits we could not verify.
  case pump

  /// The reason as it stands in a finding's list of missing inputs.
  public var description: String {
    switch self {
    case .powerUnknown: "rated power of the machine"
    case .speedUnknown: "rated or measured speed of the machine"
    case .supportUnknown: "support of the machine (rigid or flexible)"
    case .powerTooSmall(let kW): "ISO 10816-3 starts above 15 kW, the machine has \(plain(kW)) kW"
    case .speedOutside(let rpm): "ISO 10816-3 covers 120 to 15000 r/min, the machine has \(plain(rpm)) r/min"
    case .pump: "ISO 10816-3:2009 leaves rotodynamic pumps to ISO 10816-7"
    }
  }
}

extension ZoneLimits {
  /// The limits that hold for a machine, or the reason why none do. Nothing is guessed: a rating that is no
  /// positive number is unknown.
  /// - Parameter measuredSpeed_rpm: shaft speed now, either way round; it must lie inside the scope as well as
  ///   the rated one.
  public static func of(_ machine: Machine, measuredSpeed_rpm: Double? = nil) throws(ZoneRefusal)
    -> ZoneLimits
  {
    if machine.kind == .pump { throw .pump }
    guard let power = machine.ratedPower_kW, power.isFinite, power > 0 else { throw .powerUnknown }
    guard power > 15 else { throw .powerTooSmall(kW: power) }
    let rated = machine.ratedSpeed_rpm.flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
    let speeds = [rated, measuredSpeed_rpm.map(abs)].compactMap(\.self).filter(\.isFinite)
    if speeds.isEmpty { throw .speedUnknown }
    for speed in speeds where !(120...15_000).contains(speed) { throw .speedOutside(rpm: speed) }
    guard let support = machine.support else { throw .supportUnknown }
    let isLarge = power > 300 || (machine.shaftHeight_mm ?? 0) >= 315
    return table(large: isLarge, support: support)
  }

  private static func table(large: Bool, support: Support) -> ZoneLimits {
    let group = large ? "Table A.1, group 1" : "Table A.2, group 2"
    let source = "ISO 10816-3:2009 Annex A, \(group), \(support.rawValue)"
    func limits(_ v: (Double, Double, Double), _ d: (Double, Double, Double)) -> ZoneLimits {
      ZoneLimits(
        velocity: ZoneBoundaries(quantity: .velocity, ab: v.0, bc: v.1, cd: v.2, source: source),
        displacement: ZoneBoundaries(quantity: .displacement, ab: d.0, bc: d.1, cd: d.2, source: source))
    }
    return switch (large, support) {
    case (true, .rigid): limits((2.3, 4.5, 7.1), (29, 57, 90))
    case (true, .flexible): limits((3.5, 7.1, 11.0), (45, 90, 140))
    case (false, .rigid): limits((1.4, 2.8, 4.5), (22, 45, 71))
    case (false, .flexible): limits((2.3, 4.5, 7.1), (37, 71, 113))
    }
  }
}

/// Overall velocities that a widely used monitor takes until somebody sets better ones, and its rule for a
/// machine with a known good level. Used where the zones of ISO 10816-3 do not apply; not a standard.
enum GeneralLimits {
  static let source = "Emerson CSI 9420 manual, default limits"
  static let advise_mm_s = 3.556
  static let maintain_mm_s = 8.89
  static let fail_mm_s = 25.4
  /// Times a known good level: advise, maintain, fail.
  static let advise_ratio = 2.0
  static let maintain_ratio = 4.0
  static let fail_ratio = 8.0
  /// Below this overall velocity no ratio counts.
  static let floor_mm_s = 1.27
  /// Bearing and casing temperature: plan maintenance.
  static let maintain_degC = 75.0
}
