// SPDX-License-Identifier: Apache-2.0

public import Machine
public import Settings

/// What is known of faults: the files that come with the program, and the site's own laid over them.
///
/// ```swift
/// let knowledge = try KnowledgeBase(base: resources.models + "/faults", site: ["/etc/millwright/faults"])
/// for fault in knowledge.models(for: machine) { print(fault.id, fault.title) }
/// ```
/// The base is read anew from the program's files each time, so an upgrade never touches what the site wrote: a site file
/// names single keys of a fault and leaves the rest to the base, adds whole faults, or switches one off with a reason.
public struct KnowledgeBase: Sendable {
  /// Whose word a value is.
  public enum Layer: String, Sendable, Codable { case base, site }

  /// Who judges a fault: its symptoms, or a part of the program whose judgement is no matter of symptoms.
  public enum Judge: String, CaseIterable, Sendable, Codable {
    case symptoms
    /// The checks of each signal before it is used.
    case validity
    /// Limits of overall vibration.
    case zones
    /// The scores of the anomaly model.
    case scores
  }

  /// One fault with where it comes from.
  public struct Entry: Sendable, Equatable {
    public var model: FaultModel
    public var judge: Judge
    /// The group of the file that defines it, like `rotor`.
    public var family: String
    /// Names of `model.symptoms`, in their order.
    public var symptomNames: [String]
    /// Those of them that a machine without their sensor does without.
    public var ifMeasured: Set<String>
    /// Every value that a file sets, by the path of its keys, with its place.
    public var origins: [Origin]
  }

  /// One value of a fault and the file that set it.
  public struct Origin: Sendable, Equatable {
    /// The path of its keys, like `symptoms.share.supports`.
    public var key: String
    public var value: String
    public var layer: Layer
    public var place: Place
  }

  /// A fault that is switched off.
  public struct Disabled: Sendable, Equatable {
    public var id: String
    public var title: String
    public var reason: String
    public var place: Place
  }

  /// All faults that are switched on, in the order of the files.
  public let entries: [Entry]
  public let disabled: [Disabled]
  /// What the faults are made of, 16 hexadecimal digits: equal when every value is equal, whatever the files look like.
  public let hash: String
  private let positions: [String: Int]

  /// - Parameters:
  ///   - base: folder of the program's fault files.
  ///   - site: files and folders of the site; every file named `*.yaml` of a folder is read.
  public init(base: String, site: [String] = []) throws(KnowledgeError) {
    try self.init(base: [base], site: site, texts: [])
  }

  /// As above, with files that are given as text.
  package init(base: [String], site: [String], texts: [FaultFile.Text]) throws(KnowledgeError) {
    var reader = FaultReader()
    for path in base { reader.read(path, layer: .base) }
    for path in site { reader.read(path, layer: .site) }
    for text in texts { reader.read(text) }
    let understood = reader.understood()
    guard reader.problems.isEmpty else { throw .refused(reader.problems) }
    (entries, disabled) = understood
    positions = Dictionary(uniqueKeysWithValues: zip(entries.map(\.model.id), 0...))
    hash = KnowledgeBase.hash(of: entries)
  }

  /// All faults that are switched on.
  public var all: [FaultModel] { entries.map(\.model) }

  /// The fault with this identifier, nil when there is none or it is switched off.
  public subscript(id: String) -> FaultModel? { entry(id)?.model }

  /// The fault with this identifier and where it comes from.
  public func entry(_ id: String) -> Entry? { positions[id].map { entries[$0] } }

  /// The faults that this machine can have: of its kind, of parts that it has, of its design where the site tells it. A
  /// design that the site does not tell stays in, so that diagnosis can say what it would need. Symptoms marked
  /// `if-measured` are left out where no point of the machine measures them, and the others earn their weight.
  public func models(for machine: Machine) -> [FaultModel] {
    entries.filter { machine.canHave($0.model) }.map { $0.model(for: machine) }
  }

  private static func hash(of entries: [Entry]) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325  // FNV-1a
    for entry in entries {
      for text in ["\u{1}", entry.model.id]
        + entry.origins.sorted(by: { $0.key < $1.key }).flatMap({ [$0.key, $0.value] })
      {
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        hash = (hash ^ 0xFF) &* 0x100_0000_01b3
      }
    }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

extension KnowledgeBase.Entry {
  func model(for machine: Machine) -> FaultModel {
    var fitted = model
    fitted.symptoms = zip(symptomNames, model.symptoms).filter { name, symptom in
      !ifMeasured.contains(name) || symptom.see.quantity.roles.allSatisfy { !machine.points($0).isEmpty }
    }.map { $0.1 }
    guard fitted.symptoms.count < model.symptoms.count else { return model }
    let whole = fitted.symptoms.reduce(0) { $0 + $1.weight }
    for i in fitted.symptoms.indices { fitted.symptoms[i].weight /= whole }
    return fitted
  }
}

extension Observable.Quantity {
  /// The readings that it is made of.
  fileprivate var roles: [PointRole] {
    switch self {
    case .reading(let role): [role]
    case .readingDifference(let a, let b), .readingRatio(let a, let b): [a, b]
    case .feature, .featureRatio, .line, .anomalousPoints: []
    }
  }
}

extension Machine {
  func canHave(_ fault: FaultModel) -> Bool {
    guard fault.machines.isEmpty || fault.machines.contains(kind) else { return false }
    switch fault.place {
    case .gear where gears.isEmpty && kind != .gearbox: return false
    case .belt where belts.isEmpty: return false
    default: break
    }
    let electric: Set<FaultModel.MachineDatum> = [.lineFrequency, .poles, .rotorBars]
    let hasMotor =
      kind == .motor || lineFrequency_Hz != nil || poleCount != nil || rotorBarCount != nil || drive != nil
    if !hasMotor, !electric.isDisjoint(with: fault.needs) { return false }
    return !fault.needs.contains { isOfOtherDesign($0) }
  }

  private func isOfOtherDesign(_ datum: FaultModel.MachineDatum) -> Bool {
    switch datum {
    case .sleeveBearings: bearingType == .rolling || (bearingType == nil && !bearings.isEmpty)
    case .inverter: drive == .line
    case .overhung: rotor == .betweenBearings
    default: false
    }
  }
}
