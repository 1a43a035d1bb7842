// SPDX-License-Identifier: Apache-2.0

internal import Ledger
internal import Machine

/// The tables. Times are nanoseconds since 1970; `received` is the time of receipt and `lag` how much
/// earlier the source's own clock says it was (0 when the source sends no time). NULL is "missing".
enum Schema {
  static let migrations: [Migration] = [
    Migration(
      "1 store",
      [
        // A point as one quantity; `waveform` for what is derived from waveforms.
        """
        CREATE TABLE points (
          id INTEGER PRIMARY KEY, machine TEXT NOT NULL, name TEXT NOT NULL, quantity TEXT NOT NULL,
          UNIQUE (machine, name, quantity)) STRICT
        """,
        // Clustered by time: commits write to the end only, and retention frees whole pages at the start.
        """
        CREATE TABLE readings (
          received INTEGER NOT NULL, point INTEGER NOT NULL, lag INTEGER NOT NULL,
          value REAL, quality INTEGER NOT NULL, defect TEXT,
          PRIMARY KEY (received, point, lag)) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE latest (
          point INTEGER PRIMARY KEY REFERENCES points, received INTEGER NOT NULL, lag INTEGER NOT NULL,
          value REAL, quality INTEGER NOT NULL, defect TEXT) STRICT
        """,
        // One column per feature is added at open, named with its unit.
        """
        CREATE TABLE windows (
          received INTEGER NOT NULL, point INTEGER NOT NULL, lag INTEGER NOT NULL,
          motion TEXT NOT NULL, speed_bin INTEGER, load_bin INTEGER, lines TEXT NOT NULL, bands BLOB NOT NULL,
          PRIMARY KEY (received, point, lag)) STRICT
        """,
        """
        CREATE TABLE scores (
          received INTEGER NOT NULL, point INTEGER NOT NULL, lag INTEGER NOT NULL, model TEXT NOT NULL,
          model_hash TEXT NOT NULL, score REAL, threshold REAL, false_alarm_rate REAL,
          contributions TEXT NOT NULL,
          PRIMARY KEY (received, point, lag, model)) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE findings (
          id INTEGER PRIMARY KEY, received INTEGER NOT NULL, machine TEXT NOT NULL, fault TEXT NOT NULL,
          severity TEXT NOT NULL, confidence REAL, body TEXT NOT NULL) STRICT
        """,
        """
        CREATE TABLE alarms (
          id TEXT PRIMARY KEY, occurrence INTEGER NOT NULL, state TEXT NOT NULL, severity TEXT NOT NULL,
          machine TEXT NOT NULL, updated INTEGER NOT NULL, body TEXT NOT NULL) STRICT
        """,
        """
        CREATE TABLE transitions (
          id INTEGER PRIMARY KEY, received INTEGER NOT NULL, alarm TEXT NOT NULL, occurrence INTEGER NOT NULL,
          was TEXT NOT NULL, became TEXT NOT NULL, cause TEXT NOT NULL, body TEXT NOT NULL) STRICT
        """,
        // `waveform` and `spectrum` are little-endian float32; crc32 covers the waveform.
        """
        CREATE TABLE evidence (
          id INTEGER PRIMARY KEY, received INTEGER NOT NULL, alarm TEXT NOT NULL, occurrence INTEGER NOT NULL,
          about TEXT NOT NULL, waveform BLOB NOT NULL, crc INTEGER NOT NULL,
          spectrum BLOB, resolution_hz REAL, spectrum_unit TEXT) STRICT
        """,
        "CREATE INDEX evidence_by_alarm ON evidence (alarm, occurrence)",
        """
        CREATE TABLE snapshots (
          key TEXT PRIMARY KEY, received INTEGER NOT NULL, bytes BLOB NOT NULL, crc INTEGER NOT NULL) STRICT
        """,
        // `sequence` is the last one given out under that boot.
        "CREATE TABLE boots (boot INTEGER PRIMARY KEY, started INTEGER NOT NULL, sequence INTEGER NOT NULL) STRICT",
        """
        CREATE TABLE outbox (
          boot INTEGER NOT NULL, sequence INTEGER NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
          crc INTEGER NOT NULL, PRIMARY KEY (boot, sequence)) STRICT
        """,
        """
        CREATE TABLE audit (
          id INTEGER PRIMARY KEY, received INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
          detail TEXT NOT NULL) STRICT
        """,
        // What each class takes, kept with every insert and delete; `dropped` counts what bounds gave up.
        """
        CREATE TABLE usage (
          class TEXT PRIMARY KEY, rows INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0,
          dropped INTEGER NOT NULL DEFAULT 0) STRICT
        """,
      ]),
    Migration(
      "2 alarm trail and commands",
      [
        // Who did what to which alarm of which machine, and why, can be asked for without reading every body.
        "ALTER TABLE transitions ADD COLUMN machine TEXT",
        "ALTER TABLE transitions ADD COLUMN person TEXT",
        "ALTER TABLE transitions ADD COLUMN why TEXT",
        """
        UPDATE transitions SET machine = json_extract(body, '$.alarm.finding.machine'),
          person = json_extract(body, '$.by'), why = json_extract(body, '$.why') WHERE json_valid(body)
        """,
        "CREATE INDEX transitions_by_time ON transitions (received)",
        "CREATE INDEX transitions_by_alarm ON transitions (alarm)",
        "CREATE INDEX transitions_by_machine ON transitions (machine)",
        "CREATE INDEX transitions_by_person ON transitions (person) WHERE person IS NOT NULL",
        // What people, records and other systems ask of the daemon; it answers each once.
        """
        CREATE TABLE commands (
          id INTEGER PRIMARY KEY, received INTEGER NOT NULL, source TEXT NOT NULL, body TEXT NOT NULL,
          answered INTEGER, is_done INTEGER, answer TEXT) STRICT
        """,
        "CREATE INDEX commands_waiting ON commands (id) WHERE answered IS NULL",
      ]),
    Migration(
      "3 records",
      [
        // What people did at machines. The daemon takes each in once (`taken`) and says what it did (`effect`); `before`
        // and `after` are the machine's main figures around the work.
        """
        CREATE TABLE records (
          number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, received INTEGER NOT NULL, time INTEGER NOT NULL,
          kind TEXT NOT NULL, machine TEXT NOT NULL, source TEXT NOT NULL, body TEXT NOT NULL,
          taken INTEGER, effect TEXT, before TEXT, after TEXT) STRICT
        """,
        "CREATE INDEX records_by_machine ON records (machine, time)",
        "CREATE INDEX records_waiting ON records (number) WHERE taken IS NULL",
        """
        CREATE TABLE outcomes (
          record TEXT NOT NULL REFERENCES records (id), machine_kind TEXT NOT NULL, fault TEXT NOT NULL,
          outcome TEXT NOT NULL, PRIMARY KEY (record, fault)) STRICT, WITHOUT ROWID
        """,
      ]),
    Migration(
      "4 actions",
      [
        // What alarms ask for beyond being told; one row for each occurrence and rule.
        """
        CREATE TABLE actions (
          id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, proposed INTEGER NOT NULL, rule TEXT NOT NULL,
          alarm TEXT NOT NULL, state TEXT NOT NULL, expires INTEGER NOT NULL, body TEXT NOT NULL,
          person TEXT, why TEXT) STRICT
        """,
        "CREATE INDEX actions_by_state ON actions (state, id)",
      ]),
  ]

  /// Gives `windows` a column for each feature that this version knows and the file does not have yet.
  static func addFeatureColumns(_ tx: Transaction) throws(LedgerError) {
    let present = Set(try tx.rows("SELECT name FROM pragma_table_info('windows')").compactMap(\.[0].text))
    for feature in Feature.allCases where !present.contains(feature.rawValue) {
      try tx.run("ALTER TABLE windows ADD COLUMN \"\(feature.rawValue)\" REAL")
    }
  }
}
