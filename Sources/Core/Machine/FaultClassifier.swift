// SPDX-License-Identifier: Apache-2.0

/// A learned opinion of what is wrong with a machine: coded observables in, one number a fault out.
public protocol FaultClassifier: Sendable {
  /// For people and messages: the model's name and the first digits of its file's SHA-256.
  var name: String { get }
  /// Identifiers of the faults that it knows, in the order of its output.
  var faults: [String] { get }
  /// The log odds that each fault is present.
  /// - Parameter input: as many values as the pattern of diagnosis has.
  mutating func logOdds(_ input: [Float]) -> [Float]
}
