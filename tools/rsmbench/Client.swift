import RSM
import RSMKernel

/// This process as a client of rsmd, by the calls that the C functions make.
struct Client {
  private let runtime: Runtime
  private let controller: Token

  init() throws(Problem) {
    do throws(RSMError) {
      runtime = try Runtime.current()
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
