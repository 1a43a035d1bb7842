// SPDX-License-Identifier: Apache-2.0

import Broker
import Testing

@Test(arguments: [
  (1, 0.5), (2, 1.0), (3, 2.0), (4, 4.0), (6, 16.0), (7, 30.0), (8, 30.0), (1_000_000, 30.0),
])
func `backoff doubles up to its limit, spread over the upper half`(failures: Int, interval: Double) {
  let backoff = Backoff(initial_s: 0.5, limit_s: 30)
  #expect(backoff.delay_s(failures: failures, chance: 0) == interval / 2)
  #expect(abs(backoff.delay_s(failures: failures, chance: 0.999_999) - interval) < interval * 1e-5)
}

@Test(arguments: [
  ("a/b", "a/b", true), ("a/b", "a/+", true), ("a/b/c", "a/+", false), ("a/b/c", "a/#", true),
  ("a", "a/#", true), ("$SYS/x", "#", false), ("a/b", "a/b/+", false), ("a/b", "a/#/b", false),
])
func `topics match filters as MQTT 4.7 says`(topic: String, filter: String, matches: Bool) {
  #expect(Topic.matches(topic, filter: filter) == matches)
}
