// SPDX-License-Identifier: Apache-2.0

public import Machine
import Glibc

extension Bearing {
  /// Frequency of a bearing line as a multiple of shaft speed, for a stationary outer ring and no slip.
  ///
  /// With r = (d/D) cos(angle): cage (1-r)/2, outer race n(1-r)/2, inner race n(1+r)/2, rolling element
  /// 2 BSF = (D/d)(1-r^2): one element strikes both races in a turn (Randall and Antoni, MSSP 25(2), 2011).
  public func order(of line: BearingLine) -> Double {
    let ratio = elementDiameter_mm / pitchDiameter_mm
    let r = ratio * cos(contactAngle_deg * .pi / 180)
    let n = Double(rollingElements)
    return switch line {
    case .outerRace: n / 2 * (1 - r)
    case .innerRace: n / 2 * (1 + r)
    case .rollingElement: (1 - r * r) / ratio
    case .cage: (1 - r) / 2
    }
  }
}
