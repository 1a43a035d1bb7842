// SPDX-License-Identifier: Apache-2.0

import Diagnose
import Machine
import Testing

@Suite("ISO 10816-3 zones")
struct ZoneTests {
  private func machine(
    kW: Double?, height: Double? = nil, support: Support? = .rigid, rpm: Double? = 1480,
    kind: MachineKind = .fan
  ) -> Machine {
    Machine(
      id: MachineID("F-1"), name: "", kind: kind, ratedPower_kW: kW, ratedSpeed_rpm: rpm,
      shaftHeight_mm: height,
      support: support)
  }

  /// Tables A.1 and A.2 of ISO 10816-3:2009, velocity columns, as four independent sources print them.
  @Test(
    "Each printed cell of the table",
    arguments: [
      (450.0, nil, Support.rigid, [2.3, 4.5, 7.1]), (450, nil, .flexible, [3.5, 7.1, 11.0]),
      (200, 315.0, .rigid, [2.3, 4.5, 7.1]), (300, nil, .rigid, [1.4, 2.8, 4.5]),
      (15.5, 160, .rigid, [1.4, 2.8, 4.5]), (200, 314, .flexible, [2.3, 4.5, 7.1]),
    ] as [(Double, Double?, Support, [Double])])
  func cells(kW: Double, height: Double?, support: Support, cell: [Double]) throws {
    let limits = try ZoneLimits.of(machine(kW: kW, height: height, support: support))
    #expect([limits.ab_mm_s, limits.bc_mm_s, limits.cd_mm_s] == cell)
    #expect(limits.source.contains("ISO 10816-3:2009 Annex A"))
    #expect(limits.zone(cell[0]) == .A && limits.zone(cell[0] + 0.01) == .B)
    #expect(limits.zone(cell[1]) == .B && limits.zone(cell[1] + 0.01) == .C)
    #expect(limits.zone(cell[2]) == .C && limits.zone(cell[2] + 0.01) == .D)
  }

  /// Worked values of clauses 5.3 and 5.4 for B/C 4.5 and C/D 7.1 mm/s.
  @Test("Operational limits: significant change, ALARM and TRIP")
  func operationalLimits() throws {
    let limits = try ZoneLimits.of(machine(kW: 450))
    #expect(limits.isSignificant(change_mm_s: 1.2) && limits.isSignificant(change_mm_s: -1.2))
    #expect(!limits.isSignificant(change_mm_s: 1.0))
    #expect(limits.alarm(baseline_mm_s: 2.0) == 3.125)
    #expect(limits.alarm(baseline_mm_s: 100) == 5.625)
    #expect(abs(limits.trip_mm_s - 8.875) < 1e-12)
  }

  @Test("Outside its scope, or with inputs unknown, the standard is refused with the reason")
  func refusals() {
    func refusal(_ machine: Machine, measured: Double? = nil) -> ZoneRefusal? {
      do throws(ZoneRefusal) {
        _ = try ZoneLimits.of(machine, measuredSpeed_rpm: measured)
        return nil
      } catch { return error }
    }
    #expect(refusal(machine(kW: 15)) == .powerTooSmall(kW: 15))
    #expect(refusal(machine(kW: nil)) == .powerUnknown)
    #expect(refusal(machine(kW: 30, support: nil)) == .supportUnknown)
    #expect(refusal(machine(kW: 30, rpm: nil)) == .speedUnknown)
    #expect(refusal(machine(kW: 30, rpm: nil), measured: 900) == nil)
    #expect(refusal(machine(kW: 30, rpm: 119)) == .speedOutside(rpm: 119))
    #expect(refusal(machine(kW: 30, rpm: 15_001)) == .speedOutside(rpm: 15_001))
    #expect(refusal(machine(kW: 30), measured: 100) == .speedOutside(rpm: 100))
    #expect(refusal(machine(kW: 30, kind: .pump)) == .pump)
    #expect(ZoneRefusal.powerTooSmall(kW: 11).description.contains("above 15 kW, the machine has 11 kW"))
  }
}
