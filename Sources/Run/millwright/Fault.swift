// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser
import Foundation
import Knowledge
import Machine
import Settings

/// `millwright fault`
struct FaultCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fault", abstract: "What is known of faults: signatures, causes, consequences, what to do.",
    subcommands: [
      FaultList.self, FaultShow.self, FaultSearch.self, FaultGraphCommand.self, FaultCheck.self,
    ])
}

/// Where the site's own knowledge lies; the program's is always below it.
struct KnowledgeOptions: ParsableArguments {
  @Option(
    name: .shortAndLong, help: "The site file; what its `faults:` names is laid over the program's files.")
  var site: String?
  @Option(help: "A file or folder of faults to lay over them; may be repeated.") var faults: [String] = []

  /// The knowledge, or everything that is wrong with it on standard error.
  func load(_ more: [String] = []) async throws -> KnowledgeBase {
    let (base, layers) = try await reporting {
      let resources = try Resources.find()
      let own = try site.map { try SiteFile.load(path: $0, resources: resources).faults } ?? []
      return (resources.faults, own + faults + more)
    }
    return try refusing { () throws(KnowledgeError) in try KnowledgeBase(base: base, site: layers) }
  }
}

/// Says what is wrong with knowledge on standard error; bad files are 78, a failing database is 74.
private func refusing<T>(_ body: () throws(KnowledgeError) -> T) throws -> T {
  do { return try body() } catch { throw refusal(of: error) }
}

private func refusal(of error: KnowledgeError) -> ExitCode {
  for line in "\(error)".split(separator: "\n") { Journal(marks: false).write(.error, "error: \(line)") }
  if case .database = error { return ExitCode(74) }
  return ExitCode(78)
}

extension KnowledgeBase {
  /// The fault that was asked for; else the nearest id is named and the exit code is 64.
  func asked(_ id: String) throws -> Entry {
    if let entry = entry(id) { return entry }
    let reason =
      disabled.first { $0.id == id }.map { "is switched off at \($0.place): \($0.reason)" }
      ?? "is no fault; `millwright fault search \(id)` looks for what was meant"
    Journal(marks: false).write(.error, "error: '\(id)' \(reason)")
    throw ExitCode(64)
  }
}

/// `millwright fault list`
struct FaultList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List all faults, a line each.")
  @OptionGroup var options: KnowledgeOptions
  @Option(help: "Only faults of this kind of machine.") var machine: String?
  @Flag(help: "Print JSON.") var json = false

  private struct Line: Encodable {
    var id, title, family, component, severity: String
    var machines: [String]
  }

  func validate() throws {
    guard let machine, MachineKind(rawValue: machine) == nil else { return }
    throw ValidationError(
      "--machine is one of \(MachineKind.allCases.map(\.rawValue).joined(separator: ", "))")
  }

  func run() async throws {
    let knowledge = try await options.load()
    let kind = machine.flatMap(MachineKind.init)
    let lines = knowledge.entries.filter { entry in
      kind.map { entry.model.machines.isEmpty || entry.model.machines.contains($0) } ?? true
    }.map {
      Line(
        id: $0.model.id, title: $0.model.title, family: $0.family, component: $0.model.component,
        severity: $0.model.severity.rawValue, machines: $0.model.machines.map(\.rawValue))
    }
    if json { return try printJSON(lines) }
    for line in lines { print("\(padded(line.id, 34))\(padded(line.severity, 9))\(line.title)") }
    print("\(lines.count) faults")
    for off in knowledge.disabled { print("off: \(off.id), \(off.reason) (\(off.place))") }
  }
}

/// `millwright fault search`
struct FaultSearch: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Find faults by words of title, symptom, cause or action; misspelt ones too.",
    discussion: "With --site, what was done at the machines of the site is found as well.")
  @OptionGroup var options: KnowledgeOptions
  @Argument(help: "The words.") var words: [String]
  @Option(help: "How many to show.") var limit = 10
  @Flag(help: "Print JSON.") var json = false

  func validate() throws {
    guard (1...1000).contains(limit) else { throw ValidationError("--limit is 1 to 1000") }
  }

  func run() async throws {
    let words = words.joined(separator: " ")
    if let site = options.site, options.faults.isEmpty {
      let hits = try await reporting {
        let desk = try recordDesk(site)
        return desk.isOpen ? try await desk.search(words, limit: limit) : nil
      }
      if let hits { return try show(hits) }
    }
    let knowledge = try await options.load()
    // The search is SQLite's: a file of its own, for this call only, leaves the daemon's alone.
    let folder = FileManager.default.temporaryDirectory.appending(path: "millwright-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    let hits: [KnowledgeStore.Hit]
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let store = try await KnowledgeStore.open(folder.appending(path: "knowledge.db").path)
      try await store.fill(with: knowledge)
      hits = try await store.search(words, limit: limit)
      try store.close()
    } catch let error as KnowledgeError {
      throw refusal(of: error)
    } catch {
      Journal(marks: false).write(.error, "error: \(error)")
      throw ExitCode(74)
    }
    try show(hits)
  }

  private func show(_ hits: [KnowledgeStore.Hit]) throws {
    if json { return try printJSON(hits) }
    for hit in hits {
      let name = hit.kind == RecordDesk.document ? "record \(hit.key.prefix(8))" : hit.key
      print("\(padded(name, 34))\(hit.title)\n\(padded("", 34))\(hit.line)")
    }
    if hits.isEmpty { print("nothing like that; `millwright fault list` shows all") }
  }
}

/// `millwright fault check`
struct FaultCheck: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check fault files of a site: laid over the program's, are they right?",
    discussion: "Every mistake is told with file, line and column. Exit codes: 0 right, 78 not.")
  @OptionGroup var options: KnowledgeOptions
  @Argument(help: "Files or folders of faults.") var files: [String] = []

  func run() async throws {
    let knowledge = try await options.load(files)
    let own = knowledge.entries.flatMap(\.origins).filter { $0.layer == .site }
    print("\(knowledge.all.count) faults, content \(knowledge.hash)")
    print("the site sets \(own.count) values in \(Set(own.map(\.place.file)).count) files")
    for off in knowledge.disabled { print("off: \(off.id), \(off.reason) (\(off.place))") }
  }
}
