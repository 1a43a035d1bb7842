// SPDX-License-Identifier: Apache-2.0

/// What is known of one fault mode: how it shows, where it comes from, what it leads to, and what to do.
///
/// The knowledge base reads these from YAML (`models/faults/*.yaml`, then the site's own), diagnosis judges windows by
/// them, and the graph of causes and consequences is walked over them. They are data: a site changes a threshold, a weight
/// or a sentence without a new program.
public struct FaultModel: Sendable, Codable, Equatable, Identifiable {
  /// Identifier that findings, alarms and records carry, like `unbalance`.
  public var id: String
  /// Its name for people.
  public var title: String
  /// The part that fails, like `rotor`; a node of the graph.
  public var component: String
  /// Whether it concerns the machine or a sensor on it.
  public var subject: Subject
  /// Machines on which it can occur; empty means all.
  public var machines: [MachineKind]
  /// What the site file must say of the machine before the fault can be judged.
  public var needs: [MachineDatum]
  /// Looks at the machine as a whole, or at each of its parts of one sort.
  public var place: Place
  /// What brings news about it, and how often it must be seen.
  public var watch: Watch
  /// The least severity of the named fault; a zone, a trip limit or heat raises it.
  public var severity: Severity
  /// Within what time to act, by severity, in words like `4 weeks`.
  public var due: [Severity: String]
  public var symptoms: [SymptomModel]
  /// Why it comes about, where no other fault is the cause.
  public var causes: [String]
  /// Faults that this one brings about when it is left alone.
  public var leadsTo: [Consequence]
  /// Parts and tools that the work needs.
  public var parts: [String]
  /// What tells the fault from those that look like it, one step a line.
  public var confirm: [String]
  /// What to do once it is confirmed, one step a line.
  public var actions: [String]
  /// Where the signature was read.
  public var source: String

  /// What a rule looks at.
  public enum Place: String, CaseIterable, Sendable, Codable { case machine, bearing, gear, belt, point }

  /// What brings news about a fault: only a new look counts towards its persistence.
  public enum Watch: String, CaseIterable, Sendable, Codable {
    /// A new waveform: seen in several waveforms.
    case waveforms
    /// New readings: seen for about a minute.
    case readings
    /// Readings whose course takes minutes, like temperatures and a strainer that clogs.
    case slow
  }

  /// Data about a machine that a site may or may not give.
  public enum MachineDatum: String, CaseIterable, Sendable, Codable {
    case bearings, gears, belts, vanes
    case lineFrequency = "line-frequency"
    case poles
    case rotorBars = "rotor-bars"
    case ratedSpeed = "rated-speed"
    /// A design without which the fault cannot occur: where the site does not say, it cannot be judged; where the site
    /// says otherwise, it is not looked for.
    case sleeveBearings = "sleeve-bearings"
    case inverter, overhung
    /// A lubrication within the last three days, which only records tell: without one the fault is not looked for.
    case recentLubrication = "recent-lubrication"
  }

  /// A fault that follows, and why.
  public struct Consequence: Sendable, Codable, Equatable {
    public var fault: String
    public var because: String
    public init(fault: String, because: String) {
      self.fault = fault
      self.because = because
    }
  }

  public init(
    id: String, title: String, component: String, subject: Subject = .machine, machines: [MachineKind] = [],
    needs: [MachineDatum] = [], place: Place = .machine, watch: Watch = .waveforms,
    severity: Severity = .warning, due: [Severity: String] = [:], symptoms: [SymptomModel],
    causes: [String] = [], leadsTo: [Consequence] = [], parts: [String] = [], confirm: [String],
    actions: [String], source: String
  ) {
    self.id = id
    self.title = title
    self.component = component
    self.subject = subject
    self.machines = machines
    self.needs = needs
    self.place = place
    self.watch = watch
    self.severity = severity
    self.due = due
    self.symptoms = symptoms
    self.causes = causes
    self.leadsTo = leadsTo
    self.parts = parts
    self.confirm = confirm
    self.actions = actions
    self.source = source
  }
}
