// SPDX-License-Identifier: Apache-2.0

import Glibc
import Machine

/// Velocity that falls from zero hertz: a loose mount, a settling bias or a thermal transient integrates
/// into vibration that no machine makes.
///
/// Flagged when more than half of the velocity energy in 1-1000 Hz lies below min(5 Hz, 0.3 x shaft speed),
/// that part alone exceeds `skiSlopeFloor_mm_s`, and acceleration itself falls from zero hertz: its power
/// there is `skiSlopeRise` times the geometric mean, which lines hardly move, of the rest up to twenty times
/// the limit. Without any speed the limit is 2 Hz, the lowest shaft speed in the scope of ISO 10816-3
/// (120 r/min). A window with fewer than two bins below the limit is not judged.
enum SkiSlope {
  static func find(in spectrum: VelocitySpectrum, speed_rpm: Double?, rules: ValidityRules) -> SensorDefect? {
    let limit_Hz = speed_rpm.map { $0 > 0 ? min(5, 0.3 * $0 / 60) : 2 } ?? 2
    let df = spectrum.resolution_Hz
    let first = Int((1 / df).rounded(.up))
    let limit = Int((limit_Hz / df).rounded(.up))  // first bin that is not below
    let last = Int(min(Double(spectrum.last), (1000 / df).rounded(.down)))
    guard limit - first >= 2, last > limit else { return nil }
    let neighbours = limit..<min(20 * limit, last)
    var below = 0.0
    var total = 0.0
    for k in first...last {
      let energy = spectrum.energy(k)
      total += energy
      if k < limit { below += energy }
    }
    let level = (first..<limit).reduce(0) { $0 + spectrum.power($1) } / Double(limit - first)
    let logarithms = neighbours.reduce(0) { $0 + log(max(spectrum.power($1), .leastNormalMagnitude)) }
    let floor = exp(logarithms / Double(neighbours.count))
    let rms_mm_s = spectrum.rms_mm_s(below)
    guard below > rules.skiSlopeShare * total, rms_mm_s > rules.skiSlopeFloor_mm_s,
      level > rules.skiSlopeRise * floor
    else { return nil }
    return SensorDefect(
      .skiSlope,
      "\(brief(100 * below / total)) % of the velocity energy in 1-1000 Hz, \(brief(rms_mm_s)) mm/s RMS, lies below \(brief(limit_Hz)) Hz"
    )
  }
}
