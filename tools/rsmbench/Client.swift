import RSM
import RSMKernel

/// This process as a client of rsmd, by the calls that the C functions make. Each is a client of its own.
struct Client {
  private let runtime: Runtime
  private let controller: Token

  /// - Parameter tags: whether it tags what it pins.
  init(tags: Bool = true) throws(Problem) {
    do throws(RSMError) {
      runtime = Runtime(tags: tags)
      controller = try runtime.getController(named: nil)
    } catch {
      throw Problem(message: error.message)
    }
  }

  func create(_ memory: WarmMemory) throws(Problem) -> Token {
    do throws(RSMError) {
      return try runtime.createHandle(
        controller: controller, address: memory.pages.start, length: memory.pages.byteCount)
    } catch {
      throw Problem(message: error.message)
    }
  }

  func free(_ handle: Token) throws(Problem) {
    do throws(RSMError) {
      try runtime.freeHandle(controller: controller, handle: handle)
    } catch {
      throw Problem(message: error.message)
    }
  }
}
