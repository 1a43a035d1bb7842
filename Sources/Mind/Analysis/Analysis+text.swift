// SPDX-License-Identifier: Apache-2.0

import Diagnose
import Features
import Machine

extension Analysis {
  /// The page as plain text, no line longer than `width` characters where words allow it.
  public func text(width: Int) -> String {
    let page = TextPage(width: max(60, width))
    var lines = [origin.name] + page.wrapped(facts.joined(separator: "  "), indent: 2)
    for note in origin.notes { lines += page.wrapped("note: \(note)", indent: 2) }
    lines += ["", "FINDINGS"]
    for finding in findings {
      lines += page.wrapped(finding.title, indent: 2) + page.wrapped(finding.detail, indent: 4)
    }
    if let cause {
      lines += ["", "THE ALARM"] + page.wrapped(cause.title, indent: 2)
      for reason in cause.reasons + [cause.action] { lines += page.wrapped(reason, indent: 4) }
    }
    lines += ["", "VALIDITY"]
    lines += page.wrapped(
      defect.map { "\($0.kind.rawValue): \($0.evidence)" } ?? "nothing speaks against the waveform", indent: 2
    )
    lines += ["", "STATISTICS" + (origin.unit.map { ", \($0)" } ?? ", unit unknown")]
    lines += page.cells(statisticCells) + ["", "OVERALL"] + page.cells(overallCells)
    lines += page.wrapped(severityText, indent: 2)
    if !orders.isEmpty {
      lines += ["", "SHAFT ORDERS, mm/s RMS"]
      lines += page.cells(orders.map { ($0.name, digits($0.velocityRMS_mm_s)) })
    }
    lines += ["", "LINES"] + lineTable(page)
    lines += gearTable(page) + cepstrumTable(page) + orderTable(page)
    return lines.joined(separator: "\n") + "\n"
  }

  var facts: [String] {
    var facts = ["channel \(origin.channel)"]
    if origin.channels.count > 1 { facts[0] += " of \(origin.channels.joined(separator: ", "))" }
    facts.append(
      "\(origin.sampleCount) samples, \(digits(origin.duration_s)) s at \(tick(origin.rate_Hz)) Hz")
    facts.append(
      speed.map { "\(tick($0.rpm)) r/min = \(digits($0.rpm / 60)) Hz from \($0.source)" }
        ?? "shaft speed unknown")
    facts += machine.bearings.map { "bearing \($0.designation)" }
    return facts
  }

  var statisticCells: [(String, String)] {
    guard let s = statistics else { return [("samples", "not numbers")] }
    let shapes: [(String, Double?)] = [
      ("crest factor", s.crest), ("kurtosis", s.kurtosis), ("skewness", s.skewness),
      ("shape factor", s.shape),
      ("impulse factor", s.impulse), ("clearance factor", s.clearance),
    ]
    return [("RMS", digits(s.rms)), ("peak", digits(s.peak)), ("peak to peak", digits(s.peakToPeak))]
      + shapes.map { ($0.0, $0.1.map { digits($0) } ?? "undefined") } + [("mean", digits(s.mean))]
  }

  var overallCells: [(String, String)] {
    let band = "\((speed?.rpm ?? machine.ratedSpeed_rpm ?? 600) < 600 ? 2 : 10)-1000 Hz"
    return [
      ("velocity \(band)", overall.velocityRMS_mm_s.map { digits($0) + " mm/s RMS" } ?? "not assessable"),
      ("displacement \(band)", overall.displacementRMS_um.map { digits($0) + " µm RMS" } ?? "not assessable"),
    ]
  }

  var severityText: String {
    if let zone = severity.zone {
      return
        "zone \(zone.rawValue) by \(severity.decidedBy?.rawValue ?? "velocity"), \(severity.source ?? "")"
    }
    return "no zone: \(severity.refusal ?? "")"
  }

  private func lineTable(_ page: TextPage) -> [String] {
    guard !lines.isEmpty else {
      return unplaced.isEmpty ? ["  none"] : unplacedText.flatMap { page.wrapped($0, indent: 2) }
    }
    let head = ["line", "part", "in", "expected", "found", "diff.", "harm.", "sideb.", "promin.", "verdict"]
    let rows = lines.map(\.cells)
    var table = page.table([head] + rows)
    if let band, lines.contains(where: { $0.spectrum == .envelope }) {
      table += page.wrapped(band.text, indent: 2)
    }
    for row in lines {
      if let obstacle = row.obstacle {
        table += page.wrapped("\(row.name) of \(row.part): \(obstacle)", indent: 2)
      }
    }
    return table + unplacedText.flatMap { page.wrapped($0, indent: 2) }
  }

  /// Nothing where no gear was followed.
  private func gearTable(_ page: TextPage) -> [String] {
    guard let gears else { return [] }
    let head = ["gear", "wheel", "turns", "FM0", "FM4", "M6A", "M8A", "ER"]
    let rows = gears.map { gear in
      [gear.pair, gear.wheel.rawValue, "\(gear.turns)"]
        + [gear.fm0, gear.fm4, gear.m6a, gear.m8a, gear.er].map { $0.map { digits($0, 4) } ?? "-" }
    }
    return ["", "GEARS, mean turn"] + page.table([head] + rows)
      + page.wrapped("Gaussian noise has FM4 3, M6A 15, M8A 105; a damaged tooth raises them", indent: 2)
  }

  /// Nothing where the machine makes no families; families that do not stand are counted alone.
  private func cepstrumTable(_ page: TextPage) -> [String] {
    guard let cepstrum, !cepstrum.isEmpty else { return [] }
    let head = ["family", "part", "expected", "found", "ms", "rahmon.", "promin."]
    let standing = cepstrum.filter { $0.count > 0 }
    guard !standing.isEmpty else {
      return ["", "CEPSTRUM", "  none of \(cepstrum.count) families of lines stands"]
    }
    return ["", "CEPSTRUM, families of lines by their distance in Hz"]
      + page.table([head] + standing.map(\.cells))
  }

  /// Nothing without a signal of the speed.
  private func orderTable(_ page: TextPage) -> [String] {
    guard let orderTracked else { return [] }
    let range = "\(digits(orderTracked.slowest_rpm, 4)) to \(digits(orderTracked.fastest_rpm, 4)) r/min"
    let rows = orderTracked.lines.map {
      [digits($0.order, 4) + "x", digits($0.amplitude, 4), digits($0.prominence, 3)]
    }
    return ["", "ORDER-TRACKED SPECTRUM, \(orderTracked.turns) turns at \(range)"]
      + page.table([["order", "amplitude" + (origin.unit.map { ", \($0)" } ?? ""), "promin."]] + rows)
  }

  var unplacedText: [String] {
    unplaced.map { "\($0.name) of \($0.part): not assessable, needs \($0.missing.joined(separator: ", "))" }
  }
}

extension Analysis.Band {
  /// Where the envelope was listened for, why there, and what the kurtogram says of it.
  var text: String {
    var text = "envelope of \(tick(low_Hz))-\(tick(high_Hz)) Hz: \(reason)"
    if let centre = impulsiveCentre_Hz, let kurtosis = spectralKurtosis {
      text +=
        "; kurtogram: most impulsive around \(digits(centre, 4)) Hz, spectral kurtosis \(digits(kurtosis, 3))"
    }
    return text
  }
}

extension Analysis.Row {
  /// The cells of its line in a table.
  var cells: [String] {
    let pairs = sidebands.map { band in band.pairs.map { "\($0) x \(digits(band.spacing_Hz, 4))" } ?? "?" }
    return [
      name, part, spectrum.rawValue, digits(expected_Hz), found_Hz.map { digits($0) } ?? "-",
      difference_percent.map(signed) ?? "-", found_Hz == nil ? "-" : "\(harmonics_Hz.count)",
      found_Hz == nil || pairs.isEmpty ? "-" : pairs.joined(separator: ", "),
      prominence.map { digits($0, 3) } ?? "-", verdict == .named ? "NAMED" : verdict.rawValue,
    ]
  }
}

/// Text set to a width.
struct TextPage {
  var width: Int

  /// Words in lines, each line behind `indent` blanks.
  func wrapped(_ text: String, indent: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, indent + line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    if !line.isEmpty { lines.append(line) }
    return lines.map { String(repeating: " ", count: indent) + $0 }
  }

  /// Names and values side by side, as many as the width takes.
  func cells(_ cells: [(String, String)]) -> [String] {
    let name = (cells.map(\.0.count).max() ?? 0) + 2
    let value = (cells.map(\.1.count).max() ?? 0) + 3
    let perLine = max(1, (width - 2) / (name + value))
    return stride(from: 0, to: cells.count, by: perLine).map { start in
      "  "
        + trimmed(
          cells[start..<min(cells.count, start + perLine)].map { padded($0.0, name) + padded($0.1, value) }
            .joined())
    }
  }

  /// Rows under the first, which is the head. Where all do not fit the second column is cut, and then the third goes.
  func table(_ rows: [[String]]) -> [String] {
    var rows = rows
    var widths = TextPage.widths(rows)
    for attempt in 0..<2 {
      let over = 2 * widths.count + widths.reduce(0, +) - width
      guard over > 0 else { break }
      if attempt == 1 {
        for i in rows.indices { rows[i].remove(at: 2) }
        widths = TextPage.widths(rows)
      }
      let excess = 2 * widths.count + widths.reduce(0, +) - width
      widths[1] = max(4, widths[1] - max(0, excess))
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let shown = cell.count > widths[column] ? String(cell.prefix(widths[column] - 1)) + "…" : cell
        return padded(shown, widths[column] + 2)
      }
      return "  " + trimmed(cells.joined())
    }
  }

  private static func widths(_ rows: [[String]]) -> [Int] {
    rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private func trimmed(_ text: String) -> String {
    String(text.reversed().drop { $0 == " " }.reversed())
  }
}
