// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// x to the power p.
func power(_ x: Float, _ p: Float) -> Float { powf(x, p) }

/// Mean, largest or p-norm of each channel, in whichever layout it lies.
///
/// SAFETY: reads batch x channels x positions, writes batch x channels.
struct GlobalPoolStep: Step {
  enum Kind: Sendable, Equatable {
    case mean
    case largest
    case norm(Float)
  }

  let label: String
  let kind: Kind
  let x: ValueID
  let y: ValueID
  let batch: Int
  let channels: Int
  let positions: Int
  let channelsLast: Bool

  var reads: [ValueID] { [x] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: label, arithmetic: .float) }

  func run(_ memory: Memory) {
    let (x, y) = unsafe (memory.floats(x), memory.floats(y))
    unsafe y.update(repeating: kind == .largest ? -.infinity : 0, count: batch * channels)
    for b in 0..<batch {
      let (x, y) = unsafe (x + b * positions * channels, y + b * channels)
      if channelsLast {
        for i in 0..<positions { unsafe gather(x + i * channels, y, step: 1, count: channels) }
      } else {
        for c in 0..<channels { unsafe gather(x + c * positions, y + c, step: 0, count: positions) }
      }
    }
    for i in 0..<batch * channels {
      switch kind {
      case .mean: unsafe y[i] /= Float(positions)
      case .largest: break
      case .norm(let p): unsafe y[i] = power(y[i], 1 / p)
      }
    }
  }

  /// Takes `count` neighbours into as many results, or all into one.
  private func gather(
    _ x: UnsafeMutablePointer<Float>, _ y: UnsafeMutablePointer<Float>, step: Int, count: Int
  ) {
    switch kind {
    case .mean where step == 1: for i in 0..<count { unsafe y[i] += x[i] }
    case .mean: unsafe y.pointee += Lanes.sum(x, count)
    case .largest: for i in 0..<count { unsafe y[i * step] = max(y[i * step], x[i]) }
    case .norm(let p): for i in 0..<count { unsafe y[i * step] += power(abs(x[i]), p) }
    }
  }
}
