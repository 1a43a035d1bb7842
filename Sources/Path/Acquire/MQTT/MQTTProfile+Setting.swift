// SPDX-License-Identifier: Apache-2.0

import Machine
public import Settings

extension MQTTProfile {
  /// Reads an MQTT profile: the header and its `mqtt` section.
  public init(_ setting: Setting) throws(SettingsError) {
    let table = try setting.table()
    header = try ProfileHeader(table)
    let section = try table.table("mqtt")
    try table.finish()
    let stale_s = try section.duration("stale-after")
    let list = try section.required("messages")
    try section.finish()
    messages = []
    var names: Set<String> = []
    for entry in try list.list() {
      let message = try Message(entry, stale_s: stale_s)
      for name in message.sources.keys.sorted() where !names.insert(name).inserted {
        throw entry.fail("a name of its own for every value, found '\(name)' twice")
      }
      messages.append(message)
    }
    if messages.isEmpty { throw list.fail("at least one message") }
  }
}

/// Formats that need nothing from the profile.
private enum Codec: String, CaseIterable {
  case ncd110 = "ncd-110"
  case airvibe
}

extension MQTTProfile.Message {
  fileprivate init(_ setting: Setting, stale_s: Double) throws(SettingsError) {
    let table = try setting.table()
    topicEnd = try table.optionalString("topic-end")
    self.stale_s = try table.duration("stale-after", default: stale_s)
    if self.stale_s <= 0 { throw setting.fail("a stale-after above 0") }
    captureTimeout_s = try table.duration("capture-timeout", default: 60)
    var formats: [MQTTProfile.Format] = []
    if let json = table.optional("json") { formats.append(.json(try JSONLayout(json))) }
    if let waveform = table.optional("waveform") { formats.append(.waveform(try WaveformLayout(waveform))) }
    if let sparkplug = table.optional("sparkplug") {
      formats.append(.sparkplug(try SparkplugLayout(sparkplug)))
    }
    if let codec = try table.optionalChoice("codec", of: Codec.self) {
      formats.append(codec == .ncd110 ? .ncd110 : .airVibe)
    }
    try table.finish()
    guard formats.count == 1 else { throw setting.fail("one of json, waveform, sparkplug and codec") }
    format = formats[0]
  }
}

extension JSONLayout {
  init(_ setting: Setting) throws(SettingsError) {
    let table = try setting.table()
    time = try table.optional("time").map(JSONPath.read)
    timeFormat = try table.choice("time-format", default: TimeFormat.seconds)
    sequence = try table.optional("sequence").map(JSONPath.read)
    values = []
    for entry in try table.list("values") {
      let value = try entry.table()
      values.append(
        Value(
          name: try value.string("name"), path: try JSONPath.read(value.required("path")),
          unit: try Register.unit(value), scale: try value.number("scale", default: 1),
          offset: try value.number("offset", default: 0), range: try value.range("range")))
      try value.finish()
    }
    try table.finish()
  }
}

extension SparkplugLayout {
  init(_ setting: Setting) throws(SettingsError) {
    let table = try setting.table()
    values = []
    for entry in try table.list("values") {
      let value = try entry.table()
      values.append(
        Value(
          name: try value.string("name"), device: try value.optionalString("device"),
          metric: try value.string("metric"), unit: try Register.unit(value), range: try value.range("range"))
      )
      try value.finish()
    }
    try table.finish()
  }
}

extension WaveformLayout {
  init(_ setting: Setting) throws(SettingsError) {
    let table = try setting.table()
    name = try table.string("name", default: "waveform")
    unit = try Register.unit(table)
    order = try table.choice("order", of: Endianness.self)
    magic = Array(try table.string("magic", default: "").utf8)
    format = try SampleFormat(table.required("samples"))
    header = try Term(table.required("header-length"))
    sampleRate = try Term(table.required("sample-rate"))
    scale = try Term(table.required("scale"))
    fullScale = try table.optional("full-scale").map(Term.read)
    sequence = try table.optional("sequence").map(Term.read)
    segment = try table.optional("segment").map(Term.read)
    segments = try table.optional("segments").map(Term.read)
    total = try table.optional("total-samples").map(Term.read)
    speed = try table.optional("speed").map(Term.read)
    time = try table.optional("time").map(Term.read)
    timeFormat = try table.choice("time-format", default: TimeFormat.milliseconds)
    maximumSamples = try table.integer("max-samples", in: 1...1_048_576, default: 65_536)
    try table.finish()
    let parts = [sequence, segment, segments].compactMap { $0 }.count
    guard parts == 0 || parts == 3 else {
      throw setting.fail("sequence, segment and segments, or none of them")
    }
  }
}

extension WaveformLayout.Term {
  fileprivate init(_ setting: Setting) throws(SettingsError) {
    if let number = try? setting.number() {
      self = .constant(number)
      return
    }
    let table = try setting.table()
    self = .field(try table.choice("type", of: BinaryType.self), at: try table.integer("at", in: 0...65_535))
    try table.finish()
  }

  fileprivate static func read(_ setting: Setting) throws(SettingsError) -> Self { try Self(setting) }
}

extension WaveformLayout.SampleFormat {
  fileprivate init(_ setting: Setting) throws(SettingsError) {
    switch try? setting.string() {
    case "int16": self = .int16
    case "float32": self = .float32
    case .some: throw setting.fail("int16, float32, or a field { at, type, int16, float32 }")
    case nil:
      let table = try setting.table()
      self = .coded(
        try table.choice("type", of: BinaryType.self), at: try table.integer("at", in: 0...65_535),
        int16: try table.number("int16"), float32: try table.number("float32"))
      try table.finish()
    }
  }
}

extension JSONPath {
  fileprivate static func read(_ setting: Setting) throws(SettingsError) -> JSONPath {
    guard let path = JSONPath(try setting.string()) else {
      throw setting.fail("a path like values.speed or bearings[0].temperature")
    }
    return path
  }
}

extension SettingTable {
  fileprivate func range(_ key: String) throws(SettingsError) -> ClosedRange<Double>? {
    guard let setting = optional(key) else { return nil }
    let limits = try setting.list()
    guard limits.count == 2 else { throw setting.fail("[lowest, highest]") }
    let (low, high) = (try limits[0].number(), try limits[1].number())
    guard low < high else { throw setting.fail("[lowest, highest]") }
    return low...high
  }
}
