// SPDX-License-Identifier: Apache-2.0

import Alert
import Diagnose
import Foundation
import Infer
import Machine
import Store

/// What an earlier run learned and raised, read back from the store.
struct Memory: Sendable {
  var baselines: [MachineID: Baseline] = [:]
  var slow: [MachineID: SlowDetector.Snapshot] = [:]
  /// What diagnosis saw of faults at the end of a run that is not long past.
  var seen: [MachineID: Diagnostician.Snapshot] = [:]
  var calibration: AnomalyDetector.Calibration?
  var alarms: [Alarm] = []
  var watched: AlarmMemory?
  /// Of the maintenance records that were taken in.
  var trackRecord = TrackRecord()
  var lubricated: [MachineID: WallTime] = [:]

  static func baselineKey(_ machine: MachineID) -> String { "baseline/\(machine)" }
  static func slowKey(_ machine: MachineID) -> String { "slow-signals/\(machine)" }
  static func seenKey(_ machine: MachineID) -> String { "diagnosis/\(machine)" }
  /// What diagnosis saw longer ago than this, seconds, says nothing about the machine of today.
  static let seenFor_s = 86_400.0
  static let calibrationKey = "calibration"
  static let alarmsKey = "alarms"

  /// Reads what is there. What cannot be read is reported and learned anew; alarms are never skipped silently.
  static func load(from store: Store, site: SiteFile, at now: WallTime, journal: Journal) async -> Memory {
    var memory = Memory()
    let decoder = JSONDecoder()
    for machine in site.plant.machines {
      do {
        if let snapshot = try await store.snapshot(baselineKey(machine.id)) {
          memory.baselines[machine.id] = try decoder.decode(Baseline.self, from: Data(snapshot.bytes))
        }
      } catch {
        journal.write(.warning, "the baseline of \(machine.id) is learned anew: \(error)")
      }
      do {
        if let snapshot = try await store.snapshot(slowKey(machine.id)) {
          memory.slow[machine.id] = try decoder.decode(SlowDetector.Snapshot.self, from: Data(snapshot.bytes))
        }
      } catch {
        journal.write(.warning, "the slow signals of \(machine.id) are learned anew: \(error)")
      }
      do {
        if let snapshot = try await store.snapshot(seenKey(machine.id)),
          abs(now.seconds - snapshot.stamp.received.seconds) <= seenFor_s
        {
          memory.seen[machine.id] = try decoder.decode(
            Diagnostician.Snapshot.self, from: Data(snapshot.bytes))
        }
      } catch {
        journal.write(.warning, "the faults of \(machine.id) are seen anew: \(error)")
      }
    }
    do {
      if let snapshot = try await store.snapshot(calibrationKey) {
        memory.calibration = try decoder.decode(AnomalyDetector.Calibration.self, from: Data(snapshot.bytes))
      }
    } catch {
      journal.write(.warning, "the model is calibrated anew: \(error)")
    }
    do {
      if let snapshot = try await store.snapshot(alarmsKey) {
        memory.watched = try AlarmMemory(json: snapshot.bytes)
      }
    } catch {
      journal.write(.warning, "delays of alarms begin anew: \(error)")
    }
    do {
      memory.trackRecord = try await store.trackRecord()
      memory.lubricated = try await store.lubrications()
    } catch {
      journal.write(.error, "earlier maintenance records cannot be read: \(error)")
    }
    do { memory.alarms = try await store.alarms() } catch {
      journal.write(.error, "earlier alarms cannot be read: \(error)")
    }
    return memory
  }
}
