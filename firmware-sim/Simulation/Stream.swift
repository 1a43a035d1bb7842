// SPDX-License-Identifier: Apache-2.0

/// What goes through a machine at one moment, whatever the machine: what its process instruments see.
///
/// NaN where the machine has no such thing. Pressures are gauge, bar; temperatures are where they are heading.
struct Stream {
  var flow_m3h = Double.nan
  var suction_bar = Double.nan
  var discharge_bar = Double.nan
  var interstage_bar = Double.nan
  /// Over the strainer, the filter or the separator.
  var differential_bar = Double.nan
  /// Shaft power over rated power.
  var power = 0.0
  var unrest = Unrest()
  /// A pump's losses, kW, and what the liquid that passes carries away, kW/K.
  var lostHeat_kW = 0.0
  var capacity_kW_K = 0.0
  var discharge_degC = Double.nan
  var oil_degC = Double.nan
  var valve_degC = Double.nan
  var vent_degC = Double.nan
}

/// What a stream does to the casing around it, each 0...1.
struct Unrest {
  /// Vapour that forms and collapses.
  var cavitation = 0.0
  /// Flow that turns back in the impeller's eye and at its tips, away from the best point.
  var recirculation = 0.0
  /// Gas carried along, now more, now less.
  var gas = 0.0
  /// No liquid left.
  var dry = 0.0
  /// Cells of stalled blades that go round slower than the shaft.
  var stall = 0.0
  /// The whole column swings.
  var surge = 0.0
  /// A valve that slams.
  var slam = 0.0
  /// A leaking valve's hiss and blows.
  var leak = 0.0
  /// Times the flow noise of the usual product.
  var roughness = 1.0
}
