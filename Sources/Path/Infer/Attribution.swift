// SPDX-License-Identifier: Apache-2.0

/// Who brought a result about: Shapley values (Shapley 1953), exact.
///
/// Each player's value is the mean of what it adds when the players come one by one, over all orders. The values
/// sum to the result with all players less the result with none.
public enum Shapley {
  /// More players than this would take too many evaluations.
  public static let playerLimit = 10

  /// Values of `players` players by all 2^n coalitions.
  ///
  /// - Parameter worth: the result when exactly the players whose bits are set take part; asked once a coalition.
  public static func values(players: Int, worth: (_ coalition: Int) -> Double) -> [Double] {
    precondition((0...playerLimit).contains(players), "at most \(playerLimit) players")
    let worths = (0..<1 << players).map(worth)
    // Weight of a coalition of s others: s! (n - s - 1)! / n!.
    var weights = [Double](repeating: 1 / Double(max(players, 1)), count: max(players, 1))
    for s in weights.indices.dropFirst() { weights[s] = weights[s - 1] * Double(s) / Double(players - s) }
    return (0..<players).map { player in
      let bit = 1 << player
      return worths.indices.reduce(0) { sum, coalition in
        coalition & bit != 0
          ? sum : sum + weights[coalition.nonzeroBitCount] * (worths[coalition | bit] - worths[coalition])
      }
    }
  }

  /// Values where the result is the largest of the players' own, which are not negative and come in falling order:
  /// each step between two of them is shared by all that reach above it (Littlechild and Owen 1973).
  public static func ofMaximum(descending own: [Double]) -> [Double] {
    var shares = own
    var sum = 0.0
    for i in own.indices.reversed() {
      let next = i + 1 < own.count ? own[i + 1] : 0
      sum += (own[i] - next) / Double(i + 1)
      shares[i] = sum
    }
    return shares
  }
}
