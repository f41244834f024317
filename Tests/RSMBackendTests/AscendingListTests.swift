import Testing

@testable import RSMBackend

@Suite struct AscendingListTests {
  @Test(arguments: [UInt64(1), 2, 3]) func holdsWhatASetWould(seed: UInt64) {
    var generator = Generator(state: seed)
    var list = AscendingList<UInt32>()
    var model: Set<UInt32> = []
    for round in 0..<6 {
      for _ in 0..<5000 {
        let element = UInt32.random(in: 0..<4000, using: &generator)
        if Int.random(in: 0..<6, using: &generator) < round {
          list.remove(element)
          model.remove(element)
        } else {
          let isNew = model.insert(element).inserted
          let inserted = list.insert(element)
          #expect(inserted == isNew)
        }
      }
      let sorted = model.sorted()
      #expect(list.elements == sorted && list.count == model.count)
      for (element, next) in zip(sorted, sorted.dropFirst()) { #expect(list.next(after: element) == next) }
      #expect(list.next(after: sorted.last ?? 0) == nil)
      if let first = sorted.first, first > 0 { #expect(list.next(after: 0) == first) }
    }
  }

  @Test func fillsAndEmptiesFromEitherEnd() {
    let numbers = Array(0..<3000)
    for filled in [numbers, Array(numbers.reversed())] {
      for emptied in [numbers, Array(numbers.reversed())] {
        var list = AscendingList<Int>()
        #expect(list.next(after: -1) == nil)
        for number in filled { list.insert(number) }
        #expect(list.elements == numbers)
        for number in emptied {
          let isNew = list.insert(number)
          #expect(!isNew)
          list.remove(number)
          let following: Int? = emptied == numbers && number < 2999 ? number + 1 : nil
          #expect(list.next(after: number - 1) == following)
        }
        #expect(list.count == 0 && list.elements.isEmpty)
      }
    }
  }
}
