// SPDX-License-Identifier: Apache-2.0

/// The windows that a convolution or a pooling moves over up to three axes; missing ones lead with length 1.
struct Windows: Sendable {
  let z: Window
  let y: Window
  let x: Window
  /// Axes that the node has.
  let rank: Int

  var isPadded: Bool { paddedCount > inputCount }
  var inputCount: Int { z.input * y.input * x.input }
  var outputCount: Int { z.output * y.output * x.output }
  var paddedCount: Int { z.padded * y.padded * x.padded }
  var kernelCount: Int { z.size * y.size * x.size }
  /// Lengths of the output behind batch and channels.
  var output: [Int] { Array([z.output, y.output, x.output].suffix(rank)) }

  init(z: Window, y: Window, x: Window, rank: Int) { (self.z, self.y, self.x, self.rank) = (z, y, x, rank) }

  /// Reads and checks the attributes that Conv and the pooling operators share.
  ///
  /// - Parameters:
  ///   - shape: of the input.
  ///   - weights: shape of the weights; nil takes `kernel_shape`.
  init(_ node: Node, _ shape: [Int], weights: [Int]? = nil) throws(ModelError) {
    guard (3...5).contains(shape.count) else { throw node.fault("a tensor of rank \(shape.count)") }
    let stated = node.integers("kernel_shape")
    guard let kernel = weights.map({ Array($0.dropFirst(2)) }) ?? stated else {
      throw node.fault("kernel_shape is missing")
    }
    if let stated, stated != kernel {
      throw node.fault("kernel_shape \(stated) is not that of the weights, \(kernel)")
    }
    let found = try Window.all(node, spatial: Array(shape[2...]), kernel: kernel)
    let axes = Array(repeating: Window.none, count: 3 - found.count) + found
    (z, y, x, rank) = (axes[0], axes[1], axes[2], found.count)
    for product in [axes.map(\.padded), axes.map(\.size)] {
      let (plane, first) = product[0].multipliedReportingOverflow(by: product[1])
      let (volume, second) = plane.multipliedReportingOverflow(by: product[2])
      guard !first, !second, volume <= ModelLimit.elements else {
        throw node.fault("windows or padding of \(product), more than \(ModelLimit.elements) elements")
      }
    }
  }
}

extension Window {
  /// Where element `k` of window `place` lies in the input.
  func at(_ place: Int, _ k: Int) -> Int { place * stride - before + k * dilation }

  /// The elements of window `place` that lie in the input.
  func inside(_ place: Int) -> Range<Int> {
    let start = place * stride - before
    let first = start < 0 ? min(size, (-start + dilation - 1) / dilation) : 0
    let end = start >= input ? 0 : min(size, (input - start + dilation - 1) / dilation)
    return first..<max(first, end)
  }
}
