// SPDX-License-Identifier: Apache-2.0

/// The time-synchronous average: the mean of all turns of one shaft, in which everything that does not turn with it fades
/// with the square root of their number.
public enum SynchronousAverage {
  /// Writes the mean turn of `angular`, whole turns of as many samples as `turn` has (`AngularResampler`); returns how
  /// many turns went in. A turn with a sample that is not finite is left out; 0 turns give 0.
  ///
  /// For another shaft of the gear train resample with its ratio first.
  public static func measure(_ angular: Span<Float>, into turn: inout MutableSpan<Float>) -> Int {
    let length = turn.count
    precondition(length >= 1, "a turn has a sample")
    for j in 0..<length { turn[j] = 0 }
    var turns = 0
    var start = 0
    while start + length <= angular.count {
      let samples = angular.extracting(start..<(start + length))
      start += length
      guard samples.sum().isFinite else { continue }
      turns += 1
      let share = 1 / Float(turns)
      // A running mean: no sum grows with the number of turns.
      for j in 0..<length { turn[j] += (samples[j] - turn[j]) * share }
    }
    return turns
  }
}
