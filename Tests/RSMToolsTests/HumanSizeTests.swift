import RSMTools
import Testing

@Suite struct HumanSizeTests {
  @Test(arguments: [
    (0, "0B"), (1, "1B"), (1023, "1023B"), (1024, "1K"), (1536, "1.5K"), (4096, "4K"), (69_632, "68K"),
    (1_258_291, "1.2M"), (1_048_575, "1M"), (1_048_576, "1M"), (10_240_000, "9.8M"), (1 << 30, "1G"),
    (UInt128(UInt64.max), "16E"), (.max, "281474976710656Y"),
  ])
  func sizesAreShort(bytes: UInt128, text: String) {
    #expect(HumanSize.text(bytes) == text)
  }
}
