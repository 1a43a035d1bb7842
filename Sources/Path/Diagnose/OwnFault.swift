// SPDX-License-Identifier: Apache-2.0

import Machine

/// What diagnosis tells without a list of symptoms: limits that are exceeded, a learned model's opinion, and defects of
/// sensors. The raw value is the identifier that findings and alarms carry.
enum OwnFault: String, CaseIterable, Sendable {
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

  /// Those about the machine.
  static let unnamed: [OwnFault] = [.vibrationSeverity, .anomaly]

  /// What people are told.
  struct Text {
    var title, confirm, action: String
    var due: (Severity) -> String? = { _ in nil }
  }

  /// The words where no fault model gives better ones.
  var text: Text {
    switch self {
    case .vibrationSeverity, .vibrationFall, .anomaly: unnamedText
    default: sensorText
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

extension Diagnostician {
  /// The words of the fault model with this identifier, else our own.
  func text(_ own: OwnFault) -> OwnFault.Text {
    guard let model = texts[own.rawValue] else { return own.text }
    return OwnFault.Text(
      title: model.title, confirm: model.confirm.joined(separator: " "),
      action: model.actions.joined(separator: " "), due: model.due)
  }
}
