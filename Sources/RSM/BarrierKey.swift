/// What a barrier object says of itself: which barrier it is, and a tag that proves that librsm wrote this at this address.
package struct BarrierKey: Equatable, Sendable {
  package let token: Token
  package let tag: UInt
  package let address: UInt

  package init(token: Token, tag: UInt, address: UInt) {
    self.token = token
    self.tag = tag
    self.address = address
  }
}
