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

extension Windows {
  /// Which window: its number along each axis.
  typealias Place = (z: Int, y: Int, x: Int)

  /// Every window, in the order of the outputs.
  @inline(__always) func forEachPlace(_ body: (Place) -> Void) {
    for oz in 0..<z.output {
      for oy in 0..<y.output {
        for ox in 0..<x.output { body((oz, oy, ox)) }
      }
    }
  }

  /// The elements of a window that lie in the input: each one's position there, and its number in the kernel.
  @inline(__always) func forEachElement(of place: Place, _ body: (_ position: Int, _ tap: Int) -> Void) {
    for kz in z.inside(place.z) {
      for ky in y.inside(place.y) {
        let line = (z.at(place.z, kz) * y.input + y.at(place.y, ky)) * x.input
        let taps = (kz * y.size + ky) * x.size
        for kx in x.inside(place.x) { body(line + x.at(place.x, kx), taps + kx) }
      }
    }
  }

  /// How many elements of a window lie in the input.
  func countInside(_ place: Place) -> Int {
    z.inside(place.z).count * y.inside(place.y).count * x.inside(place.x).count
  }

  /// How many elements of a window lie in the input or its padding.
  func countPadded(_ place: Place) -> Int {
    z.countPadded(place.z) * y.countPadded(place.y) * x.countPadded(place.x)
  }
}

extension Window {
  /// How many elements of window `place` lie in the padded input.
  fileprivate func countPadded(_ place: Int) -> Int {
    let room = input + behind - (place * stride - before)
    return min(size, (room + dilation - 1) / dilation)
  }

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
