// SPDX-License-Identifier: Apache-2.0

public import Machine

/// The evaluation zones of ISO 10816-3: A as new, B fit for long operation, C fit for a limited time, D harmful.
public enum SeverityZone: String, CaseIterable, Sendable, Codable { case A, B, C, D }

/// The zone boundaries of one machine, velocity in mm/s RMS over 10-1000 Hz (2-1000 Hz below 600 r/min).
///
/// ISO 10816-3:2009, Annex A, Tables A.1 and A.2, held against four independent transcriptions. Public code often
/// mixes these groups with the classes of ISO 10816-1, which are others; the table below is tested cell by cell.
public struct ZoneLimits: Sendable, Equatable {
  /// Boundary between zones A and B.
  public var ab_mm_s: Double
  /// Boundary between zones B and C.
  public var bc_mm_s: Double
  /// Boundary between zones C and D.
  public var cd_mm_s: Double
  /// Edition, table, group and support, for the evidence.
  public var source: String

  /// The zone of an overall velocity; a value on a boundary belongs to the better zone.
  public func zone(_ velocity_mm_s: Double) -> SeverityZone {
    if velocity_mm_s <= ab_mm_s { return .A }
    if velocity_mm_s <= bc_mm_s { return .B }
    return velocity_mm_s <= cd_mm_s ? .C : .D
  }

  /// Whether a change matters, up or down: more than a quarter of boundary B/C (ISO 10816-3:2009, 5.3).
  public func isSignificant(change_mm_s: Double) -> Bool { abs(change_mm_s) > 0.25 * bc_mm_s }

  /// The ALARM limit: the baseline and a quarter of B/C, at most 1.25 times B/C (ISO 10816-3:2009, 5.4).
  public func alarm(baseline_mm_s: Double) -> Double { min(baseline_mm_s + 0.25 * bc_mm_s, 1.25 * bc_mm_s) }

  /// The highest TRIP limit: 1.25 times C/D (ISO 10816-3:2009, 5.4).
  public var trip_mm_s: Double { 1.25 * cd_mm_s }
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
  /// The limits that hold for a machine, or the reason why none do. Nothing is guessed.
  /// - Parameter measuredSpeed_rpm: shaft speed now; it must lie inside the scope as well as the rated one.
  public static func of(_ machine: Machine, measuredSpeed_rpm: Double? = nil) throws(ZoneRefusal)
    -> ZoneLimits
  {
    if machine.kind == .pump { throw .pump }
    guard let power = machine.ratedPower_kW else { throw .powerUnknown }
    guard power > 15 else { throw .powerTooSmall(kW: power) }
    let speeds = [machine.ratedSpeed_rpm, measuredSpeed_rpm].compactMap(\.self)
    if speeds.isEmpty { throw .speedUnknown }
    for speed in speeds where !(120...15_000).contains(speed) { throw .speedOutside(rpm: speed) }
    guard let support = machine.support else { throw .supportUnknown }
    let isLarge = power > 300 || (machine.shaftHeight_mm ?? 0) >= 315
    return table(large: isLarge, support: support)
  }

  private static func table(large: Bool, support: Support) -> ZoneLimits {
    let standard = "ISO 10816-3:2009 Annex A, group \(large ? 1 : 2), \(support.rawValue)"
    let (ab, bc, cd) =
      switch (large, support) {
      case (true, .rigid): (2.3, 4.5, 7.1)
      case (true, .flexible): (3.5, 7.1, 11.0)
      case (false, .rigid): (1.4, 2.8, 4.5)
      case (false, .flexible): (2.3, 4.5, 7.1)
      }
    return ZoneLimits(ab_mm_s: ab, bc_mm_s: bc, cd_mm_s: cd, source: standard)
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
