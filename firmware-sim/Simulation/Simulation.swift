// SPDX-License-Identifier: Apache-2.0

// Simulation: machines whose health is known.
//
//   OperatingPlan -> MachineState -> Ear -> Signature (lines, blows, noise) -> samples
//                      |    ^  Stream (pump, fan, compressor: curves)   Burden (heat, current, slip)
//                      |    +--- FaultPlan: severity by kind, onset and law
//                      +-> ThermalState -> instruments -> MachineScalars
//   Scenario: one failure, a chain of causes or a healthy week, drawn from a seed, with its truth
//
// Pure: no clock, no input or output, no dependency. Every number follows from the specification, the seed,
// the faults and the time asked for. Levels are those of a 15-300 kW machine on a rigid base: healthy in
// zone A of ISO 10816-3, a full-grown unbalance, misalignment or looseness in zone D.
