// SPDX-License-Identifier: Apache-2.0

/// Number of a value in the plan.
typealias ValueID = Int

/// One piece of work of a planned network: everything about it is known at load, so running it neither
/// allocates nor fails.
protocol Step: Sendable {
  /// Values that it reads; nothing of theirs is reused before it has run.
  var reads: [ValueID] { get }
  /// Values that it writes, temporary ones included; each is as long as the plan says.
  var writes: [ValueID] { get }
  /// What it is and costs, for `model inspect`.
  var cost: StepCost { get }
  /// Leaves out what is not needed of the first value that it writes; what is then needed of those that it reads.
  /// Nil, as by default, where it computes and reads everything.
  mutating func narrow(to needed: Needed) -> [ValueID: Needed]?
  func run(_ memory: Memory)
}

/// What one step is and costs.
struct StepCost: Sendable {
  /// The operator, fused ones joined: "Conv+Relu".
  var label: String
  var arithmetic: Arithmetic
  /// Multiply-accumulates.
  var macs = 0

  enum Arithmetic: String, Sendable { case int8, float, move }
}

/// Where the values of a running network lie.
///
/// SAFETY: offsets and lengths are computed and checked when the plan is made; a step reaches only the values
/// that it declares, and values that live at the same time never overlap.
@unsafe struct Memory {
  let arena: UnsafeMutableRawPointer
  let constants: UnsafeRawPointer
  /// What a stream carries from one run to the next.
  let state: UnsafeMutableRawPointer
  /// By value: an offset into the arena, the complement of one into the constants, or one into the state behind
  /// `stateBase`.
  let places: UnsafePointer<Int>
  static let stateBase = 1 << 48

  subscript(id: ValueID) -> UnsafeMutableRawPointer {
    let place = unsafe places[id]
    if place < 0 { return unsafe UnsafeMutableRawPointer(mutating: constants + ~place) }
    return unsafe place < Memory.stateBase ? arena + place : state + (place - Memory.stateBase)
  }
  func floats(_ id: ValueID) -> UnsafeMutablePointer<Float> { unsafe pointer(id) }
  func bytes(_ id: ValueID) -> UnsafeMutablePointer<UInt8> { unsafe pointer(id) }
  func pointer<Element: BitwiseCopyable>(_ id: ValueID) -> UnsafeMutablePointer<Element> {
    unsafe self[id].assumingMemoryBound(to: Element.self)
  }
}
