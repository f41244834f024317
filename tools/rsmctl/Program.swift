import ArgumentParser
import RSMControl

@main
struct Program: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rsmctl",
    abstract: "Looks at pinned and shared memory, and runs programs on a mount of their own.",
    version: "rsmctl \(Release.version)",
    subcommands: [
      Mount.self, Unmount.self, Run.self, Handles.self, Segments.self, SegmentIDs.self, Processes.self, Top.self,
      Show.self, Status.self,
      Doctor.self,
    ])
}
