// SPDX-License-Identifier: Apache-2.0

import Features
import Machine

extension Analysis {
  /// The page as one self-contained SVG: findings, waveform, spectra with their marked lines, numbers and the table.
  public func svg() -> String {
    var page = Drawing(width: 1000)
    var y = drawHead(on: &page)
    if let cause { y = drawCause(cause, at: y, on: &page) }
    y = drawWaveform(at: y, on: &page)
    if let spectra {
      drawVelocity(spectra, at: y, on: &page)
      y = drawAcceleration(spectra, at: y, on: &page)
      y = drawEnvelope(spectra.envelope, at: y, on: &page)
    } else {
      page.text(PageLayout.left, y, "No spectra: too few samples, or none that vary", Ink.dim)
      y += 30
    }
    y = drawNumbers(at: y, on: &page)
    y = drawTable(at: y, on: &page)
    let summary = (findings.map { "\($0.title): \($0.detail)" } + (cause?.reasons ?? [])).joined(
      separator: ". ")
    return page.svg(height: y + 8, title: "Analysis of \(origin.name)", description: summary)
  }

  private func drawHead(on page: inout Drawing) -> Double {
    page.text(24, 36, origin.name, size: 18, isBold: true)
    page.text(24, 57, facts.joined(separator: "  ·  "), Ink.dim)
    var y = 84.0
    for finding in findings {
      page.disc(30, y - 4.5, 5, finding.kind.ink)
      page.text(44, y, finding.title, size: 15, finding.kind.ink, isBold: true)
      y += 19
      for line in TextPage(width: 140).wrapped(finding.detail, indent: 0) {
        page.text(44, y, line, size: 13)
        y += 18
      }
      y += 4
    }
    return y + 26
  }

  private func drawWaveform(at top: Double, on page: inout Drawing) -> Double {
    let peak = samples.indices.max { abs(samples[$0]) < abs(samples[$1]) } ?? 0
    let largest = samples.isEmpty || !samples[peak].isFinite ? 0 : abs(samples[peak])
    let limit = largest > 0 ? Double(largest) * 1.05 : 1
    let duration = max(origin.duration_s, .leastNormalMagnitude)
    // Six turns of the shaft around the highest sample show what the whole hides.
    let detail = min(duration, speed.map { 6 * 60 / $0.rpm } ?? 0.2)
    let begin = min(max(0, Double(peak) / origin.rate_Hz - detail / 2), duration - detail)
    let whole = Plot(
      left: PageLayout.left, top: top, width: PageLayout.half, height: 110, x: 0...duration, y: -limit...limit
    )
    let part = Plot(
      left: PageLayout.right, top: top, width: PageLayout.half, height: 110, x: begin...(begin + detail),
      y: -limit...limit)
    whole.drawAxes("Waveform, \(unitText)", xName: "s", on: &page)
    whole.drawTrace(samples.span, from: 0, step: 1 / origin.rate_Hz, on: &page)
    part.drawAxes(
      speed == nil ? "The same around its peak" : "Six turns of the shaft around its peak", xName: "s",
      on: &page)
    part.drawTrace(samples.span, from: 0, step: 1 / origin.rate_Hz, on: &page)
    return top + 110 + PageLayout.gap
  }

  private var unitText: String { origin.unit.map(PageLayout.symbol) ?? "unit unknown" }

  /// Up to ten orders and a little, or up to 1 kHz.
  private func drawVelocity(_ spectra: Spectra, at top: Double, on page: inout Drawing) {
    // Without a unit there is no velocity; acceleration shows the orders as well.
    let hasUnit = origin.unit != nil
    let spectrum = hasUnit ? spectra.velocity : spectra.acceleration
    let nyquist = Double(spectrum.amplitudes.count - 1) * spectrum.resolution_Hz
    let limit = min(nyquist, speed.map { 10.9 * $0.rpm / 60 } ?? 1000)
    let plot = Plot(
      left: PageLayout.left, top: top, width: PageLayout.half, height: 150, x: 0...limit,
      y: 0...PageLayout.top(spectrum, 2...limit))
    let name = hasUnit ? "Velocity spectrum, mm/s peak" : "Spectrum at shaft orders, unit unknown"
    plot.drawAxes(name, xName: "Hz", on: &page)
    if let speed {
      for order in 1...10 where Double(order) * speed.rpm / 60 <= limit {
        let x = plot.across(Double(order) * speed.rpm / 60)
        page.line(x, top, x, top + 150, Ink.side, dash: "1 3")
        page.text(x + 3, top + 9, "\(order)×", size: 10, Ink.side)
      }
    }
    plot.drawTrace(spectrum.amplitudes.span, from: 0, step: spectrum.resolution_Hz, on: &page)
  }

  /// To the Nyquist frequency, with the band whose envelope is taken.
  private func drawAcceleration(_ spectra: Spectra, at top: Double, on page: inout Drawing) -> Double {
    let spectrum = spectra.acceleration
    let nyquist = Double(spectrum.amplitudes.count - 1) * spectrum.resolution_Hz
    let plot = Plot(
      left: PageLayout.right, top: top, width: PageLayout.half, height: 150,
      x: 0...nyquist, y: 0...PageLayout.top(spectrum, 2...nyquist))
    plot.drawAxes("Acceleration spectrum, \(unitText) peak", xName: "Hz", on: &page)
    if let band {
      let (low, high) = (plot.across(band.low_Hz), plot.across(band.high_Hz))
      page.rectangle(low, top, high - low, 150, Ink.mark, opacity: 0.10)
      page.text((low + high) / 2, top + 11, "envelope band", size: 10, Ink.mark, .middle)
    }
    plot.drawTrace(spectrum.amplitudes.span, from: 0, step: spectrum.resolution_Hz, on: &page)
    return top + 150 + PageLayout.gap
  }

  private func drawNumbers(at top: Double, on page: inout Drawing) -> Double {
    let cells =
      statisticCells.map { ($0.0, $0.1) } + overallCells
      + orders.filter { ["1x", "2x", "3x"].contains($0.name) }.map {
        ("\($0.name) shaft, mm/s RMS", digits($0.velocityRMS_mm_s))
      }
    let step = PageLayout.width / 5
    for (i, cell) in cells.enumerated() {
      let x = PageLayout.left + Double(i % 5) * step
      let y = top + Double(i / 5) * 38
      page.text(x, y, cell.0, size: 11, Ink.dim)
      page.text(x, y + 17, cell.1, size: 14)
    }
    let y = top + Double((cells.count + 4) / 5) * 38 + 2
    page.text(PageLayout.left, y, "ISO 10816-3: \(severityText)", Ink.dim)
    return y + 30
  }

  private func drawTable(at top: Double, on page: inout Drawing) -> Double {
    let columns = [0.0, 80, 290, 420, 500, 590, 650, 760, 830].map { PageLayout.left + $0 }
    var y = top
    guard !lines.isEmpty else { return drawUnplaced(at: y, on: &page) }
    let head = [
      "line", "part", "expected, Hz", "found, Hz", "difference", "harmonics", "sidebands", "promin.",
      "verdict",
    ]
    let anchors: [Drawing.Anchor] = [.start, .start, .end, .end, .end, .end, .end, .end, .end]
    let ends = [columns[0], columns[1]] + [370, 460, 550, 620, 730, 800, 908].map { PageLayout.left + $0 }
    for (i, name) in head.enumerated() { page.text(ends[i], y, name, size: 11, Ink.dim, anchors[i]) }
    for row in lines {
      y += 7
      page.line(PageLayout.left, y, PageLayout.left + PageLayout.width, y)
      y += 15
      var cells = row.cells
      cells.remove(at: 2)
      if cells[1].count > 34 { cells[1] = String(cells[1].prefix(33)) + "…" }
      let ink = row.verdict == .named ? Ink.mark : row.verdict == .stands ? Ink.text : Ink.dim
      for (i, cell) in cells.enumerated() {
        page.text(ends[i], y, cell, ink, anchors[i], isBold: row.verdict == .named)
      }
    }
    return drawUnplaced(at: y + 24, on: &page)
  }

  private func drawUnplaced(at top: Double, on page: inout Drawing) -> Double {
    var y = top
    var notes = unplacedText
    if let band { notes.append(band.text) }
    for note in (notes + origin.notes).flatMap({ TextPage(width: 150).wrapped($0, indent: 0) }) {
      page.text(PageLayout.left, y, note, size: 11, Ink.dim)
      y += 16
    }
    return y
  }
}

/// Where things stand on the page.
enum PageLayout {
  static let left = 64.0
  static let width = 908.0
  static let half = 416.0
  /// Where the right one of two plots begins.
  static let right = left + width - half
  /// Below a plot: numbers, the name of the axis, and the name of the next plot.
  static let gap = 70.0

  /// A unit's symbol as people write it.
  static func symbol(_ unit: String) -> String { unit == "m/s2" ? "m/s²" : unit }

  /// The height of an axis that holds what stands between two frequencies.
  static func top(_ spectrum: Spectrum, _ range_Hz: ClosedRange<Double>, room: Double = 1.1) -> Double {
    let first = Int((range_Hz.lowerBound / spectrum.resolution_Hz).rounded(.up))
    let last = min(spectrum.amplitudes.count - 1, Int(range_Hz.upperBound / spectrum.resolution_Hz))
    guard first <= last, let top = spectrum.amplitudes[first...last].max(), top > 0, top.isFinite else {
      return 1
    }
    return Double(top) * room
  }
}

extension Analysis.Statement.Kind {
  var ink: String {
    switch self {
    case .fault, .severity: Ink.mark
    case .sensor: Ink.alarm
    case .none: Ink.side
    case .notAssessable: Ink.dim
    }
  }
}
