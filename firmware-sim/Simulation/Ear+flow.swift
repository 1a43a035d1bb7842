// SPDX-License-Identifier: Apache-2.0

extension Ear {
  /// What the stream through the machine, and what it leaves on wheel and valves, adds to the vibration.
  mutating func addStream() {
    guard let unrest = state.stream?.unrest else { return }
    let near = channel.isDriveEnd ? 1.0 : 0.5
    addSlam(unrest, near)
    guard state.isOn else { return }
    raise(noise: unrest.roughness)
    addVanePass(unrest)
    addBubbles(unrest, near)
    addPulsation(unrest, near)
    // Dirt on a fan's blades and wear of a wheel are never even: they unbalance it.
    add(order: 1, (5.2 * fouling + 2 * wear) * n2 * unsteady(70), stream: 70)
    if unrest.leak > 0 {
      // Gas that whistles back, and plates that strike their seat twice a turn.
      signature.floor *= 1 + 1.2 * unrest.leak * near
      signature.blows.append(
        BlowTrain(rate_Hz: 2 * f, peak: 10 * unrest.leak * near, slip: 0.02, spread: 0.4))
    }
  }

  private var fouling: Double {
    spec.canSuffer(.fanFouling) ? faults.severity(.fanFouling, at: state.time_s) : 0
  }

  private var wear: Double {
    spec.canSuffer(.impellerWear) ? faults.severity(.impellerWear, at: state.time_s) : 0
  }

  /// Times the noise that the healthy machine makes.
  private mutating func raise(noise times: Double, floor: Double? = nil) {
    signature.floor *= floor ?? times
    signature.casing.noise_m_s2 *= times
    signature.housing.noise_m_s2 *= times
    signature.ring.noise_m_s2 *= times
  }

  /// Each vane that passes the cutwater gives a push, the larger the less even the flow: a rough product, a flow far
  /// from the best one, worn edges.
  private mutating func addVanePass(_ unrest: Unrest) {
    guard let vanes = spec.vanes else { return }
    let level =
      spec.vibration.vanePass_mm_s * max(0, unrest.roughness - 1) + 0.35 * unrest.cavitation
      + 1.9 * unrest.recirculation + 1.5 * wear
    add(order: Double(vanes), level * n2 * unsteady(71, 0.08), stream: 10)
    add(order: Double(2 * vanes), 0.3 * level * n2 * unsteady(72, 0.08), stream: 10)
  }

  /// Vapour and gas: a raised floor far above shaft orders, and bubbles that collapse like rain; gas comes in slugs,
  /// a few a second, and most of it is too large to hiss.
  private mutating func addBubbles(_ unrest: Unrest, _ near: Double) {
    if unrest.cavitation > 0 {
      raise(noise: 1 + 3 * unrest.cavitation * near, floor: 1 + 4 * unrest.cavitation * near)
      signature.blows.append(
        BlowTrain(rate_Hz: 240, peak: 9 * unrest.cavitation * near, slip: 1, spread: 0.7))
    }
    if unrest.gas > 0 {
      raise(noise: 1 + 1.2 * unrest.gas * near, floor: 1 + 1.6 * unrest.gas * near)
      signature.blows.append(
        BlowTrain(
          rate_Hz: 180, peak: 8 * unrest.gas * near, slip: 1, spread: 0.8, loadZone_Hz: 2.6, casing: 0.6))
    }
    if unrest.dry > 0 { raise(noise: 1 + 2.2 * unrest.dry * near, floor: 1 + 3 * unrest.dry * near) }
  }

  /// Turbulence below the shaft's own order: recirculation and slugs spread over it, rotating stall near two thirds of
  /// speed (Japikse, Centrifugal Compressor Design, 1996, gives 0.5 to 0.8), surge as swings of the whole column.
  private mutating func addPulsation(_ unrest: Unrest, _ near: Double) {
    let axial = channel.way == .axial
    let turbulence = 1.2 * unrest.recirculation + 0.9 * unrest.gas + 1.0 * unrest.dry
    if turbulence > 0 {
      signature.addRumble(
        trait(73, 0.35, 0.55) * f, velocity_mm_s: turbulence * n2 * near * unsteady(73, 0.15), width: 0.8)
      signature.floor *= 1 + 0.7 * unrest.recirculation * near
    }
    if unrest.stall > 0 {
      add(free: trait(74, 0.58, 0.72) * f, 3.4 * unrest.stall * n2 * unsteady(74, 0.2), stream: 74)
      signature.addRumble(
        0.3 * f, velocity_mm_s: 1.8 * unrest.stall * n2 * near * unsteady(75, 0.2), width: 0.6)
    }
    if unrest.surge > 0 {
      signature.addRumble(
        0.28 * f, velocity_mm_s: 3.6 * unrest.surge * n2 * near * (axial ? 1.4 : 1) * unsteady(76, 0.2),
        width: 0.7)
      // The thrust collar jumps with each swing.
      if axial {
        signature.blows.append(
          BlowTrain(rate_Hz: 1.6, peak: 14 * unrest.surge, slip: 0.2, spread: 0.4, casing: 1))
      }
    }
    signature.floor *= 1 + 0.8 * max(unrest.stall, unrest.surge) * near
  }

  /// A valve that slams shakes the casing even when the shaft stands.
  private mutating func addSlam(_ unrest: Unrest, _ near: Double) {
    guard unrest.slam > 0.001 else { return }
    signature.blows.append(
      BlowTrain(rate_Hz: 4, peak: 45 * unrest.slam * near, slip: 1, spread: 0.5, casing: 1, housing: 0.4))
  }

  /// New grease quietens rolling contacts by a tenth or two, less from day to day.
  mutating func addGrease() {
    guard spec.bearings == .rolling else { return }
    for time in spec.plan.greasings_s where state.time_s >= time {
      let quiet = 0.16 * exponential(-(state.time_s - time) / (3 * OperatingPlan.day_s))
      if quiet > 0.01 { raise(noise: 1 - quiet) }
    }
  }
}
