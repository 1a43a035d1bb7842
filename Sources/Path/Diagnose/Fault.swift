// SPDX-License-Identifier: Apache-2.0

/// The conditions that diagnosis names; the raw value is the identifier that findings and alarms carry.
///
/// Texts follow the symptom tables of ISO 13373-3 and ISO 17359 in our own words: `confirm` is what tells the
/// fault from those that look like it, `action` is what the technician does once it is confirmed.
public enum Fault: String, CaseIterable, Sendable, Codable {
  case unbalance, misalignment, looseness
  case outerRace = "bearing-outer-race"
  case innerRace = "bearing-inner-race"
  case rollingElement = "bearing-rolling-element"
  case cage = "bearing-cage"
  case cavitation
  case blockedStrainer = "blocked-strainer"
  case coolingLoss = "cooling-loss"
  /// Too much vibration that no named fault explains.
  case vibrationSeverity = "vibration-severity"
  /// An overall velocity well below its usual one: less is not always better.
  case vibrationFall = "vibration-fall"
  /// Unlike anything that the machine did when healthy, and no named fault explains it.
  case anomaly
  case sensorStuck = "sensor-stuck"
  case sensorBias = "sensor-bias"
  case sensorClipped = "sensor-clipped"
  case sensorDropout = "sensor-dropout"
  case sensorLooseMount = "sensor-loose-mount"
  case sensorNoData = "sensor-no-data"

  /// Whether it concerns the sensor and not the machine.
  public var isSensorFault: Bool { rawValue.hasPrefix("sensor-") }

  /// Whether the fault, when present, accounts for a high overall velocity.
  var explainsVibration: Bool {
    switch self {
    case .unbalance, .misalignment, .looseness, .cavitation: true
    case .outerRace, .innerRace, .rollingElement, .cage: true
    default: false
    }
  }

  /// Its name for people.
  public var title: String { text.title }
  /// What to check before acting.
  public var confirm: String { text.confirm }
  /// What to do once it is confirmed.
  public var action: String { text.action }

  private struct Text {
    var title, confirm, action: String
  }

  private var text: Text {
    switch self {
    case .unbalance, .misalignment, .looseness: rotorText
    case .outerRace, .innerRace, .rollingElement, .cage: bearingText
    case .cavitation, .blockedStrainer, .coolingLoss: processText
    case .vibrationSeverity, .vibrationFall, .anomaly: unnamedText
    default: sensorText
    }
  }

  private var rotorText: Text {
    switch self {
    case .unbalance:
      Text(
        title: "Rotor unbalance",
        confirm:
          "Clean the rotor and measure again; the phase between horizontal and vertical should be near 90 degrees, and a coast-down should show no resonance at running speed.",
        action: "Remove build-up and find its source, then balance in place (ISO 21940).")
    case .misalignment:
      Text(
        title: "Shaft misalignment",
        confirm:
          "Check the alignment with a laser, cold and hot; look for a 180 degree phase step across the coupling and for pipe strain.",
        action: "Align to the thermal growth targets and take the strain out of the piping.")
    default:
      Text(
        title: "Mechanical looseness",
        confirm:
          "Compare phase across each joint, check bolt torque, look for cracked grout and measure bearing play.",
        action: "Tighten or regrout the base; replace a worn bearing fit or housing.")
    }
  }

  private var bearingText: Text {
    switch self {
    case .outerRace:
      Text(
        title: "Bearing: outer race damage",
        confirm:
          "Measure the envelope spectrum again on a longer record and look for the outer race line with three or more harmonics; check lubrication.",
        action: "Plan the replacement of the bearing; watch weekly until then.")
    case .innerRace:
      Text(
        title: "Bearing: inner race damage",
        confirm:
          "Measure the envelope spectrum again and look for sidebands at shaft speed around the inner race line; check the fit on the shaft.",
        action: "Plan the replacement of the bearing soon: inner race damage grows faster than outer.")
    case .rollingElement:
      Text(
        title: "Bearing: rolling element damage",
        confirm:
          "Take a longer record and compare several envelope bands: these lines come and go as the element turns.",
        action: "Plan the replacement of the bearing; look for contamination in the lubricant.")
    default:
      Text(
        title: "Bearing: cage damage",
        confirm:
          "Record at least ten turns of the cage and look for its line or for sidebands at its distance; check lubrication.",
        action: "Replace the bearing soon: a broken cage fails without further warning.")
    }
  }

  private var processText: Text {
    switch self {
    case .cavitation:
      Text(
        title: "Pump cavitation",
        confirm:
          "Raise the suction pressure or throttle the discharge: the crackle and the raised noise floor go away if it is cavitation.",
        action:
          "Restore the suction head: level, strainer, valve and fluid temperature; do not run the pump there."
      )
    case .blockedStrainer:
      Text(
        title: "Blocked suction strainer",
        confirm:
          "Read the differential pressure across the strainer, and the level and valves upstream of it.",
        action: "Clean the strainer before the pump cavitates; find where the dirt comes from.")
    default:
      Text(
        title: "Loss of cooling",
        confirm:
          "Check fan, cooling passages, filters and coolant flow; compare the temperature with load and ambient.",
        action: "Restore the cooling; reduce the load until the temperature is back.")
    }
  }

  private var unnamedText: Text {
    switch self {
    case .vibrationSeverity:
      Text(
        title: "Vibration too high",
        confirm: "Measure all points by hand, and take spectra and phase to name the cause.",
        action:
          "Find the cause within the time that the zone allows; stop the machine if vibration still rises.")
    case .vibrationFall:
      Text(
        title: "Vibration lower than usual",
        confirm:
          "Check the sensor's mount, cable and scale first, then what changed at load, speed, coupling and foundation.",
        action: "Find what changed; after maintenance, record it so that the new level can be learned.")
    default:
      Text(
        title: "Unusual behaviour",
        confirm:
          "Compare the inputs that contributed most with their baselines, and ask what changed at the machine or in its process.",
        action:
          "Inspect the machine at the next round; record maintenance or a new duty so that it can be learned."
      )
    }
  }

  private var sensorText: Text {
    let action = "Repair or replace the sensor. Until then the machine is not judged by this point."
    return switch self {
    case .sensorStuck:
      Text(
        title: "Sensor stuck", confirm: "Restart the sensor and see whether its value moves.", action: action)
    case .sensorBias:
      Text(
        title: "Sensor reads wrong",
        confirm: "Compare with a hand instrument; check supply, scaling and range.", action: action)
    case .sensorClipped:
      Text(
        title: "Sensor overloaded",
        confirm:
          "Compare the vibration with the sensor's range; look for shocks and for a wrong range setting.",
        action: "Choose a larger range or another place. Until then the machine is not judged by this point.")
    case .sensorDropout:
      Text(
        title: "Sensor loses samples",
        confirm: "Check cable, connectors, radio link and the load of the bus.", action: action)
    case .sensorLooseMount:
      Text(
        title: "Sensor loosely mounted",
        confirm: "Touch the sensor: it must not move. Check stud, magnet or glue.",
        action: "Fasten the sensor again. Until then the machine is not judged by this point.")
    default:
      Text(
        title: "Sensor sends no data", confirm: "Check power, address, cable or link of the sensor.",
        action: action)
    }
  }
}
