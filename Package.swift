// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

/// A Swift target with the settings every target of this package has.
func swift(_ name: String, at path: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, path: path, exclude: ["README.md"], swiftSettings: settings)
}

func program(_ name: String, at path: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: dependencies, path: path, exclude: ["README.md"], swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: settings)
}

let package = Package(
  name: "rsm",
  products: [
    .library(name: "RSM", targets: ["RSM"]),
    .library(name: "rsm", type: .dynamic, targets: ["RSMCABILink"]),
    .executable(name: "rsmd", targets: ["rsmd"]),
    .executable(name: "rsmctl", targets: ["rsmctl"]),
    .executable(name: "rsmbench", targets: ["rsmbench"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-system", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.6.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0", traits: []),
  ],
  targets: [
    .target(name: "CRSM", path: "Sources/CRSM", exclude: ["README.md"]),
    .target(name: "CLinux", path: "Sources/CLinux", exclude: ["README.md"]),
    .target(name: "CCopy", path: "Sources/CCopy", exclude: ["README.md"]),
    swift("RSMKernel", at: "Sources/RSMKernel", ["CLinux", system]),
    swift("RSMControl", at: "Sources/RSMControl", ["CRSM"]),
    swift("RSMPinning", at: "Sources/RSMPinning", ["RSMKernel", system]),
    swift("RSMBackend", at: "Sources/RSMBackend", ["CRSM", "RSMControl", "RSMKernel", system]),
    swift("RSM", at: "Sources/RSM", ["CRSM", "CLinux", "CCopy", "RSMControl", "RSMKernel", "RSMPinning", system]),
    swift("RSMCABI", at: "Sources/RSMCABI", ["CLinux", "CRSM", "RSM", "RSMKernel"]),
    .target(
      name: "RSMCABILink", dependencies: ["RSMCABI"], path: "Sources/RSMCABILink",
      exclude: ["librsm.map", "README.md"],
      swiftSettings: settings,
      linkerSettings: [
        .unsafeFlags(
          [
            "-static-stdlib", "-use-ld=lld", "-Xlinker", "-s", "-Xlinker", "--gc-sections", "-Xlinker",
            "-soname=librsm.so.1", "-Xlinker", "-z", "-Xlinker", "nodelete",
            "-Xlinker", "--version-script=\(Context.packageDirectory)/Sources/RSMCABILink/librsm.map",
          ], .when(configuration: .release))
      ]),

    .systemLibrary(name: "CFuse3", path: "fuse/CFuse3", pkgConfig: "fuse3", providers: [.apt(["libfuse3-dev"])]),
    .target(name: "CFuseShims", dependencies: ["CFuse3"], path: "fuse/CFuseShims", exclude: ["README.md"]),
    swift("RSMFuse", at: "fuse/RSMFuse", ["RSMBackend", "RSMControl", "RSMKernel", "CFuseShims", "CFuse3", system]),
    program(
      "rsmd", at: "fuse/rsmd",
      [
        "RSMFuse", "RSMBackend", "RSMControl", "RSMKernel", "CLinux", system,
        .product(name: "Logging", package: "swift-log"),
      ]),

    swift("RSMTools", at: "tools/RSMTools", ["RSMControl", "RSMKernel", "CLinux", system]),
    program(
      "rsmctl", at: "tools/rsmctl",
      [
        "RSMTools", "RSMControl", "RSMKernel", "CLinux", system,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .target(name: "CNullServer", dependencies: ["CFuse3"], path: "tools/CNullServer", exclude: ["README.md"]),
    program(
      "rsmbench", at: "tools/rsmbench",
      [
        "RSM", "RSMCABI", "RSMTools", "RSMControl", "RSMKernel", "CNullServer", "CLinux", "CRSM", system,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    swift(
      "RSMTestSupport", at: "Tests/RSMTestSupport",
      ["RSMTools", "RSMControl", "RSMKernel", system, .product(name: "Subprocess", package: "swift-subprocess")]),
    tests("RSMControlTests", ["RSMControl", "CRSM"]),
    tests("RSMKernelTests", ["RSMKernel", system]),
    .target(name: "CStores", path: "Tests/CStores", exclude: ["README.md"]),
    program("adoptiontrial", at: "Tests/AdoptionTrial", ["RSMPinning", "RSMKernel", "CStores", system]),
    tests(
      "RSMPinningTests",
      ["RSMTestSupport", "RSMTools", "RSMPinning", "RSMKernel", "CStores", system, "adoptiontrial"]),
    tests("RSMTests", ["RSMTestSupport", "RSM", "RSMCABI", "RSMKernel", "CRSM", "CLinux", system]),
    tests("RSMToolsTests", ["RSMTools", "RSMControl", "RSMKernel", system]),
    tests("RSMFuseTests", ["RSMFuse"]),
    tests("RSMBackendTests", ["RSMTestSupport", "RSMBackend", "RSMControl", "RSMKernel", "CRSM"]),
    tests(
      "IntegrationTests",
      [
        "RSMTestSupport", "RSMTools", "RSM", "RSMControl", "RSMKernel", "CRSM", "CLinux", system, "rsmd", "rsmctl",
        "RSMCABILink",
      ]),
  ],
  swiftLanguageModes: [.v6]
)
