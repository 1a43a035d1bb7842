// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What a filter lets through.
public enum FilterResponse: Sendable, Equatable {
  case lowPass(_ edge_Hz: Double)
  case highPass(_ edge_Hz: Double)
  case bandPass(_ low_Hz: Double, _ high_Hz: Double)
}

/// One second-order section: H(z) = (b0 + b1/z + b2/z^2) / (1 + a1/z + a2/z^2).
public struct Biquad: Sendable, Equatable {
  public var b0, b1, b2, a1, a2: Double
}

/// A Butterworth filter as second-order sections, run forwards and backwards: no phase, twice the attenuation.
///
/// The design is the bilinear one of `scipy.signal.butter(order, edges, output='sos')`, and `apply` is
/// `scipy.signal.sosfiltfilt`, its odd extension at the ends included. It runs in Double.
public struct ButterworthFilter: Sendable {
  /// Highest order; a band-pass has as many sections, the others half as many.
  public static let orderMaximum = 16
  /// Samples that the longest extension adds at both ends together.
  static let marginMaximum = 2 * 3 * (2 * orderMaximum + 1)
  /// The sections, each with a gain of 1 where the filter passes all.
  public let sections: [Biquad]
  /// Samples that the signal is extended by at each end, where it is long enough.
  public let extension_samples: Int
  private let order: Int
  private let sampleRate_Hz: Double
  private let response: FilterResponse
  /// State of each section in the steady state of a constant signal of 1 at the filter's input.
  private let steady: [(Double, Double)]

  /// Designs a filter; nil where an edge does not lie between 0 and half the sample rate, or a band is empty.
  public init?(order: Int, _ response: FilterResponse, sampleRate_Hz: Double) {
    precondition((1...ButterworthFilter.orderMaximum).contains(order), "no filter of order \(order)")
    guard sampleRate_Hz > 0, response.isBelow(sampleRate_Hz / 2) else { return nil }
    self.order = order
    self.sampleRate_Hz = sampleRate_Hz
    self.response = response
    sections = ButterworthDesign(order: order, response, sampleRate_Hz: sampleRate_Hz).sections
    let isFirstOrder = sections.contains { $0.b2 == 0 && $0.a2 == 0 }
    extension_samples = 3 * (2 * sections.count + (isFirstOrder ? 0 : 1))
    var input = 1.0
    steady = sections.map { s in
      let gain = (s.b0 + s.b1 + s.b2) / (1 + s.a1 + s.a2)
      let second = s.b2 - s.a2 * gain
      defer { input *= gain }
      return (input * (s.b1 - s.a1 * gain + second), input * second)
    }
  }

  /// What remains of a sine's amplitude after both passes.
  public func gain(at frequency_Hz: Double) -> Double {
    func warped(_ f: Double) -> Double { tan(.pi * f / sampleRate_Hz) }
    let w = warped(frequency_Hz)
    let ratio =
      switch response {
      case .lowPass(let edge): w / warped(edge)
      case .highPass(let edge): warped(edge) / w
      case .bandPass(let low, let high):
        (w * w - warped(low) * warped(high)) / (w * (warped(high) - warped(low)))
      }
    return 1 / (1 + pow(ratio * ratio, Double(order)))
  }

  /// Filters `signal` into `output`, which is as long. A signal that is shorter than the extension is extended by its
  /// length less 1. False, and an output of 0, where a sample is not finite.
  public func apply(
    to signal: Span<Float>, into output: inout MutableSpan<Float>, scratch: inout SignalScratch
  ) -> Bool {
    let count = signal.count
    precondition(output.count == count && scratch.count >= count, "buffers do not fit")
    guard Level(of: signal) != nil else {
      for i in 0..<count { output[i] = 0 }
      return count == 0
    }
    let edge = min(extension_samples, count - 1)
    let total = count + 2 * edge
    var whole = scratch.doubles.mutableSpan
    var buffer = whole._mutatingExtracting(first: total)
    // Odd about its ends, so that value and slope continue.
    let (first, last) = (2 * Double(signal[0]), 2 * Double(signal[count - 1]))
    for i in 0..<edge {
      buffer[i] = first - Double(signal[edge - i])
      buffer[edge + count + i] = last - Double(signal[count - 2 - i])
    }
    for i in 0..<count { buffer[edge + i] = Double(signal[i]) }
    let start = buffer[0]
    for index in sections.indices { run(index, over: &buffer, from: start, isBackward: false) }
    let end = buffer[total - 1]
    for index in sections.indices { run(index, over: &buffer, from: end, isBackward: true) }
    for i in 0..<count { output[i] = Float(buffer[edge + i]) }
    return true
  }

  /// One pass of one section in place, from the steady state of a constant `start` at the filter's input.
  private func run(
    _ index: Int, over buffer: inout MutableSpan<Double>, from start: Double, isBackward: Bool
  ) {
    let s = sections[index]
    var (one, two) = (steady[index].0 * start, steady[index].1 * start)
    let last = buffer.count - 1
    for i in 0...last {
      let place = isBackward ? last - i : i
      let x = buffer[place]
      let y = s.b0 * x + one
      one = s.b1 * x - s.a1 * y + two
      two = s.b2 * x - s.a2 * y
      buffer[place] = y
    }
  }
}

extension FilterResponse {
  /// Whether all edges lie between 0 and `limit_Hz`, in rising order.
  fileprivate func isBelow(_ limit_Hz: Double) -> Bool {
    switch self {
    case .lowPass(let edge), .highPass(let edge): edge > 0 && edge < limit_Hz
    case .bandPass(let low, let high): low > 0 && low < high && high < limit_Hz
    }
  }
}
