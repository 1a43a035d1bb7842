extension Operators {
  static let pooling: [String: OperatorPlan] = [:]
  static let quantizeFamily: [String: OperatorPlan] = [:]
}
