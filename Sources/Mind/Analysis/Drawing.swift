// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The colours of all pictures: their own dark ground, so that they read alike on light and dark pages.
enum Ink {
  static let ground = "#11181f"
  static let edge = "#2d3a47"
  static let text = "#d5dde5"
  static let dim = "#8b9aa9"
  static let trace = "#6cb6ff"
  static let mark = "#f2b84b"
  static let side = "#6bcb8b"
  static let alarm = "#ff7b72"
}

/// An SVG picture as it is drawn: one self-contained file without script.
struct Drawing {
  enum Anchor: String { case start, middle, end }
  let width: Double
  private var body = ""

  init(width: Double) { self.width = width }

  /// The whole file; `title` and `description` are for those who do not see it.
  func svg(height: Double, title: String, description: String) -> String {
    let (w, h) = (place(width), place(height))
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(w) \(h)" width="\(w)" height="\(h)" role="img" \
      aria-labelledby="t d" font-family="system-ui, 'Segoe UI', 'Helvetica Neue', 'DejaVu Sans', sans-serif">
      <title id="t">\(Drawing.escaped(title))</title>
      <desc id="d">\(Drawing.escaped(description))</desc>
      <rect x="0.5" y="0.5" width="\(place(width - 1))" height="\(place(height - 1))" rx="10" fill="\(Ink.ground)" \
      stroke="\(Ink.edge)"/>
      \(body)</svg>

      """
  }

  mutating func text(
    _ x: Double, _ y: Double, _ content: String, size: Int = 12, _ fill: String = Ink.text,
    _ anchor: Anchor = .start, isBold: Bool = false
  ) {
    let weight = isBold ? " font-weight=\"600\"" : ""
    let side = anchor == .start ? "" : " text-anchor=\"\(anchor.rawValue)\""
    body +=
      "<text x=\"\(place(x))\" y=\"\(place(y))\" font-size=\"\(size)\" fill=\"\(fill)\"\(side)\(weight)>\(Drawing.escaped(content))</text>\n"
  }

  mutating func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ stroke: String = Ink.edge, dash: String? = nil
  ) {
    let dashes = dash.map { " stroke-dasharray=\"\($0)\"" } ?? ""
    body +=
      "<line x1=\"\(place(x1))\" y1=\"\(place(y1))\" x2=\"\(place(x2))\" y2=\"\(place(y2))\" stroke=\"\(stroke)\"\(dashes)/>\n"
  }

  mutating func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ fill: String, opacity: Double
  ) {
    body +=
      "<rect x=\"\(place(x))\" y=\"\(place(y))\" width=\"\(place(width))\" height=\"\(place(height))\" fill=\"\(fill)\" opacity=\"\(opacity)\"/>\n"
  }

  mutating func disc(_ x: Double, _ y: Double, _ radius: Double, _ fill: String) {
    body += "<circle cx=\"\(place(x))\" cy=\"\(place(y))\" r=\"\(place(radius))\" fill=\"\(fill)\"/>\n"
  }

  /// A small triangle that points down at a place.
  mutating func pointer(_ x: Double, _ y: Double, _ fill: String) {
    body += "<path d=\"M\(place(x - 4)) \(place(y - 10))h8l-4 6z\" fill=\"\(fill)\"/>\n"
  }

  /// A line through points, given as `x y` pairs.
  mutating func trace(_ points: [(x: Double, y: Double)], _ stroke: String = Ink.trace) {
    guard let first = points.first else { return }
    var path = "M\(place(first.x)) \(place(first.y))"
    for point in points.dropFirst() { path += "L\(place(point.x)) \(place(point.y))" }
    body +=
      "<path d=\"\(path)\" fill=\"none\" stroke=\"\(stroke)\" stroke-width=\"1.2\" stroke-linejoin=\"round\"/>\n"
  }

  private func place(_ value: Double) -> String { tick((value * 10).rounded() / 10) }

  /// Text as it may stand in XML.
  static func escaped(_ text: String) -> String {
    let printable = String(
      String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }))
    return printable.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }
}
