// SPDX-License-Identifier: Apache-2.0

/// The tag of a machine in its plant, like `P-101`; unique within a site.
public struct MachineID: Hashable, Sendable, Codable, RawRepresentable, CustomStringConvertible {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }
  public init(_ tag: String) { rawValue = tag }
  public var description: String { rawValue }
}

/// A measuring point: the machine that it belongs to and its name there, like `P-101/DE-H`.
public struct PointID: Hashable, Sendable, Codable, CustomStringConvertible {
  public let machine: MachineID
  public let name: String

  public init(_ machine: MachineID, _ name: String) {
    self.machine = machine
    self.name = name
  }

  /// Reads `machine/name`; the name is what follows the last slash. Nil when either side is empty.
  public init?(parsing text: String) {
    guard let slash = text.lastIndex(of: "/") else { return nil }
    let (machine, name) = (text[..<slash], text[text.index(after: slash)...])
    guard !machine.isEmpty, !name.isEmpty else { return nil }
    self.init(MachineID(String(machine)), String(name))
  }

  public var description: String { "\(machine)/\(name)" }
}

extension MachineID: Comparable {
  public static func < (a: MachineID, b: MachineID) -> Bool { a.rawValue < b.rawValue }
}

extension PointID: Comparable {
  public static func < (a: PointID, b: PointID) -> Bool {
    (a.machine, a.name) < (b.machine, b.name)
  }
}
