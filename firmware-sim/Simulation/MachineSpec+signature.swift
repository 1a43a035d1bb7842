// SPDX-License-Identifier: Apache-2.0

extension MachineSpec {
  /// What `channel` hears in this state. `base` fixes the machine's own slip, structure and slow drifts; shaft phase is
  /// drawn per moment, the same for all channels.
  func signature(_ state: MachineState, channel: Channel, faults: [FaultPlan], seed base: UInt64) -> Signature
  {
    var ear = Ear(self, state, channel, faults, seed: base)
    let own = channel.isDriveEnd ? 1 : channel.end == .nonDrive ? 1.13 : 0.94
    ear.signature.casing = Mode(
      frequency_Hz: 0.36 * vibration.resonance_Hz * own, decay_s: 2.2 * vibration.decay_s)
    ear.signature.housing = Mode(frequency_Hz: vibration.resonance_Hz * own, decay_s: vibration.decay_s)
    ear.signature.ring = Mode(
      frequency_Hz: 2.6 * vibration.resonance_Hz * own, decay_s: 0.5 * vibration.decay_s)
    ear.signature.floor = sensor.noise
    guard state.isOn else { return ear.signature }
    ear.addHealthy()
    for plan in faults {
      let severity = plan.severity(at: state.time_s)
      guard severity > 0, canSuffer(plan.kind) else { continue }
      let end: Channel.End = plan.place?.hasPrefix("NDE") == true ? .nonDrive : .drive
      ear.addRotorFault(plan.kind, severity, near: end)
      ear.addSupportFault(plan.kind, severity, near: end)
      ear.addBearingFault(plan, severity, near: end)
      ear.addGearFault(plan, severity)
      ear.addMotorFault(plan.kind, severity)
      ear.addDriveFault(plan.kind, severity)
    }
    ear.addCavitation()
    return ear.signature
  }
}

extension Ear {
  /// Vapour that collapses: noise at high frequencies, crackle, a restless vane pass.
  mutating func addCavitation() {
    guard let intensity = state.hydraulics?.cavitation, intensity > 0 else { return }
    let end = channel.isDriveEnd ? 1.0 : 0.4
    signature.floor *= 1 + 4 * intensity * end
    signature.housing.noise_m_s2 *= 1 + 3 * intensity * end
    signature.blows.append(BlowTrain(rate_Hz: 240, peak: 9 * intensity * end, slip: 1, spread: 0.7))
    if let vanes = spec.vanes {
      add(order: Double(vanes), 0.35 * intensity * end, stream: 45)
    }
  }
}
