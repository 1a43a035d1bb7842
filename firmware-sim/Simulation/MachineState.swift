// SPDX-License-Identifier: Apache-2.0

/// What the machine does at one moment, before any sensor looks at it.
struct MachineState {
  var time_s: Double
  /// Shares of the rated values.
  var speed: Double
  var load: Double
  var rotation_Hz: Double
  /// Electrical frequency that the motor sees, Hz.
  var supply_Hz: Double
  var hydraulics: Hydraulics.State?
  /// Shaft power over rated power.
  var power: Double
  var current_A: Double

  var isOn: Bool { speed > 0.02 }
}

extension MachineSpec {
  /// Speed, load, hydraulics and motor at time `t`; a pure function of spec, faults, seed and time.
  func state(at t: Double, faults: [FaultPlan], seed base: UInt64) -> MachineState {
    let asked = plan.setpoint(at: t)
    let flutter = 1 + 0.03 * drift(base, stream: 1, at: t, period_s: 700)
    let valve = asked.load * flutter
    var state = MachineState(
      time_s: t, speed: asked.speed, load: 0, rotation_Hz: 0, supply_Hz: 0, hydraulics: nil, power: 0,
      current_A: 0)
    guard state.isOn else {
      if let hydraulics {
        state.hydraulics = hydraulics.state(speed: 0, valve: valve, cavitationFault: 0, strainerFault: 0)
      }
      return state
    }
    if let hydraulics {
      let water = hydraulics.state(
        speed: asked.speed, valve: valve, cavitationFault: faults.severity(.cavitation, at: t),
        strainerFault: faults.severity(.blockedStrainer, at: t))
      state.hydraulics = water
      // Hydraulic efficiency is best near the rated point; a fifth of the power is lost at any flow.
      state.power = 0.17 * asked.speed * asked.speed * asked.speed + 0.68 * water.power
    } else {
      state.power = valve * power(asked.speed, vanes == nil ? 1 : 2)
    }
    state.load = state.power
    // The motor slips in proportion to its torque; the drive holds the electrical frequency.
    let synchronous_rpm = 120 * lineFrequency_Hz / Double(poles)
    let slip =
      (1 - ratedSpeed_rpm / shaftRatio / synchronous_rpm) * state.power / max(asked.speed, 0.1)
    state.supply_Hz = lineFrequency_Hz * asked.speed
    let wobble = 1 + 0.0004 * drift(base, stream: 2, at: t, period_s: 11)
    state.rotation_Hz = synchronous_rpm / 60 * asked.speed * (1 - slip) * wobble * shaftRatio
    let torque = state.power / max(asked.speed, 0.1)
    state.current_A = ratedCurrent_A * (0.09 + 0.91 * torque * torque).squareRoot()
    return state
  }

  /// Where bearing and winding temperatures are heading, degC.
  func equilibrium(_ state: MachineState, faults: [FaultPlan], seed: UInt64) -> ThermalState {
    let t = state.time_s
    let ambient = thermal.ambient(at: t, seed: seed)
    guard state.isOn else { return ThermalState(bearing_degC: ambient, winding_degC: ambient) }
    let cooling = faults.severity(.coolingLoss, at: t)
    let friction = addedFriction(faults, at: t)
    let current = state.current_A / ratedCurrent_A
    return ThermalState(
      bearing_degC: ambient + thermal.bearingRise_K * (0.35 * state.speed + 0.65 * state.speed * state.load)
        * (1 + friction) * (1 + 0.5 * cooling),
      winding_degC: ambient + thermal.windingRise_K * current * current
        * (1 + 0.9 * cooling + addedWindingLoss(faults, at: t)))
  }
}
