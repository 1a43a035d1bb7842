// SPDX-License-Identifier: Apache-2.0

internal import Ledger
public import Machine

// Figures of a machine around the work on it.

extension Store {
  /// The vibration figures that a report of work shows.
  public static let mainFeatures: [Feature] = [.velocityRMS, .accelerationRMS, .envelopeRMS, .order1]

  /// The main figures of a machine over windows and readings received in `range`, while it did not stand still.
  public func figures(of machine: MachineID, in range: Range<WallTime>) async throws(StoreError)
    -> [MachineFigure]
  {
    var figures: [MachineFigure] = []
    let bounds: [SQLValue] = [
      .integer(range.lowerBound.nanoseconds), .integer(range.upperBound.nanoseconds), .text(machine.rawValue),
    ]
    for feature in Store.mainFeatures {
      let rows = try await query(
        """
        SELECT name, avg("\(feature.rawValue)"), max("\(feature.rawValue)"), count("\(feature.rawValue)")
        FROM windows JOIN points ON points.id = windows.point
        WHERE received >= ? AND received < ? AND machine = ? AND motion IN ('running', 'unknown')
        GROUP BY name ORDER BY name
        """, bounds)
      figures += rows.compactMap { MachineFigure($0, feature.rawValue) }
    }
    let rows = try await query(
      """
      SELECT name, avg(value), max(value), count(value), quantity
      FROM readings JOIN points ON points.id = readings.point
      WHERE received >= ? AND received < ? AND machine = ? AND quality < 200 GROUP BY points.id ORDER BY name
      """, bounds)
    for row in rows {
      guard let quantity = row[4].text.flatMap(Quantity.init) else { continue }
      if let figure = MachineFigure(row, "\(quantity.rawValue) \(quantity.canonicalUnit.symbol)") {
        figures.append(figure)
      }
    }
    return figures
  }

  /// Keeps the figures after the work with their record; those that are there stay.
  public func keep(_ figures: [MachineFigure], after number: Int64) async throws(StoreError) {
    let text = try JSONText.encode(figures)
    do {
      try await ledger.write { (tx) throws(LedgerError) in
        try tx.run(
          "UPDATE records SET after = ?1 WHERE number = ?2 AND after IS NULL", .text(text), .integer(number))
      }
    } catch { throw StoreError(error) }
  }
}

extension MachineFigure {
  fileprivate init?(_ row: SQLRow, _ quantity: String) {
    guard let point = row[0].text, let mean = row[1].real, let largest = row[2].real,
      let count = row[3].integer,
      count > 0
    else { return nil }
    self.init(point: point, quantity: quantity, mean: mean, largest: largest, count: Int(count))
  }
}
