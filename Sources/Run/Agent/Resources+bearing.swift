// SPDX-License-Identifier: Apache-2.0

public import Machine
import Settings

extension Resources {
  /// A bearing that comes with the program, by its exact designation; an unknown one is refused, and those that may be
  /// meant are named.
  public func bearing(_ designation: String) throws(AgentError) -> Bearing {
    var table = BearingTable()
    do {
      try table.add(try Setting.load(path: devices + "/bearings.yaml").table().list("bearings"))
    } catch {
      throw .settings(error)
    }
    guard let bearing = table.geometry(of: designation) else {
      throw .unknown("bearing '\(designation)': its geometry is not known; \(table.hint(for: designation))")
    }
    return bearing
  }
}
