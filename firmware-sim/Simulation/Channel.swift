// SPDX-License-Identifier: Apache-2.0

/// A vibration sensor's place on a machine: bearing housing and direction.
public enum Channel: String, CaseIterable, Sendable {
  /// Drive end, horizontal.
  case driveEndHorizontal = "DE-H"
  /// Drive end, vertical.
  case driveEndVertical = "DE-V"
  /// Drive end, axial.
  case driveEndAxial = "DE-A"
  /// Non-drive end, horizontal.
  case nonDriveEndHorizontal = "NDE-H"
  /// Non-drive end, vertical.
  case nonDriveEndVertical = "NDE-V"
  /// Non-drive end, axial.
  case nonDriveEndAxial = "NDE-A"
  /// The neighbour's bearing across the coupling, horizontal.
  case coupledEndHorizontal = "CE-H"
  /// The neighbour's bearing across the coupling, vertical.
  case coupledEndVertical = "CE-V"
  /// The neighbour's bearing across the coupling, axial.
  case coupledEndAxial = "CE-A"

  /// A bearing housing.
  enum End { case drive, nonDrive, coupled }
  /// A direction of measurement.
  enum Way { case horizontal, vertical, axial }

  var end: End {
    switch self {
    case .driveEndHorizontal, .driveEndVertical, .driveEndAxial: .drive
    case .nonDriveEndHorizontal, .nonDriveEndVertical, .nonDriveEndAxial: .nonDrive
    case .coupledEndHorizontal, .coupledEndVertical, .coupledEndAxial: .coupled
    }
  }

  var isDriveEnd: Bool { end == .drive }

  var way: Way {
    switch self {
    case .driveEndHorizontal, .nonDriveEndHorizontal, .coupledEndHorizontal: .horizontal
    case .driveEndVertical, .nonDriveEndVertical, .coupledEndVertical: .vertical
    case .driveEndAxial, .nonDriveEndAxial, .coupledEndAxial: .axial
    }
  }

  /// A number of its own, for seeds.
  var stream: UInt64 { UInt64(rawValue.utf8.reduce(0) { $0 &* 31 + Int($1) }) }
}
