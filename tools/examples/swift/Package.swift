// swift-tools-version: 6.2
import PackageDescription

let rsm: Target.Dependency = .product(name: "RSM", package: "rsm")
let package = Package(
  name: "examples",
  dependencies: [.package(name: "rsm", path: "../../..")],
  targets: [
    .executableTarget(name: "share", dependencies: [rsm]),
    .executableTarget(name: "first", dependencies: [rsm]),
  ]
)
