// SPDX-License-Identifier: Apache-2.0

public import Machine

/// Tells causes from consequences among the standing findings of one machine, over the graph of what leads to what.
///
/// ```
///   blocked-strainer 08:10 --> cavitation 09:40 --> seal-failure 11:05
///        root                   consequence           consequence
/// ```
/// A cause must not begin after its consequence, beyond `tolerance_s`. A fault between the two that does not stand is
/// passed over, `reach` steps at most.
public struct RootCause: Sendable {
  /// How much later than its consequence a cause may be seen first: both are judged by looks, not watched.
  public static let tolerance_s = 600.0
  /// Longest way from a cause to what it explains, in steps of the graph.
  public static let reach = 3

  /// One standing finding.
  public struct Standing: Sendable {
    public var fault: String
    public var onset: MonotonicTime
    public var confidence: Double
    /// Whether another fault explains the same symptoms better.
    public var isDoubted: Bool
    public init(fault: String, onset: MonotonicTime, confidence: Double, isDoubted: Bool = false) {
      self.fault = fault
      self.onset = onset
      self.confidence = confidence
      self.isDoubted = isDoubted
    }
  }

  /// Where one finding stands among the others, by their index.
  public struct Explanation: Sendable, Equatable {
    /// The nearest standing cause.
    public var cause: Int?
    /// From the root to this finding, or from this root through its consequences; empty where it stands alone.
    public var chain: [Int] = []
    /// Why the cause leads here, from the graph.
    public var because = ""
  }

  private struct Way: Sendable {
    var steps: Int
    var because: String
  }

  private let index: [String: Int]
  /// Ways from fault to fault.
  private let ways: [[Int: Way]]
  private let names: [String]

  /// The graph of these models; what leads to a fault that none of them is, leads nowhere.
  public init(_ models: [FaultModel]) {
    names = models.map(\.id)
    let index = Dictionary(zip(names, 0...)) { first, _ in first }
    self.index = index
    ways = models.indices.map { start in
      var found: [Int: Way] = [:]
      var edge: [(fault: Int, because: String)] = [(start, "")]
      for steps in 1...RootCause.reach {
        var next: [(fault: Int, because: String)] = []
        for (fault, because) in edge {
          for consequence in models[fault].leadsTo {
            guard let to = index[consequence.fault], to != start, found[to] == nil else { continue }
            let words = because.isEmpty ? consequence.because : "\(because); \(consequence.because)"
            found[to] = Way(steps: steps, because: words)
            next.append((to, words))
          }
        }
        edge = next
      }
      return found
    }
  }

  /// Steps from a cause to a consequence; nil where none leads there.
  public func steps(from cause: String, to consequence: String) -> Int? {
    guard let a = index[cause], let b = index[consequence] else { return nil }
    return ways[a][b]?.steps
  }

  /// Faults one step before this one.
  public func causes(of fault: String) -> [String] {
    guard let b = index[fault] else { return [] }
    return names.indices.filter { ways[$0][b]?.steps == 1 }.map { names[$0] }
  }

  /// One explanation a finding.
  /// - Parameter mustPrecede: whether two findings look so alike that the first is a cause only if it began clearly
  ///   before the second.
  public func explain(
    _ standing: [Standing], mustPrecede: (Int, Int) -> Bool = { _, _ in false }
  ) -> [Explanation] {
    var causes = [Int?](repeating: nil, count: standing.count)
    let order = standing.indices.sorted { (standing[$0].onset, $0) < (standing[$1].onset, $1) }
    for x in order {
      causes[x] = cause(of: x, standing, causes, mustPrecede)
    }
    return standing.indices.map { x in
      var chain = [x]
      while let above = causes[chain[0]] { chain.insert(above, at: 0) }
      let isConsequence = chain.count > 1
      if !isConsequence {
        for below in order where below != x && isBelow(below, x, causes) { chain.append(below) }
      }
      let way = causes[x].flatMap { cause in
        index[standing[cause].fault].flatMap { a in index[standing[x].fault].flatMap { ways[a][$0] } }
      }
      return Explanation(
        cause: causes[x], chain: chain.count > 1 ? chain : [], because: way?.because ?? "")
    }
  }

  private func cause(
    of x: Int, _ standing: [Standing], _ causes: [Int?], _ mustPrecede: (Int, Int) -> Bool
  ) -> Int? {
    var best: (cause: Int, steps: Int)?
    for a in standing.indices where a != x && !standing[a].isDoubted {
      guard let steps = self.steps(from: standing[a].fault, to: standing[x].fault),
        !isBelow(a, x, causes)
      else { continue }
      let lead = standing[x].onset.seconds(since: standing[a].onset)
      guard mustPrecede(a, x) ? lead > RootCause.tolerance_s : lead >= -RootCause.tolerance_s else {
        continue
      }
      let isBetter =
        best.map { best in
          (steps, -standing[a].confidence, a) < (best.steps, -standing[best.cause].confidence, best.cause)
        } ?? true
      if isBetter { best = (a, steps) }
    }
    return best?.cause
  }

  /// Whether `x` is the same as `root` or one of its consequences.
  private func isBelow(_ x: Int, _ root: Int, _ causes: [Int?]) -> Bool {
    var place: Int? = x
    while let here = place {
      if here == root { return true }
      place = causes[here]
    }
    return false
  }
}
