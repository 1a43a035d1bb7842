// SPDX-License-Identifier: Apache-2.0

// Levels are m/s2 RMS over the healthy first mesh line. What gears do follows Randall, "A new method of modeling gear
// faults", J. Mech. Des. 1982 (wear first shows at twice the mesh; local faults spread flat sidebands wide, distributed
// ones gather them about the harmonics), and McFadden, "Detecting fatigue cracks in gears by amplitude and phase
// demodulation", J. Vib. Acoust. 1986.
extension Ear {
  /// What a fault of a pair of gears adds here; nothing for other faults. The place `wheel` puts it on the wheel.
  mutating func addGearFault(_ plan: FaultPlan, _ severity: Double) {
    guard let gear = spec.gear, let first = gear.mesh_m_s2.first else { return }
    let shaft = plan.place == "wheel" ? gear.wheelOrder * f : f
    let strength = first * state.speed * (0.3 + 0.7 * state.load)
    let mesh = Double(gear.pinionTeeth) * f
    func tooth(
      _ harmonic: Int, _ level: Double, by modulation: Double, _ depths: [Double], _ pattern: Pattern = .mesh
    ) {
      let stream = UInt64(500 + 10 * harmonic) + (modulation == f ? 0 : 5)
      add(
        modulated: Double(harmonic) * mesh, acceleration_m_s2: level * strength * unsteady(stream, 0.05),
        by: modulation,
        depths: depths, pattern, stream: stream)
    }
    let heard = share(.mesh) * strength
    switch plan.kind {
    case .gearWear:
      for (k, level) in [0.8, 2.6, 1.9, 1.2].enumerated() {
        tooth(k + 1, severity * level, by: f, [0.28, 0.16])
        tooth(k + 1, 0.3 * severity * level, by: gear.wheelOrder * f, [0.6, 0.3])
      }
      signature.casing.raise(by: 1.1 * severity * heard)
      (signature.swell_Hz, signature.swell) = (f, max(signature.swell, 0.35 * severity))
    case .gearToothCrack:
      signature.blows.append(
        BlowTrain(
          rate_Hz: shaft, peak: 24 * severity * severity.squareRoot() * heard, slip: 0.001, spread: 0.12,
          casing: 1,
          housing: 0.8, ring: 0.3))
      for k in 1...2 {
        tooth(k, 0.25 * severity, by: shaft, (1...8).map { 1.1 * power(0.9, Double($0 - 1)) })
      }
    case .gearEccentricity:
      for (k, level) in [1.0, 0.55, 0.3].enumerated() {
        tooth(k + 1, 0.5 * severity * level, by: shaft, [2.6, 0.7, 0.15])
      }
      add(
        order: shaft / f, 2.4 * severity * n2 * (shaft / f).squareRoot() * unsteady(505),
        Pattern(axial: 0.2, far: 0.6), stream: 505)
    case .gearMisalignment:
      let along = Pattern(horizontal: 0.9, vertical: 0.75, axial: 1.1, far: 0.8, across: 0.35, lag: 0)
      for (k, level) in [0.2, 3.2, 2.2].enumerated() {
        tooth(k + 1, severity * level, by: f, [0.18, 0.4], along)
      }
    case .gearHuntingTooth:
      // A bad tooth on each gear: they meet once in many turns, and the box growls in that rhythm.
      let hunting = gear.huntingTooth * f
      signature.blows.append(
        BlowTrain(
          rate_Hz: hunting, peak: 36 * severity * heard, slip: 0.01, spread: 0.15, casing: 1, housing: 0.8,
          ring: 0.3))
      for k in 1...2 { tooth(k, 0.7 * severity, by: hunting, [0.9, 0.7, 0.45, 0.25]) }
      (signature.swell_Hz, signature.swell) = (hunting, max(signature.swell, 0.8 * severity))
      signature.casing.raise(by: 0.9 * severity * heard)
    default: break
    }
  }
}
