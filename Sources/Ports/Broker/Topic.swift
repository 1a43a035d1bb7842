// SPDX-License-Identifier: Apache-2.0

import CMosquitto

/// The rules of MQTT 3.1.1 section 4.7 for topics.
public enum Topic {
  static func checkName(_ topic: String) throws(BrokerError) {
    // SAFETY: libmosquitto reads the characters during the call only; a null byte inside ends the text early,
    // so it is refused here.
    let valid = unsafe !topic.utf8.contains(0) && mosquitto_pub_topic_check(topic) == 0
    if !valid || topic.isEmpty { throw .invalidTopic(topic) }
  }

  /// Throws when `filter` is not one that a broker could accept.
  public static func checkFilter(_ filter: String) throws(BrokerError) {
    // SAFETY: as above.
    let valid = unsafe !filter.utf8.contains(0) && mosquitto_sub_topic_check(filter) == 0
    if !valid || filter.isEmpty { throw .invalidTopic(filter) }
  }

  /// Whether `topic` is one that `filter` (with `+` and `#`) asks for; false when either is not valid.
  public static func matches(_ topic: String, filter: String) -> Bool {
    var result = false
    // SAFETY: writes one Bool that lives on this frame; reads the texts during the call only.
    let code = unsafe mosquitto_topic_matches_sub(filter, topic, &result)
    return code == 0 && result
  }
}
