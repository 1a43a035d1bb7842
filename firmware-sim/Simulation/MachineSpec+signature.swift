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
    guard state.isOn else {
      ear.addStream()
      return ear.signature
    }
    ear.addHealthy()
    ear.addGrease()
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
    ear.addStream()
    return ear.signature
  }
}
