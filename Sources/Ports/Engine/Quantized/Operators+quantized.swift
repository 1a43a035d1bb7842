// SPDX-License-Identifier: Apache-2.0

extension Operators {
  static let quantized: [String: OperatorPlan] = [:]
}
