// SPDX-License-Identifier: Apache-2.0

import Alert
import Foundation
import Machine

/// An alarm storm as a bare process, for `scripts/bench diagnosis`.
///
/// ```
/// alarm-lab [TRANSITIONS] [MACHINES]     1,000,000 transitions, 400 machines
/// ```
/// Prints one line of JSON: what the storm took in memory and time, and what became of the most severe alarms.
@main struct AlarmLab {
  static func main() throws {
    let numbers = CommandLine.arguments.dropFirst().compactMap(Int.init)
    var storm = Storm(machines: numbers.dropFirst().first ?? 400)
    let measures = storm.run(transitions: numbers.first ?? 1_000_000)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(measures), as: UTF8.self))
  }
}

/// What one storm came to.
struct Measures: Encodable {
  var transitions: Int
  var updates: Int
  var seconds: Double
  var transitions_per_second: Double
  /// Resident memory before the book is made, and the most during the storm, KiB.
  var memory_before_KiB: Int
  var memory_peak_KiB: Int
  var memory_growth_KiB: Int
  /// Most alarms that the book held at a time, and its capacity.
  var alarms_held: Int
  var capacity: Int
  /// Conditions at `danger` that began, and those of them that neither stood nor went out in a message.
  var dangers: Int
  var dangers_lost: Int
  /// The same at `alarm`, of those that found a place in the book.
  var alarms_raised: Int
  var alarms_not_sent: Int
  /// Messages in storm time: all of them, and the most in any second against the bound.
  var messages: Int
  var messages_in_a_second: Int
  var message_bound: Int
  /// Longest time that a danger waited for its message, storm seconds.
  var longest_danger_wait_s: Double
  /// Events in storm time: delivered, the most in any second (same bound), and given up at the bound of those that wait.
  var events_sent: Int
  var events_in_a_second: Int
  var events_given_up: Int
  var event_bound: Int
  var held_back: Int
  var in_flood_share: Double
}
