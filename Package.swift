// swift-tools-version: 6.2

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

func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")

/// An executable: flags → library call → output.
func tool(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: ["ToolKit", "Formats", "Storage", argumentParser] + dependencies,
    swiftSettings: settings)
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
    name: name, dependencies: dependencies, exclude: golden ? ["Golden"] : [],
    swiftSettings: settings)
}

let package = Package(
  name: "data-experts",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    library("CZstd", pkgConfig: "libzstd", apt: "libzstd-dev"),
    library("CArchive", pkgConfig: "libarchive", apt: "libarchive-dev"),
    library("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
    library("CPCRE2", pkgConfig: "libpcre2-8", apt: "libpcre2-dev"),
    library("CLAPACK", pkgConfig: "lapacke", apt: "liblapacke-dev"),
    .target(name: "CLanes"),
    .target(name: "CPanels", dependencies: ["CLanes"]),
    .target(name: "CMixtures", dependencies: ["CLanes"]),
    .target(name: "CPeak"),
    .target(name: "CSimdjson", linkerSettings: [.linkedLibrary("simdjson")]),

    module("Storage", ["CZstd", "CArchive", "CCrypto", "CSimdjson"]),
    module("Formats", ["Storage"]),
    module("Kernels", ["CPanels", "CLanes"]),
    module("Tokenization", ["CPCRE2", "Kernels", "Formats", "Storage"]),
    module("Transformer", ["Kernels", "Formats", "Storage"]),
    module("Mixtures", ["CLanes", "CMixtures", "CLAPACK", "Kernels", "Formats", "Storage"]),
    module("Regression", ["CLAPACK", "Kernels", "Mixtures", "Formats", "Storage"]),
    module("Search", ["CLAPACK", "Regression", "Mixtures", "Kernels", "Formats", "Storage"]),
    module(
      "Evaluation", ["Mixtures", "Transformer", "Tokenization", "Kernels", "Formats", "Storage"]),
    module("Reporting", ["Regression", "Mixtures", "Formats", "Storage"]),
    module("ToolKit", ["Kernels", "Formats", "Storage", argumentParser]),

    tool("train-tokenizer", ["Tokenization", "Kernels"]),
    tool("tokenize-shards", ["Tokenization", "Kernels"]),
    tool("tokenize-tasks", ["Evaluation", "Tokenization"]),
    tool("sample-mixtures", ["Mixtures"]),
    tool("train-expert", ["Transformer", "Kernels"]),
    tool("score-logprobs", ["Transformer", "Kernels"]),
    tool("mde-features", ["Mixtures", "Kernels"]),
    tool("fit-regressor", ["Regression", "Reporting", "Mixtures", "Kernels"]),
    tool("search-mixture", ["Search", "Regression", "Mixtures", "Kernels"]),
    tool("evaluate-tasks", ["Evaluation", "Kernels"]),
    tool("collect-runs", ["Mixtures"]),
    tool("correlate-scores", ["Reporting", "Mixtures"]),
    tool("render-report", ["Reporting"]),

    .target(
      name: "Benchmarking", dependencies: ["Storage"], path: "Tests/Benchmarks/Benchmarking",
      swiftSettings: settings),
    benchmark("bench-engine", ["ToolKit", argumentParser, "Transformer", "CPeak"]),
    benchmark("bench-mixtures", ["Search", "Mixtures"]),
    benchmark("bench-regression", ["Regression", "Mixtures"]),
    benchmark("bench-tokenization", ["Tokenization"]),
    benchmark("bench-tasks", ["ToolKit", argumentParser, "Evaluation", "Transformer"]),

    tests("StorageTests", ["Kernels", "Storage"]),
    tests("FormatsTests", ["Formats", "Storage"]),
    tests("KernelsTests", ["Kernels"]),
    tests("TokenizationTests", ["Tokenization", "Kernels", "Formats", "Storage"], golden: true),
    tests("TransformerTests", ["Transformer", "Kernels", "Formats", "Storage"], golden: true),
    tests("MixturesTests", ["Mixtures", "Kernels", "Formats", "Storage"]),
    tests(
      "RegressionTests", ["Regression", "Mixtures", "Kernels", "Formats", "Storage"], golden: true),
    tests("SearchTests", ["Search", "Regression", "Mixtures", "Kernels", "Formats"]),
    tests("EvaluationTests", ["Evaluation", "Transformer", "Kernels", "Formats", "Storage"]),
    tests("ReportingTests", ["Reporting", "Formats"]),
    tests("ToolTests", ["Regression", "Mixtures", "Kernels", "Formats", "Storage"]),
  ],
  cxxLanguageStandard: .cxx17
)
