// SPDX-License-Identifier: Apache-2.0

import Diagnose
import Engine
import Foundation
import Knowledge
import Machine

extension KnowledgeBase {
  /// What comes with the program, with the site's own laid over it.
  static func load(for site: SiteFile, resources: Resources) throws(AgentError) -> KnowledgeBase {
    do throws(KnowledgeError) {
      return try KnowledgeBase(base: resources.faults, site: site.faults)
    } catch {
      throw .knowledge("\(error)")
    }
  }

  /// SHA-256 of a site file as it was read and of what is known of faults: what was in force when something was said.
  func configurationHash(_ site: SiteFile) -> String {
    SHA256.hexadecimal(Array("\(site.hash)\n\(hash)\n".utf8), digits: 64)
  }

  /// By fault, the layer that has the last word on it.
  var layers: [String: String] {
    Dictionary(
      entries.map { entry in
        let layer: Layer = entry.origins.contains { $0.layer == .site } ? .site : .base
        return (entry.model.id, layer.rawValue)
      }
    ) { first, _ in first }
  }
}

extension Calibration {
  /// Reads `models/faults/calibration.json`; where there is none, scores are probabilities.
  static func load(from resources: Resources) throws(AgentError) -> Calibration {
    let file = resources.faults + "/calibration.json"
    guard let data = FileManager.default.contents(atPath: file) else { return .identity }
    do {
      return try JSONDecoder().decode(Calibration.self, from: data)
    } catch let fault as Calibration.Fault {
      throw .knowledge("\(file): \(fault)")
    } catch {
      throw .knowledge("\(file): \(error)")
    }
  }
}
