// SPDX-License-Identifier: Apache-2.0

// SAFETY, for all steps of this file: rows and states are reckoned by `RecurrentShape` from the shapes that the
// values were made with, and `RecurrentRun.length` holds sequence lengths within the steps.

internal import CKernels

/// Wb and Rb of one direction in one row; of the columns behind `both`, Wb alone.
struct RecurrentBiasStep: Step {
  let bias: ValueID
  let base: ValueID
  let offset: Int
  let columns: Int
  let both: Int

  var reads: [ValueID] { [bias] }
  var writes: [ValueID] { [base] }
  var cost: StepCost { StepCost(label: "bias", arithmetic: .float) }

  func run(_ memory: Memory) {
    let bias = unsafe memory.floats(bias) + offset
    let base = unsafe memory.floats(base)
    for j in 0..<columns { unsafe base[j] = j < both ? bias[j] + bias[columns + j] : bias[j] }
  }
}

/// The walk over one direction of a recurrent network: states in, states out, where a sequence ends.
struct RecurrentRun {
  let shape: RecurrentShape
  let direction: Int
  let operands: RecurrentShape.Operands

  /// Sets the states of all batch entries to those given, or to 0; those of a stream are there.
  func begin(_ memory: Memory, _ initial: ValueID?, _ states: UnsafeMutablePointer<Float>) {
    if shape.isCarried { return }
    for b in 0..<shape.batch {
      let to = unsafe states + b * shape.hidden
      if let initial {
        unsafe to.update(from: memory.floats(initial) + shape.state(b, direction), count: shape.hidden)
      } else {
        unsafe to.update(repeating: 0, count: shape.hidden)
      }
    }
  }

  /// Steps of the sequence of a batch entry.
  func length(_ memory: Memory, _ b: Int) -> Int {
    guard let lengths = operands.lengths else { return shape.steps }
    let length = unsafe (memory.pointer(lengths) as UnsafeMutablePointer<Int32>)[b]
    return max(0, min(shape.steps, Int(length)))
  }

  /// The longest sequence.
  func longest(_ memory: Memory) -> Int {
    var longest = 0
    for b in 0..<shape.batch { longest = unsafe max(longest, length(memory, b)) }
    return longest
  }

  /// Time step that comes as number `t` in a sequence of `length`.
  func time(_ t: Int, _ length: Int) -> Int { shape.runsBackward(direction) ? length - 1 - t : t }

  /// Takes each batch entry through its sequence: `step` gets the number of the step, the row of X that it takes, and
  /// the state, which it updates.
  func run(
    _ memory: Memory, h states: UnsafeMutablePointer<Float>,
    _ step: (_ t: Int, _ row: Int, _ h: UnsafeMutablePointer<Float>) -> Void
  ) {
    unsafe begin(memory, operands.initial, states)
    for b in 0..<shape.batch {
      let h = unsafe states + b * shape.hidden
      let length = unsafe length(memory, b)
      for t in 0..<length {
        let time = time(t, length)
        unsafe step(t, shape.row(time, b), h)
        unsafe write(memory, h, time: time, b)
      }
      unsafe clear(memory, from: length, b)
      unsafe end(memory, operands.last, h, b, isEmpty: length == 0)
    }
  }

  /// Adds R h of step `t` to `sums`, in turns from the first and from the last weight, so that each step begins with
  /// those that the nearest cache still holds.
  func accumulate(
    _ path: Int32, _ t: Int, _ h: UnsafeMutablePointer<Float>, _ weights: UnsafeMutablePointer<Float>,
    _ columns: Int, _ sums: UnsafeMutablePointer<Float>
  ) {
    if t.isMultiple(of: 2) {
      unsafe mw_f32_accumulate(path, h, weights, shape.hidden, columns, sums)
    } else {
      unsafe mw_f32_accumulate_backwards(path, h, weights, shape.hidden, columns, sums)
    }
  }

  /// Writes the state of a batch entry to Y.
  func write(_ memory: Memory, _ h: UnsafeMutablePointer<Float>, time: Int, _ b: Int) {
    guard let y = operands.y else { return }
    unsafe (memory.floats(y) + shape.output(time, b, direction)).update(from: h, count: shape.hidden)
  }

  /// Sets Y to 0 where a sequence has ended.
  func clear(_ memory: Memory, from length: Int, _ b: Int) {
    guard let y = operands.y else { return }
    for t in length..<max(length, shape.steps) {
      unsafe (memory.floats(y) + shape.output(t, b, direction)).update(repeating: 0, count: shape.hidden)
    }
  }

  /// Writes the last states of a batch entry; those of an empty sequence are 0, as in ONNX Runtime.
  func end(
    _ memory: Memory, _ last: ValueID?, _ state: UnsafeMutablePointer<Float>, _ b: Int, isEmpty: Bool
  ) {
    guard let last else { return }
    let to = unsafe memory.floats(last) + shape.state(b, direction)
    if isEmpty {
      unsafe to.update(repeating: 0, count: shape.hidden)
    } else {
      unsafe to.update(from: state, count: shape.hidden)
    }
  }
}

/// One direction of an LSTM; the input product is done.
struct LSTMStep: Step {
  let label: String
  let shape: RecurrentShape
  let direction: Int
  let operands: RecurrentShape.Operands
  let cells: LSTMCells
  let recurrent: ValueID
  let sums: ValueID
  let h: ValueID
  /// The states of every second step.
  let other: ValueID
  let c: ValueID
  let path: Int32

  var reads: [ValueID] { operands.reads + cells.reads + [recurrent, sums] }
  var writes: [ValueID] { operands.writes + cells.writes + [sums, h, other, c] }
  var cost: StepCost {
    StepCost(
      label: label, arithmetic: .float, macs: shape.steps * shape.batch * shape.hidden * shape.columns)
  }

  func run(_ memory: Memory) {
    let walk = RecurrentRun(shape: shape, direction: direction, operands: operands)
    var how = unsafe cells.how(memory, shape, direction)
    unsafe walk.begin(memory, operands.initial, memory.floats(h))
    unsafe walk.begin(memory, cells.initial, memory.floats(c))
    var all = unsafe mw_lstm_run()
    unsafe all.packed = UnsafePointer(memory.floats(recurrent))
    unsafe all.other = memory.floats(other)
    for b in 0..<shape.batch {
      let length = unsafe walk.length(memory, b)
      let (first, step) = (walk.time(0, length), shape.runsBackward(direction) ? -1 : 1)
      unsafe all.steps = length
      unsafe all.gates = memory.floats(sums) + shape.row(first, b) * shape.columns
      unsafe all.gates_step = step * (shape.row(1, b) - shape.row(0, b)) * shape.columns
      unsafe all.h = memory.floats(h) + b * shape.hidden
      unsafe all.cell = memory.floats(c) + b * shape.hidden
      if let y = operands.y {
        unsafe all.y = memory.floats(y) + shape.output(first, b, direction)
        unsafe all.y_step = step * (shape.output(1, b, direction) - shape.output(0, b, direction))
      }
      if length > 0 { unsafe mw_f32_lstm_run(path, &how, &all) }
      unsafe walk.clear(memory, from: length, b)
      unsafe walk.end(memory, operands.last, all.h, b, isEmpty: length == 0)
      unsafe walk.end(memory, cells.last, all.cell, b, isEmpty: length == 0)
    }
  }
}

/// Packs the recurrent weights of one direction of an LSTM.
struct LSTMPackStep: Step {
  let weights: ValueID
  /// Where those of the direction begin.
  let offset: Int
  let hidden: Int
  let packed: ValueID
  let path: Int32

  var reads: [ValueID] { [weights] }
  var writes: [ValueID] { [packed] }
  var cost: StepCost { StepCost(label: "pack", arithmetic: .move) }

  func run(_ memory: Memory) {
    unsafe mw_f32_lstm_pack(path, memory.floats(weights) + offset, hidden, memory.floats(packed))
  }
}

/// One direction of a GRU; the input product is done.
struct GRUStep: Step {
  let shape: RecurrentShape
  let direction: Int
  let operands: RecurrentShape.Operands
  /// Recurrent weights of z and r.
  let gates: ValueID
  /// Recurrent weights of the candidate state.
  let candidate: ValueID
  let sums: ValueID
  let h: ValueID
  let reset: ValueID
  let linearBeforeReset: Bool
  let path: Int32

  var reads: [ValueID] { operands.reads + [gates, candidate, sums] }
  var writes: [ValueID] { operands.writes + [sums, h, reset] }
  var cost: StepCost {
    StepCost(
      label: "GRU", arithmetic: .float, macs: shape.steps * shape.batch * shape.hidden * shape.columns)
  }

  func run(_ memory: Memory) {
    let walk = RecurrentRun(shape: shape, direction: direction, operands: operands)
    var how = mw_gru(
      hidden: shape.hidden, f: shape.activations[direction * 2], g: shape.activations[direction * 2 + 1],
      clip: shape.clip)
    let (sums, reset) = unsafe (memory.floats(sums), memory.floats(reset))
    unsafe walk.run(memory, h: memory.floats(h)) { t, row, h in
      unsafe step(memory, walk, t, &how, sums + row * shape.columns, h, reset)
    }
  }

  private func step(
    _ memory: Memory, _ walk: RecurrentRun, _ t: Int, _ how: inout mw_gru,
    _ sums: UnsafeMutablePointer<Float>,
    _ h: UnsafeMutablePointer<Float>, _ reset: UnsafeMutablePointer<Float>
  ) {
    let (hidden, third) = unsafe (shape.hidden, sums + 2 * shape.hidden)
    let candidate = unsafe memory.floats(candidate)
    unsafe walk.accumulate(path, t, h, memory.floats(gates), 2 * hidden, sums)
    if linearBeforeReset {
      if let bias = operands.bias {
        let recurrentBias = unsafe memory.floats(bias) + direction * 2 * shape.columns + 5 * hidden
        unsafe reset.update(from: recurrentBias, count: hidden)
      } else {
        unsafe reset.update(repeating: 0, count: hidden)
      }
      unsafe walk.accumulate(path, t, h, candidate, hidden, reset)
      unsafe mw_f32_gru_step(path, &how, sums, reset, h)
    } else {
      unsafe mw_f32_gru_reset(path, &how, sums, h, reset)
      unsafe walk.accumulate(path, t, reset, candidate, hidden, third)
      unsafe mw_f32_gru_step(path, &how, sums, nil, h)
    }
  }
}

/// One direction of a simple recurrent network; the input product is done.
struct RNNStep: Step {
  let shape: RecurrentShape
  let direction: Int
  let operands: RecurrentShape.Operands
  let recurrent: ValueID
  let sums: ValueID
  let h: ValueID
  let path: Int32

  var reads: [ValueID] { operands.reads + [recurrent, sums] }
  var writes: [ValueID] { operands.writes + [sums, h] }
  var cost: StepCost {
    StepCost(
      label: "RNN", arithmetic: .float, macs: shape.steps * shape.batch * shape.hidden * shape.hidden)
  }

  func run(_ memory: Memory) {
    let walk = RecurrentRun(shape: shape, direction: direction, operands: operands)
    let (sums, recurrent) = unsafe (memory.floats(sums), memory.floats(recurrent))
    unsafe walk.run(memory, h: memory.floats(h)) { t, row, h in
      let sum = unsafe sums + row * shape.hidden
      unsafe walk.accumulate(path, t, h, recurrent, shape.hidden, sum)
      if shape.clip > 0 {
        for j in 0..<shape.hidden { unsafe sum[j] = max(-shape.clip, min(shape.clip, sum[j])) }
      }
      unsafe mw_f32_activate(path, shape.activations[direction], sum, shape.hidden)
      unsafe h.update(from: sum, count: shape.hidden)
    }
  }
}
