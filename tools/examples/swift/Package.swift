// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "first",
  dependencies: [.package(name: "rsm", path: "../../..")],
  targets: [
    .executableTarget(name: "first", dependencies: [.product(name: "RSM", package: "rsm")], path: "Sources")
  ]
)
