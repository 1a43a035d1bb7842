// SPDX-License-Identifier: Apache-2.0

import Store

extension SiteFile {
  /// Reads the site's store beside the daemon.
  func reading<Value>(
    _ body: (Store) async throws(StoreError) -> Value
  ) async throws(AgentError) -> Value {
    do throws(StoreError) {
      let store = try Store.openForReading(storage.database)
      let value = try await body(store)
      try store.close()
      return value
    } catch { throw .storage("\(error)") }
  }
}
