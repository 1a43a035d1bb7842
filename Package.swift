// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
//
// Targets stand in the order in which data flows. An import that runs against that order does not
// build: each target sees what it names here and nothing else
// (`--explicit-target-dependency-import-check error`, which the scripts pass).
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

/// A library target of the product, in `Sources/<layer>/<name>`.
func part(_ name: String, _ layer: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Sources/\(layer)/\(name)",
    swiftSettings: strict)
}

/// A C library of the operating system, found by pkg-config.
func system(_ name: String, _ pkgConfig: String, _ debian: String) -> Target {
  .systemLibrary(
    name: name, path: "Sources/Native/\(name)", pkgConfig: pkgConfig, providers: [.apt([debian])])
}

/// The tests of one part, in `Tests/<name>Tests`.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: dependencies, path: "Tests/\(name)Tests",
    swiftSettings: strict)
}

let package = Package(
  name: "millwright",
  products: [
    .executable(name: "millwright", targets: ["millwright"]),
    .executable(name: "millwright-sim", targets: ["millwright-sim"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // Core: the words that all parts speak, and time.
    part("Machine", "Core"),
    .systemLibrary(name: "CMalloc", path: "Sources/Native/CMalloc"),
    part("Clockwork", "Core", ["Machine", "CMalloc"]),
    part("Settings", "Core", [yams]),

    // Native: C. System libraries by pkg-config, and our own kernels.
    system("CModbus", "libmodbus", "libmodbus-dev"),
    system("CMosquitto", "libmosquitto", "libmosquitto-dev"),
    system("CZlib", "zlib", "zlib1g-dev"),
    .target(name: "CKernels", path: "Sources/Native/CKernels"),
    .target(name: "CFourier", path: "Sources/Native/CFourier"),

    // Ports: the only parts that touch C or the operating system's devices.
    // register requests in, raw words out
    part("Fieldbus", "Ports", ["CModbus", "Clockwork", "Machine"]),
    // MQTT messages in and out
    part("Broker", "Ports", ["CMosquitto", "Clockwork", "Machine"]),
    // SQLite, opened the way that keeps promises
    part("Ledger", "Ports", [grdb]),
    // spans in, spans out: FFT
    part("Kernels", "Ports", ["CFourier"]),
    // WAV, CSV, .npz and .mat files in, one channel out
    part("Recordings", "Ports", ["CZlib"]),
    // an ONNX file in, a network planned for this processor out
    part("Engine", "Ports", ["CKernels", protobuf]),

    // Path: from the sensor to the alarm. Each stage is a value-to-value step.
    // sources in, samples out
    part("Acquire", "Path", ["Machine", "Clockwork", "Settings", "Fieldbus", "Broker", protobuf]),
    // spans of a signal in, spectra, envelopes, statistics and trends out; knows no machine
    part("Signal", "Path", ["Kernels"]),
    // samples in, judged samples out
    part("Condition", "Path", ["Machine", "Kernels", "Signal"]),
    // waveforms in, what an analyst reads out
    part("Features", "Path", ["Machine", "Kernels", "Signal"]),
    // features in, baselines and INT8 scores out
    part("Infer", "Path", ["Machine", "Engine"]),
    // one machine's window in, findings with evidence out
    part("Diagnose", "Path", ["Machine", "Signal"]),
    // findings in, latched alarms out
    part("Alert", "Path", ["Machine"]),
    // everything worth keeping in, one transaction a window
    part("Store", "Path", ["Machine", "Ledger"]),
    // outbox in, committed upstream out
    part("Sync", "Path", ["Machine", "Clockwork", "Ledger", "Store", "Broker"]),

    // Mind: what the path leans on.
    // CPU time in, estimated joules out
    part("Budget", "Mind", ["Machine", "Clockwork"]),
    // YAML of people in, fault models, a graph of them and a search over them out
    part("Knowledge", "Mind", ["Machine", "Settings", "Ledger"]),
    // one waveform and what is known of its machine in, the analyst's page out
    part("Analysis", "Mind", ["Machine", "Signal", "Features", "Condition", "Diagnose"]),

    // Run: where the stages meet, and the command.
    part(
      "Agent", "Run",
      [
        "Machine", "Clockwork", "Settings", "Fieldbus", "Broker", "Acquire", "Condition", "Features",
        "Engine", "Infer", "Diagnose", "Alert", "Store", "Sync", "Budget", "Knowledge",
      ]),
    .executableTarget(
      name: "millwright",
      dependencies: [
        "Agent", "Acquire", "Alert", "Analysis", "Budget", "Engine", "Knowledge", "Machine", "Recordings",
        "Settings", "Store", "Sync", arguments,
      ],
      path: "Sources/Run/millwright", swiftSettings: strict),

    // The simulator: machines with faults, and the sensor firmware in front of them.
    .target(
      name: "Simulation", dependencies: [], path: "firmware-sim/Simulation", swiftSettings: strict),
    .target(
      name: "Firmware", dependencies: ["Simulation", "Recordings"], path: "firmware-sim/Firmware",
      swiftSettings: strict),
    .executableTarget(
      name: "millwright-sim", dependencies: ["Simulation", "Firmware", "Broker", arguments],
      path: "firmware-sim/millwright-sim", swiftSettings: strict),

    // Training: simulated machines in, the feature windows of the anomaly model's corpus out as CSV.
    .executableTarget(
      name: "anomaly-corpus", dependencies: ["Machine", "Features", "Diagnose", "Simulation"],
      path: "models/training/corpus", swiftSettings: strict),

    // The two ends of the store-and-forward path as bare processes, for `scripts/chaos` to kill.
    .executableTarget(
      name: "chaos-peer", dependencies: ["Machine", "Clockwork", "Store", "Sync", "Broker"],
      path: "Tests/ChaosPeer", swiftSettings: strict),

    // The engine as a bare process, for tests against ONNX Runtime and for `scripts/bench inference`.
    .target(name: "Allocations", path: "Tests/EngineLab/Allocations"),
    .executableTarget(
      name: "engine-lab", dependencies: ["Engine", "Allocations"], path: "Tests/EngineLab",
      exclude: ["Allocations"], swiftSettings: strict),
    // The signal chain as a bare process, for `scripts/bench signal`.
    .executableTarget(
      name: "signal-lab", dependencies: ["Condition", "Features", "Kernels", "Machine", "Allocations"],
      path: "Tests/SignalLab", swiftSettings: strict),
    // The slow-signal detector as a bare process, for `scripts/bench_slow.py`.
    .executableTarget(
      name: "slow-lab", dependencies: ["Infer", "Machine", "Allocations"], path: "Tests/SlowLab",
      swiftSettings: strict),
    // An alarm storm as a bare process, for `scripts/bench diagnosis`.
    .executableTarget(
      name: "alarm-lab", dependencies: ["Alert", "Machine", "TestData"], path: "Tests/AlarmLab",
      swiftSettings: strict),
    // The engine under libFuzzer, by `scripts/fuzz`; built without it, it replays findings.
    .executableTarget(
      name: "engine-fuzz", dependencies: ["Engine"], path: "Tests/EngineFuzz", exclude: ["seeds.py"],
      swiftSettings: strict),

    // Golden vectors, real records and seeded noise for tests.
    .target(
      name: "TestData", dependencies: ["Recordings"], path: "Tests/TestData", swiftSettings: strict),
    tests("Core", ["Machine", "Clockwork", "Settings"]),
    tests("Fieldbus", ["Fieldbus", "CModbus", "Clockwork", "Machine", "TestData"]),
    tests("Broker", ["Broker", "Clockwork", "Machine"]),
    tests("Acquire", ["Acquire", "Machine", "Clockwork", "Settings", "Fieldbus", "Broker", "TestData"]),
    tests("Recordings", ["Recordings"]),
    tests("Signal", ["Signal", "Kernels", "TestData"]),
    tests(
      "Features", ["Features", "Condition", "Kernels", "Machine", "Signal", "signal-lab", "TestData"]),
    tests("Engine", ["Engine", "engine-lab", "TestData"]),
    tests("Infer", ["Infer", "Engine", "Machine", "TestData"]),
    tests("Diagnose", ["Diagnose", "Alert", "Features", "Knowledge", "Machine", "TestData"]),
    tests("Alert", ["Alert", "Machine", "TestData"]),
    tests("Analysis", ["Analysis", "Diagnose", "Features", "Machine", "Recordings", "TestData"]),
    tests("Budget", ["Budget", "Clockwork", "Machine"]),
    tests("Knowledge", ["Knowledge", "Features", "Ledger", "Machine", "Settings"]),
    tests("Store", ["Store", "Sync", "Ledger", "Machine", "Clockwork", "Broker", "TestData"]),
    tests("Simulation", ["Simulation", "Firmware"]),
    // Simulated machines in front of the product's path, for the path's tests and benchmarks.
    .target(
      name: "PathLab",
      dependencies: [
        "Agent", "Alert", "Clockwork", "Diagnose", "Engine", "Infer", "Knowledge", "Machine", "Simulation",
        "Firmware", "Store",
      ],
      path: "Tests/PathLab", swiftSettings: strict),
    .executableTarget(
      name: "path-lab", dependencies: ["PathLab", "Simulation", "Machine"], path: "Tests/PathLabCommand",
      swiftSettings: strict),
    // Failures, chains and healthy weeks in front of the path, for `scripts/bench diagnosis`.
    .executableTarget(
      name: "diagnosis-lab",
      dependencies: [
        "PathLab", "Agent", "Diagnose", "Engine", "Infer", "Machine", "Simulation", "Store", "TestData",
      ],
      path: "Tests/DiagnosisLab", swiftSettings: strict),
    tests(
      "Path",
      [
        "PathLab", "Agent", "Acquire", "Machine", "Clockwork", "Settings", "Alert", "Infer", "Store",
        "Simulation", "Firmware", "Broker",
      ]),
  ]
)
