// SPDX-License-Identifier: Apache-2.0

/// The windows that a convolution or a pooling moves over up to three axes; missing ones lead with length 1.
struct Windows: Sendable {
  /// One axis.
  struct Axis: Sendable {
    var input = 1
    var output = 1
    var kernel = 1
    var stride = 1
    var dilation = 1
    var before = 0
    var after = 0

    var padded: Int { before + input + after }
    /// From the first to the last element of a window.
    var reach: Int { (kernel - 1) * dilation + 1 }
  }

  var z = Axis()
  var y = Axis()
  var x = Axis()

  var isPadded: Bool { z.before + z.after + y.before + y.after + x.before + x.after > 0 }
  var inputCount: Int { z.input * y.input * x.input }
  var outputCount: Int { z.output * y.output * x.output }
  var paddedCount: Int { z.padded * y.padded * x.padded }
  var kernelCount: Int { z.kernel * y.kernel * x.kernel }

  /// Reads and checks the attributes that Conv and the pooling operators share.
  ///
  /// - Parameters:
  ///   - input: lengths of the axes behind batch and channels.
  ///   - kernel: of the weights; nil takes `kernel_shape`.
  init(_ node: Node, input: [Int], kernel known: [Int]? = nil) throws(ModelError) {
    let rank = input.count
    guard (1...3).contains(rank) else { throw node.fault("\(rank) axes besides batch and channels") }
    guard let kernel = known ?? node.integers("kernel_shape") else { throw node.fault("no kernel_shape") }
    if let stated = node.integers("kernel_shape"), stated != kernel {
      throw node.fault("kernel_shape \(stated) is not that of the weights, \(kernel)")
    }
    let limit = ModelLimit.elements
    func lengths(_ name: String, _ count: Int, _ usual: Int, _ low: Int) throws(ModelError) -> [Int] {
      let found = node.integers(name) ?? Array(repeating: usual, count: count)
      guard found.count == count, found.allSatisfy({ (low...limit).contains($0) }) else {
        throw node.fault("\(name) \(found) for \(rank) axes")
      }
      return found
    }
    guard kernel.count == rank, kernel.allSatisfy({ (1...limit).contains($0) }) else {
      throw node.fault("kernel \(kernel) for \(rank) axes")
    }
    let strides = try lengths("strides", rank, 1, 1)
    let dilations = try lengths("dilations", rank, 1, 1)
    let pads = try lengths("pads", 2 * rank, 0, 0)
    let automatic = node.string("auto_pad", default: "NOTSET")
    let ceiling = node.integer("ceil_mode", default: 0) != 0
    var axes = Array(repeating: Axis(), count: 3 - rank)
    for i in 0..<rank {
      var axis = Axis(
        input: input[i], kernel: kernel[i], stride: strides[i], dilation: dilations[i], before: pads[i],
        after: pads[i + rank])
      guard Windows.fit(&axis, automatic, ceiling) else {
        throw node.fault("a window of \(axis.reach) does not fit an axis of \(axis.padded)")
      }
      axes.append(axis)
    }
    (z, y, x) = (axes[0], axes[1], axes[2])
    for product in [axes.map(\.padded), axes.map(\.kernel)] {
      let (plane, first) = product[0].multipliedReportingOverflow(by: product[1])
      let (volume, second) = plane.multipliedReportingOverflow(by: product[2])
      guard !first, !second, volume <= limit else {
        throw node.fault("windows or padding of \(product), more than \(limit) elements")
      }
    }
  }

  /// Reckons padding and output; false where not one window fits or `automatic` is unknown.
  private static func fit(_ axis: inout Axis, _ automatic: String, _ ceiling: Bool) -> Bool {
    switch automatic {
    case "SAME_UPPER", "SAME_LOWER":
      axis.output = (axis.input + axis.stride - 1) / axis.stride
      let total = max(0, (axis.output - 1) * axis.stride + axis.reach - axis.input)
      axis.before = automatic == "SAME_UPPER" ? total / 2 : total - total / 2
      axis.after = total - axis.before
      return axis.output > 0
    case "NOTSET", "VALID":
      if automatic == "VALID" { (axis.before, axis.after) = (0, 0) }
      let room = axis.padded - axis.reach
      guard room >= 0 || ceiling && room > -axis.stride else { return false }
      axis.output = (max(room, 0) + (ceiling ? axis.stride - 1 : 0)) / axis.stride + 1
      // A window that would begin in the padding behind is left out.
      if ceiling, (axis.output - 1) * axis.stride >= axis.input + axis.before { axis.output -= 1 }
      return axis.output > 0
    default: return false
    }
  }
}
