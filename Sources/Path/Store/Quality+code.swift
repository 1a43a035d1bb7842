// SPDX-License-Identifier: Apache-2.0

internal import Machine

/// Quality on disk: 0 good, 100 + kind uncertain, 200 + kind bad. These numbers are in files; they never change.
extension Quality {
  var code: Int64 {
    switch self {
    case .good: 0
    case .uncertain(let defect): 100 + defect.kind.code
    case .bad(let defect): 200 + defect.kind.code
    }
  }

  init(code: Int64, evidence: String) {
    guard code != 0, let kind = SensorDefect.Kind.allCases.first(where: { $0.code == code % 100 }) else {
      self = code == 0 ? .good : .bad(SensorDefect(.noData, "unknown quality code \(code)"))
      return
    }
    let defect = SensorDefect(kind, evidence)
    self = code < 200 ? .uncertain(defect) : .bad(defect)
  }
}

extension SensorDefect.Kind {
  var code: Int64 {
    switch self {
    case .noData: 1
    case .invalidMark: 2
    case .outOfRange: 3
    case .flatline: 4
    case .stuck: 5
    case .clipped: 6
    case .dropout: 7
    case .incomplete: 8
    case .skiSlope: 9
    case .bias: 10
    case .crossCheck: 11
    case .gravity: 12
    case .unit: 13
    case .sign: 14
    case .timing: 15
    }
  }
}
