// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// The integer part of a dense layer: `acc[n] = bias[n] + sum of x[k] * w[n][k]`, exact in Int32.
///
/// Weights are packed once, in panels of 32 outputs and pairs of inputs, the order in which the kernels
/// read them. Activations come centred (`q - zeroPoint`), so no zero point appears in the sum.
public struct Int8Dense: Sendable {
  /// Length of the activation vector.
  public let inputs: Int
  /// Number of sums.
  public let outputs: Int
  /// Length of `x` in `accumulate`: `inputs`, made even; the value beyond `inputs` must be 0.
  public let paddedInputs: Int
  /// Length of `acc` in `accumulate`: `outputs`, made a multiple of 32.
  public let paddedOutputs: Int
  private let weights: [Int8]
  private let bias: [Int32]

  /// Largest magnitude of a centred 8-bit activation.
  public static let activationLimit: Int64 = 255

  /// Packs `weights`, row-major `[outputs][inputs]`. Nil when some activations could overflow an Int32 sum.
  public init?(weights: [Int8], inputs: Int, outputs: Int, bias: [Int32]) {
    precondition(inputs > 0 && outputs > 0 && weights.count == inputs * outputs && bias.count == outputs)
    let panel = Int(MW_INT8_PANEL)
    let pairs = (inputs + 1) / 2
    let panels = (outputs + panel - 1) / panel
    var packed = [Int8](repeating: 0, count: panels * pairs * panel * 2)
    for n in 0..<outputs {
      var magnitude = Int64(bias[n].magnitude)
      let base = (n / panel) * pairs * panel * 2 + (n % panel) * 2
      for k in 0..<inputs {
        let w = weights[n * inputs + k]
        magnitude += Int64(w.magnitude) * Int8Dense.activationLimit
        packed[base + (k / 2) * panel * 2 + k % 2] = w
      }
      if magnitude > Int64(Int32.max) { return nil }
    }
    self.inputs = inputs
    self.outputs = outputs
    paddedInputs = pairs * 2
    paddedOutputs = panels * panel
    self.weights = packed
    self.bias = bias + [Int32](repeating: 0, count: paddedOutputs - outputs)
  }

  /// Writes `paddedOutputs` sums; those beyond `outputs` are 0.
  public func accumulate(_ x: Span<Int16>, into acc: inout MutableSpan<Int32>, path: Int8Path = .best) {
    precondition(x.count >= paddedInputs && acc.count >= paddedOutputs && path.isAvailable)
    unsafe x.withUnsafeBufferPointer { x in
      unsafe weights.withUnsafeBufferPointer { w in
        unsafe bias.withUnsafeBufferPointer { b in
          unsafe acc.withUnsafeMutableBufferPointer { acc in
            guard let x = x.baseAddress, let w = w.baseAddress, let b = b.baseAddress,
              let acc = acc.baseAddress
            else { return }
            // SAFETY: the lengths that the kernel reads and writes are those checked above and made in init.
            unsafe mw_int8_dense(
              path.code, x, paddedInputs / 2, w, b, paddedOutputs / Int(MW_INT8_PANEL), acc)
          }
        }
      }
    }
  }
}
