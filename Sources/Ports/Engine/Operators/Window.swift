// SPDX-License-Identifier: Apache-2.0

/// How a window moves over one spatial axis: Conv and pooling.
struct Window: Sendable {
  var input: Int
  var size: Int
  var stride: Int
  var dilation: Int
  /// Positions added before and behind.
  var before: Int
  var behind: Int
  var output: Int

  /// Positions that the window spans.
  var extent: Int { (size - 1) * dilation + 1 }
  var padded: Int { before + input + behind }

  /// The windows of the spatial axes of a node, from its attributes.
  /// - Parameters:
  ///   - spatial: lengths of the input's axes behind batch and channels.
  ///   - kernel: lengths of the window.
  static func all(_ node: Node, spatial: [Int], kernel: [Int]) throws(ModelError) -> [Window] {
    let rank = spatial.count
    guard kernel.count == rank else { throw node.fault("a kernel of shape \(kernel) over \(rank) axes") }
    let strides = node.integers("strides") ?? Array(repeating: 1, count: rank)
    let dilations = node.integers("dilations") ?? Array(repeating: 1, count: rank)
    let pads = node.integers("pads") ?? Array(repeating: 0, count: 2 * rank)
    let mode = node.string("auto_pad", default: "NOTSET")
    let roundsUp = node.integer("ceil_mode", default: 0) != 0
    guard strides.count == rank, dilations.count == rank, pads.count == 2 * rank else {
      throw node.fault("strides, dilations or pads do not fit \(rank) axes")
    }
    var windows: [Window] = []
    for i in 0..<rank {
      let limit = 1 << 20
      guard (1...limit).contains(kernel[i]), (1...limit).contains(strides[i]),
        (1...limit).contains(dilations[i]),
        (0...limit).contains(pads[i]), (0...limit).contains(pads[rank + i]), spatial[i] <= ModelLimit.elements
      else { throw node.fault("kernel, stride, dilation or pad of axis \(i) is out of range") }
      var window = Window(
        input: spatial[i], size: kernel[i], stride: strides[i], dilation: dilations[i], before: pads[i],
        behind: pads[rank + i], output: 0)
      switch mode {
      case "NOTSET": break
      case "VALID": (window.before, window.behind) = (0, 0)
      case "SAME_UPPER", "SAME_LOWER":
        let output = (spatial[i] + strides[i] - 1) / strides[i]
        let total = max(0, (output - 1) * strides[i] + window.extent - spatial[i])
        window.before = mode == "SAME_UPPER" ? total / 2 : total - total / 2
        window.behind = total - window.before
      default: throw node.fault("auto_pad \(mode)")
      }
      let room = window.padded - window.extent
      guard room >= 0 else {
        throw node.fault("a window of \(window.extent) over \(window.padded) positions on axis \(i)")
      }
      window.output = room / strides[i] + 1
      if roundsUp, room % strides[i] != 0, window.output * strides[i] < spatial[i] + window.before {
        window.output += 1
      }
      windows.append(window)
    }
    return windows
  }
}
