// SPDX-License-Identifier: Apache-2.0

// SAFETY, for all steps of this file: counts come from the shapes of the values that are read and written.

internal import CKernels

/// The lines of a tensor along one axis.
struct Lines: Sendable {
  let outer: Int
  let length: Int
  let inner: Int

  init(_ shape: [Int], axis: Int) {
    outer = shape[..<axis].reduce(1, *)
    length = shape[axis]
    inner = shape[(axis + 1)...].reduce(1, *)
  }
}

/// y = x * scale + shift, both by channel, in whichever layout x lies.
struct ScaleShiftStep: Step {
  let label: String
  let x: ValueID
  /// [2][channels]: scale, shift.
  let folded: ValueID
  let y: ValueID
  let batch: Int
  let channels: Int
  let positions: Int
  let channelsLast: Bool

  var reads: [ValueID] { [x, folded] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: label, arithmetic: .float) }

  func run(_ memory: Memory) {
    var (x, y) = unsafe (memory.floats(x), memory.floats(y))
    let scale = unsafe memory.floats(folded)
    let shift = unsafe scale + channels
    if channelsLast {
      for _ in 0..<batch * positions {
        for c in 0..<channels { unsafe y[c] = x[c] * scale[c] + shift[c] }
        unsafe (x, y) = (x + channels, y + channels)
      }
      return
    }
    for _ in 0..<batch {
      for c in 0..<channels {
        let (scale, shift) = unsafe (scale[c], shift[c])
        for i in 0..<positions { unsafe y[i] = x[i] * scale + shift }
        unsafe (x, y) = (x + positions, y + positions)
      }
    }
  }
}

/// Scale, shift, mean and variance become one factor and one summand for each channel.
struct FoldNormalizationStep: Step {
  /// scale, shift, mean, variance
  let parameters: [ValueID]
  let folded: ValueID
  let channels: Int
  let epsilon: Float

  var reads: [ValueID] { parameters }
  var writes: [ValueID] { [folded] }
  var cost: StepCost { StepCost(label: "fold", arithmetic: .float) }

  func run(_ memory: Memory) {
    let (scale, shift) = unsafe (memory.floats(parameters[0]), memory.floats(parameters[1]))
    let (mean, variance) = unsafe (memory.floats(parameters[2]), memory.floats(parameters[3]))
    let out = unsafe memory.floats(folded)
    for c in 0..<channels {
      unsafe out[c] = scale[c] / (variance[c] + epsilon).squareRoot()
      unsafe out[channels + c] = shift[c] - mean[c] * out[c]
    }
  }
}

struct LayerNormalizationStep: Step {
  let x: ValueID
  let gain: ValueID
  let bias: ValueID?
  let y: ValueID
  let mean: ValueID?
  let deviation: ValueID?
  let rows: Int
  let columns: Int
  let epsilon: Float
  let path: Int32

  var reads: [ValueID] { [x, gain] + (bias.map { [$0] } ?? []) }
  var writes: [ValueID] { [y] + (mean.map { [$0] } ?? []) + (deviation.map { [$0] } ?? []) }
  var cost: StepCost { StepCost(label: "LayerNormalization", arithmetic: .float) }

  func run(_ memory: Memory) {
    let bias = unsafe bias.map { unsafe memory.floats($0) }
    let mean = unsafe mean.map { unsafe memory.floats($0) }
    let deviation = unsafe deviation.map { unsafe memory.floats($0) }
    unsafe mw_f32_layer_norm(
      path, memory.floats(x), rows, columns, epsilon, memory.floats(gain), bias, memory.floats(y), mean,
      deviation)
  }
}

/// y = x / sqrt(mean of squares + epsilon) * gain over each row.
struct RootMeanSquareStep: Step {
  let x: ValueID
  let gain: ValueID
  let y: ValueID
  let rows: Int
  let columns: Int
  let epsilon: Float

  var reads: [ValueID] { [x, gain] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: "RMSNormalization", arithmetic: .float) }

  func run(_ memory: Memory) {
    var (x, y) = unsafe (memory.floats(x), memory.floats(y))
    let gain = unsafe memory.floats(gain)
    for _ in 0..<rows {
      let mean = unsafe Lanes.squares(x, columns, from: 0) / Float(columns)
      let factor = 1 / (mean + epsilon).squareRoot()
      for i in 0..<columns { unsafe y[i] = x[i] * factor * gain[i] }
      unsafe (x, y) = (x + columns, y + columns)
    }
  }
}

/// Instance and group normalization: each group of channels of each batch entry by its own mean and variance.
struct GroupNormalizationStep: Step {
  let label: String
  let x: ValueID
  let gain: ValueID
  let bias: ValueID
  let y: ValueID
  /// Of all batch entries.
  let groups: Int
  let channelsPerGroup: Int
  let positions: Int
  /// Elements of gain and of bias: one for each channel or each group.
  let parameterCount: Int
  let perGroup: Bool
  let epsilon: Float

  var reads: [ValueID] { [x, gain, bias] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: label, arithmetic: .float) }

  func run(_ memory: Memory) {
    var (x, y) = unsafe (memory.floats(x), memory.floats(y))
    let (gain, bias) = unsafe (memory.floats(gain), memory.floats(bias))
    let count = channelsPerGroup * positions
    var parameter = 0
    for _ in 0..<groups {
      let mean = unsafe Lanes.sum(x, count) / Float(count)
      let variance = unsafe Lanes.squares(x, count, from: mean) / Float(count)
      let inverse = 1 / (variance + epsilon).squareRoot()
      for c in 0..<channelsPerGroup {
        let scale = unsafe gain[parameter] * inverse
        let shift = unsafe bias[parameter] - mean * scale
        for i in 0..<positions { unsafe y[i] = x[i] * scale + shift }
        unsafe (x, y) = (x + positions, y + positions)
        if !perGroup || c == channelsPerGroup - 1 { parameter += 1 }
        if parameter == parameterCount { parameter = 0 }
      }
    }
  }
}

/// Each line divided by its 1-norm or 2-norm; a line of zeros stays zero.
struct LpNormalizationStep: Step {
  let x: ValueID
  let y: ValueID
  let lines: Lines
  let squares: Bool

  var reads: [ValueID] { [x] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: "LpNormalization", arithmetic: .float) }

  func run(_ memory: Memory) {
    let (x, y) = unsafe (memory.floats(x), memory.floats(y))
    for o in 0..<lines.outer {
      for i in 0..<lines.inner {
        let at = o * lines.length * lines.inner + i
        var norm: Float = 0
        for k in 0..<lines.length {
          let value = unsafe x[at + k * lines.inner]
          norm += squares ? value * value : abs(value)
        }
        if squares { norm = norm.squareRoot() }
        for k in 0..<lines.length {
          unsafe y[at + k * lines.inner] = norm == 0 ? 0 : x[at + k * lines.inner] / norm
        }
      }
    }
  }
}
