// SPDX-License-Identifier: Apache-2.0

import Machine

/// The fault that is told only while no other machine alarm stands.
let anomalyFault = "anomaly"

/// What one window could not judge.
struct Unjudged {
  private var faults: Set<String> = []
  private var points: Set<PointID> = []

  init(_ findings: [Finding]) {
    for finding in findings {
      if !finding.isAssessable { faults.insert(finding.fault) }
      if finding.subject == .sensor, let point = finding.point { points.insert(point) }
    }
  }

  /// Whether the absence of this finding says nothing. A sensor's own fault is always judged.
  func holds(_ finding: Finding) -> Bool {
    guard finding.subject == .machine else { return false }
    return faults.contains(finding.fault) || finding.point.map(points.contains) ?? false
  }
}

extension Finding {
  /// A sensor fault never asks for more than planned work.
  var clampedForAlarm: Finding {
    var finding = self
    if subject == .sensor { finding.severity = min(severity, .warning) }
    return finding
  }
}
