package import RSMKernel

/// Called before and after each chunk of a relocation, whether it succeeds or not, while nothing waits: one range takes one
/// userfaultfd, so whoever has registered the range lets go of it in between.
package struct RelocationHooks: Sendable {
  package let before: @Sendable (PageRange) -> Void
  package let after: @Sendable (PageRange) -> Void

  package init(
    before: @escaping @Sendable (PageRange) -> Void = { _ in },
    after: @escaping @Sendable (PageRange) -> Void = { _ in }
  ) {
    self.before = before
    self.after = after
  }
}
