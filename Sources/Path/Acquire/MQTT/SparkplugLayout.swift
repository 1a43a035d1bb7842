// SPDX-License-Identifier: Apache-2.0

public import Machine

/// Which metrics of a Sparkplug edge node are read, and in what unit they come.
public struct SparkplugLayout: Sendable {
  /// One metric.
  public struct Value: Sendable {
    public var name: String
    /// Nil for a metric of the node itself.
    public var device: String?
    public var metric: String
    public var unit: Unit
    /// What the sensor can measure, in `unit`.
    public var range: ClosedRange<Double>?
  }
  public var values: [Value]

  func names(of device: String?) -> [String] {
    values.filter { device == nil || $0.device == device }.map(\.name)
  }

  /// The value of the layout that a metric is, if any.
  func measured(_ found: SparkplugSession.Value) -> (name: String, value: MessageValue)? {
    guard
      let value = values.first(where: { $0.metric == found.metric.name && $0.device == found.metric.device })
    else { return nil }
    guard let number = found.number else {
      return (value.name, MessageValue(missing: .invalidMark, "\(value.name): the source sent null"))
    }
    return (value.name, MessageValue(number, value.unit, range: value.range, name: value.name))
  }
}
