// swift-tools-version: 6.3

import PackageDescription

// Bottom to top: nothing imports upward or sideways.

/// A C library of Debian, seen through a module map and one header.
func library(_ name: String, pkgConfig: String, apt: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableExperimentalFeature("Lifetimes"),
]

/// Of what does no work that takes time: not optimised, it is compiled in a quarter of the time.
let unhurried = settings + [.unsafeFlags(["-Onone"])]

func module(
  _ name: String, _ dependencies: [Target.Dependency], isHurried: Bool = true
) -> Target {
  .target(
    name: name, dependencies: dependencies, swiftSettings: isHurried ? settings : unhurried)
}

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")

/// An executable: flags → library call → output.
func tool(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: ["ToolKit", "Formats", "Storage", argumentParser] + dependencies,
    swiftSettings: unhurried)
}

/// An executable that times what another one does; `make bench` runs it.
func benchmark(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: ["Benchmarking", "Kernels", "Formats", "Storage"] + dependencies,
    path: "Tests/Benchmarks/\(name)", swiftSettings: settings)
}

/// - Parameter golden: whether the tests have files in `Golden`, which are read where they lie.
func tests(_ name: String, _ dependencies: [Target.Dependency], golden: Bool = false) -> Target {
  .testTarget(
    name: name, dependencies: ["TestSupport"] + dependencies, exclude: golden ? ["Golden"] : [],
    swiftSettings: settings)
}

/// What measures and tests the tools. With TOOLS_ONLY in the environment, as `make build` has it,
/// it is left out: it takes a fourteenth of the time.
let checks: [Target] = [
  .target(
    name: "Benchmarking", dependencies: ["Storage"], path: "Tests/Benchmarks/Benchmarking",
    swiftSettings: settings),
  benchmark(
    "bench-design",
    [
      "ToolKit", argumentParser, "Reporting", "Search", "Regression", "Mixtures", "Parallel",
    ]),
  benchmark("bench-engine", ["ToolKit", argumentParser, "Transformer", "CPeak", "Parallel"]),
  benchmark("bench-mixtures", ["Search", "Experts", "Mixtures", "Constraints", "Parallel"]),
  benchmark("bench-regression", ["Regression", "Mixtures", "Parallel"]),
  benchmark("bench-tokenization", ["Tokenization", "Parallel"]),
  benchmark(
    "bench-tasks", ["ToolKit", argumentParser, "Evaluation", "Tasks", "Transformer", "Parallel"]),

  .executableTarget(
    name: "fuzz-readers",
    dependencies: [
      "CProcess", "Artifacts", "Discovery", "Tokenization", "Tasks", "Formats", "Storage",
    ], path: "Tests/Fuzz", exclude: ["Seeds", "Found", "make-regressors"]),
  .target(
    name: "TestSupport", dependencies: ["Storage"], path: "Tests/Support",
    swiftSettings: settings),
  tests("ReuseTests", ["Reuse", "Mixtures", "Formats", "Storage"]),
  tests("StorageTests", ["Parallel", "Storage"]),
  tests(
    "FormatsTests",
    ["Reporting", "Search", "Regression", "Tasks", "Mixtures", "Formats", "Storage"]),
  tests("KernelsTests", ["Parallel", "Kernels", "CLanes"]),
  tests("DiscoveryTests", ["Discovery", "LinearAlgebra", "Parallel", "Formats", "Storage"]),
  tests("TokenizationTests", ["Tokenization", "Parallel", "Formats", "Storage"], golden: true),
  tests("StreamsTests", ["Streams", "Formats", "Storage"]),
  tests(
    "TransformerTests", ["Transformer", "Streams", "Kernels", "Parallel", "Formats", "Storage"],
    golden: true),
  tests(
    "MixturesTests",
    [
      "Experts", "Mixtures", "Constraints", "Parallel", "Formats", "Storage",
    ]),
  tests(
    "RegressionTests",
    ["Regression", "Search", "Mixtures", "LinearAlgebra", "Parallel", "Formats", "Storage"],
    golden: true),
  tests(
    "SearchTests",
    [
      "Search", "Regression", "Experts", "Mixtures", "Constraints", "LinearAlgebra", "Parallel",
      "Formats",
    ]),
  tests(
    "EvaluationTests",
    ["Evaluation", "Tasks", "Transformer", "Kernels", "Parallel", "Formats", "Storage"]),
  tests("ReportingTests", ["Reporting", "Search", "Mixtures", "Formats", "Storage"]),
  tests("ArtifactsTests", ["Artifacts", "Tasks", "Formats", "Storage"]),
  tests(
    "ToolTests",
    [
      "Reporting", "Search", "Regression", "Mixtures", "Tasks", "Streams", "Parallel", "Formats",
      "Storage",
    ], golden: true),
].filter { _ in Context.environment["TOOLS_ONLY"] == nil }

let package = Package(
  name: "data-experts",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    library("CZstd", pkgConfig: "libzstd", apt: "libzstd-dev"),
    library("CArchive", pkgConfig: "libarchive", apt: "libarchive-dev"),
    library("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
    library("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
    library("CPCRE2", pkgConfig: "libpcre2-8", apt: "libpcre2-dev"),
    library("CLAPACK", pkgConfig: "lapacke", apt: "liblapacke-dev"),
    .target(name: "CLanes"),
    .target(name: "CPanels", dependencies: ["CLanes"]),
    .target(name: "CMixtures", dependencies: ["CLanes"]),
    .target(name: "CPeak"),
    .target(name: "CTerms"),
    .target(name: "CProcess"),
    .target(name: "CSimdjson", linkerSettings: [.linkedLibrary("simdjson")]),

    module("Storage", ["CZstd", "CZlib", "CArchive", "CCrypto", "CSimdjson", "CProcess"]),
    module("Parallel", []),
    module("LinearAlgebra", ["CLAPACK"]),
    module("Kernels", ["CPanels", "CLanes", "Parallel"]),
    module("Formats", ["Storage"]),
    module("Constraints", ["LinearAlgebra", "Storage"]),
    module("Mixtures", ["Constraints", "Parallel", "Formats", "Storage"]),
    module("Reuse", ["Mixtures", "Parallel", "Formats", "Storage"]),
    module("Tasks", ["Mixtures", "Formats", "Storage"]),
    module(
      "Experts",
      ["CLanes", "CMixtures", "Mixtures", "Kernels", "Parallel", "Formats", "Storage"]),
    module("Discovery", ["CTerms", "LinearAlgebra", "Parallel", "Formats", "Storage"]),
    module("Tokenization", ["CPCRE2", "Discovery", "Parallel", "Formats", "Storage"]),
    module("Streams", ["Parallel", "Formats", "Storage"]),
    module("Transformer", ["Streams", "Kernels", "Parallel", "Formats", "Storage"]),
    module(
      "Regression", ["Mixtures", "LinearAlgebra", "Parallel", "Formats", "Storage"]),
    module(
      "Search",
      [
        "Regression", "Experts", "Mixtures", "Constraints", "LinearAlgebra", "Parallel", "Formats",
        "Storage",
      ]),
    module(
      "Evaluation",
      [
        "Tasks", "Experts", "Transformer", "Tokenization", "Kernels", "Parallel", "Formats",
        "Storage",
      ]),
    module(
      "Reporting",
      ["Search", "Regression", "Experts", "Mixtures", "Tasks", "Formats", "Storage"],
      isHurried: false),
    module(
      "Artifacts",
      [
        "Reporting", "Search", "Regression", "Reuse", "Mixtures", "Tasks", "Streams",
        "Tokenization", "Discovery", "Formats", "Storage",
      ], isHurried: false),
    module(
      "ToolKit",
      [
        "CProcess", "Artifacts", "Streams", "Tokenization", "Kernels", "Mixtures", "Constraints",
        "Parallel", "Formats", "Storage",
        argumentParser,
      ], isHurried: false),

    tool("discover-domains", ["Discovery", "Reporting", "Tokenization", "Parallel"]),
    tool("train-tokenizer", ["Reporting", "Tokenization", "Parallel"]),
    tool("tokenize-shards", ["Tokenization", "Parallel"]),
    tool("import-tokens", ["Tokenization", "Parallel"]),
    tool("tokenize-tasks", ["Evaluation", "Tasks", "Tokenization"]),
    tool("tokenize-targets", ["Evaluation", "Tasks", "Parallel", "Tokenization"]),
    tool("measure-overlap", ["Parallel", "Tokenization"]),
    tool("sample-mixtures", ["Mixtures", "Constraints"]),
    tool("mix-tokens", ["Streams"]),
    tool("train-expert", ["Transformer", "Streams", "Kernels", "Parallel"]),
    tool("score-logprobs", ["Transformer", "Kernels", "Parallel"]),
    tool("mde-features", ["Experts", "Mixtures", "Parallel"]),
    tool("fit-regressor", ["Regression", "Search", "Reporting", "Tasks", "Mixtures", "Parallel"]),
    tool(
      "search-mixture",
      ["Search", "Regression", "Reporting", "Experts", "Mixtures", "Constraints", "Parallel"]),
    tool("evaluate-tasks", ["Evaluation", "Tasks", "Kernels", "Parallel"]),
    tool("collect-runs", ["Mixtures"]),
    tool("reuse-runs", ["Reuse", "Mixtures"]),
    tool("correlate-scores", ["Reporting", "Tasks", "Mixtures"]),
    tool("render-report", ["Reporting"]),
  ] + checks,
  cxxLanguageStandard: .cxx17
)
