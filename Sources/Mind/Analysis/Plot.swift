// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A pair of linear axes with a frame on the page.
struct Plot {
  var left, top, width, height: Double
  var x: ClosedRange<Double>
  var y: ClosedRange<Double>

  func across(_ value: Double) -> Double {
    left + (value - x.lowerBound) / (x.upperBound - x.lowerBound) * width
  }
  func down(_ value: Double) -> Double {
    let share = (value - y.lowerBound) / (y.upperBound - y.lowerBound)
    return top + height * (1 - min(max(share, 0), 1))
  }

  /// Grid, numbers and names of both axes.
  func drawAxes(_ name: String, xName: String, on page: inout Drawing) {
    page.text(left, top - 10, name, Ink.dim)
    for value in Plot.ticks(y, about: height > 180 ? 5 : 4) {
      page.line(left, down(value), left + width, down(value))
      page.text(left - 7, down(value) + 4, tick(value), size: 11, Ink.dim, .end)
    }
    for value in Plot.ticks(x, about: width > 500 ? 10 : 6) {
      page.line(across(value), top + height, across(value), top + height + 4)
      page.text(across(value), top + height + 17, tick(value), size: 11, Ink.dim, .middle)
    }
    page.text(left + width, top + height + 32, xName, size: 11, Ink.dim, .end)
  }

  /// Draws `values`, the first at `start` and one every `step` of the x axis.
  ///
  /// Where more than two values fall on one unit of width, their least and largest are drawn, so that no peak is lost.
  func drawTrace(_ values: Span<Float>, from start: Double, step: Double, on page: inout Drawing) {
    let first = max(0, Int(((x.lowerBound - start) / step).rounded(.up)))
    let last = min(values.count - 1, Int(((x.upperBound - start) / step).rounded(.down)))
    guard first < last else { return }
    var points: [(x: Double, y: Double)] = []
    let columns = Int(width)
    if last - first <= 2 * columns {
      for i in first...last { points.append((across(start + Double(i) * step), down(Double(values[i])))) }
    } else {
      let perColumn = Double(last - first + 1) / Double(columns)
      for column in 0..<columns {
        let from = first + Int(Double(column) * perColumn)
        let to = min(last, first + Int(Double(column + 1) * perColumn) - 1)
        guard from <= to else { continue }
        var (low, high) = (values[from], values[from])
        for i in from...to {
          low = min(low, values[i])
          high = max(high, values[i])
        }
        let at = across(start + Double(from + to) / 2 * step)
        // Turn by turn from above and from below, so that neighbours join.
        let ends = column.isMultiple(of: 2) ? [low, high] : [high, low]
        for end in ends { points.append((at, down(Double(end)))) }
      }
    }
    page.trace(points)
  }

  /// Round values inside a range, about so many.
  static func ticks(_ range: ClosedRange<Double>, about count: Int) -> [Double] {
    let span = range.upperBound - range.lowerBound
    guard span > 0, span.isFinite else { return [] }
    let rough = span / Double(count)
    let power = pow(10, floor(log10(rough)))
    let step = ([1, 2, 2.5, 5, 10].first { $0 * power >= rough * 0.999 } ?? 10) * power
    let first = Int((range.lowerBound / step - 1e-9).rounded(.up))
    let last = Int((range.upperBound / step + 1e-9).rounded(.down))
    return first <= last ? (first...last).map { Double($0) * step } : []
  }
}
