// SPDX-License-Identifier: Apache-2.0

import Features
import Machine

extension Analysis {
  /// The envelope spectrum with the lines of the bearings: where each is expected, and the harmonics and sidebands of
  /// the one that is named, or of the one that stands highest.
  func drawEnvelope(_ spectrum: Spectrum, at top: Double, on page: inout Drawing) -> Double {
    let rows = lines.filter { $0.spectrum == .envelope && $0.verdict != .hidden }
    let focus =
      rows.first { $0.verdict == .named } ?? rows.max { ($0.prominence ?? 0) < ($1.prominence ?? 0) }
    let nyquist = Double(spectrum.amplitudes.count - 1) * spectrum.resolution_Hz
    let highest = rows.map(\.expected_Hz).max() ?? 0
    let wanted = max(1.3 * highest, 5.6 * (focus?.found_Hz ?? focus?.expected_Hz ?? 90))
    let limit = min(nyquist, wanted)
    let height = 230.0
    let low = min(max(5, 4 * spectrum.resolution_Hz), limit / 4)
    let plot = Plot(
      left: PageLayout.left, top: top, width: PageLayout.width, height: height, x: 0...limit,
      y: 0...PageLayout.top(spectrum, low...limit, room: 1.3))
    let unit = origin.unit.map(PageLayout.symbol) ?? "unit unknown"
    plot.drawAxes("Envelope spectrum, \(unit) peak", xName: "Hz", on: &page)
    drawExpected(rows, focus, plot, limit, on: &page)
    let first = Int((low / spectrum.resolution_Hz).rounded(.up))
    plot.drawTrace(
      spectrum.amplitudes.span.extracting(droppingFirst: first), from: Double(first) * spectrum.resolution_Hz,
      step: spectrum.resolution_Hz, on: &page)
    if let focus, focus.found_Hz != nil { drawFound(focus, spectrum, plot, limit, on: &page) }
    return top + height + PageLayout.gap - 10
  }

  /// Dotted lines where lines are expected, with their names in two rows so that neighbours do not touch.
  private func drawExpected(
    _ rows: [Row], _ focus: Row?, _ plot: Plot, _ limit: Double, on page: inout Drawing
  ) {
    let sorted = rows.filter { $0.expected_Hz < limit }.sorted { $0.expected_Hz < $1.expected_Hz }
    for (i, row) in sorted.enumerated() {
      let x = plot.across(row.expected_Hz)
      page.line(x, plot.top, x, plot.top + plot.height, Ink.dim, dash: "1 3")
      page.text(x + 3, plot.top + 9 + Double(i % 2) * 12, row.name, size: 10, Ink.dim)
    }
    guard let focus else { return }
    for k in 2...5 where Double(k) * focus.expected_Hz < limit {
      let x = plot.across(Double(k) * focus.expected_Hz)
      page.line(x, plot.top + 26, x, plot.top + plot.height, Ink.dim, dash: "1 3")
    }
  }

  private func drawFound(
    _ row: Row, _ spectrum: Spectrum, _ plot: Plot, _ limit: Double, on page: inout Drawing
  ) {
    func height(at frequency_Hz: Double) -> Double {
      let bin = Int((frequency_Hz / spectrum.resolution_Hz).rounded())
      let near = spectrum.amplitudes[max(0, bin - 1)...min(spectrum.amplitudes.count - 1, bin + 1)]
      return plot.down(Double(near.max() ?? 0))
    }
    let ink = row.verdict == .named ? Ink.mark : Ink.text
    for (k, frequency) in row.harmonics_Hz.enumerated() where frequency < limit {
      let (x, y) = (plot.across(frequency), height(at: frequency))
      page.pointer(x, y, ink)
      let name = k == 0 ? "\(row.name) \(digits(frequency, 4)) Hz" : "\(k + 1)×"
      page.text(x, y - 15, name, size: 11, ink, .middle)
    }
    guard let carrier = row.found_Hz else { return }
    for band in row.sidebands {
      if band.pairs ?? 0 > 0 {
        let name = "sidebands at ± \(digits(band.spacing_Hz, 4)) Hz, \(band.by)"
        page.text(plot.left + plot.width, plot.top - 10, name, size: 11, Ink.side, .end)
      }
      for k in 1...max(1, band.pairs ?? 0) where k <= band.pairs ?? 0 {
        for side in [carrier - Double(k) * band.spacing_Hz, carrier + Double(k) * band.spacing_Hz]
        where side > 0 && side < limit {
          let (x, y) = (plot.across(side), height(at: side))
          page.pointer(x, y, Ink.side)
        }
      }
    }
  }
}
