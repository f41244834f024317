import RSMBackend
import RSMKernel
import Testing

@Suite struct ConfigurationTests {
  private func mistake(in text: String) -> Configuration.Mistake? {
    do throws(Configuration.Mistake) {
      _ = try Configuration(parsing: text)
      return nil
    } catch {
      return error
    }
  }

  private func complaint(about text: String) -> String? {
    mistake(in: text).map { "\($0.line): \($0.message)" }
  }

  @Test func keysAndDefaultsAreFrozen() {
    #expect(
      Configuration().arguments == [
        "max-handles=1048576", "max-handles-per-user=262144", "max-handles-per-process=262144",
        "max-bytes-per-user=unlimited", "max-bytes-per-process=unlimited", "max-processes-per-user=4096",
        "max-files-per-user=8192", "max-held-reads-per-user=256", "max-segments-per-user=16384",
        "max-segment-bytes-per-user=unlimited", "max-connections-per-user=65536", "raise-memlock=off", "inspectors=3",
      ])
  }

  @Test func theFileThatIsInstalledSetsEveryKeyToItsDefault() throws {
    let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
    let text = try TextFile.read("\(root)/fuse/service/rsmd.conf")
    #expect(try Configuration(parsing: text) == Configuration())
    for key in Configuration.Key.allCases {
      #expect(mistake(in: text + "\(key.rawValue) = 1")?.message.contains("already") == true, "\(key.rawValue)")
    }
  }

  @Test func valuesAreRead() throws {
    let configuration = try Configuration(
      parsing: "# comment\n\n max-handles=7\r\n\tmax-bytes-per-user =  64K\nmax-bytes-per-process = 3g\n"
        + "raise-memlock = 8388608\ninspectors = 0\nmax-files-per-user = unlimited")
    #expect(configuration[.maxHandles] == 7 && configuration[.inspectors] == 0)
    #expect(configuration[.maxBytesPerUser] == 65536 && configuration[.maxBytesPerProcess] == 3 << 30)
    #expect(configuration[.raiseMemlock] == 8 << 20)
    #expect(configuration[.maxFilesPerUser] == Configuration.Key.unlimited)
    #expect(configuration[.maxProcessesPerUser] == Configuration()[.maxProcessesPerUser])
    #expect(Configuration(arguments: configuration.arguments) == configuration)
    #expect(try Configuration(parsing: "") == Configuration())
  }

  @Test func mistakesNameTheirLineAndWhatWouldBeRight() {
    let keys = Configuration.Key.allCases.map(\.rawValue).joined(separator: ", ")
    #expect(mistake(in: "\r\n\n#\nmax-hand\u{e9}ls = 3\n")?.line == 4)
    #expect(
      complaint(about: "inspectors = 1\nmax-handels = 3")
        == "2: \"max-handels\" is no key; keys are: \(keys)")
    #expect(
      complaint(about: "\nmax-handles 3")
        == "2: \"max-handles 3\" is not of the form key = value")
    #expect(
      complaint(about: "inspectors = 2\n# again\ninspectors = 2")
        == "3: inspectors is set in line 1 already")
    #expect(
      complaint(about: "max-handles = many")
        == "1: max-handles takes a number from 1 to 16777216, not \"many\"")
    #expect(
      mistake(in: "max-handles-per-user = 0")?.message
        == "max-handles-per-user takes a number from 1 to 16777216 or unlimited, not \"0\"")
    #expect(
      mistake(in: "raise-memlock = on")?.message
        == "raise-memlock takes a number of bytes (K, M, G and T behind it multiply by 1024 each) or off, not \"on\"")
    #expect(mistake(in: "= 3")?.message.hasPrefix("\"\" is no key;") == true)
  }

  @Test(arguments: [
    "max-handles = ", "max-handles = 0", "max-handles = 16777217", "max-handles = +5", "max-handles = -5",
    "max-handles = 5 # five", "max-handles = 5K", "max-handles = unlimited", "max-handles = 0x10", "inspectors = 65",
    "inspectors = 1.5", "max-files-per-user = off", "max-bytes-per-user = 0", "max-bytes-per-user = K",
    "max-bytes-per-user = 5KB", "max-bytes-per-user = 5 K", "max-bytes-per-user = 99999999999G",
    "max-bytes-per-user = 18446744073709551615", "max-bytes-per-user = 99999999999999999999",
    "raise-memlock = unlimited",
  ])
  func badValuesAreRefused(_ line: String) {
    #expect(mistake(in: "\n\(line)")?.line == 2)
    #expect(mistake(in: line)?.message.contains(" takes a number ") == true)
  }

  @Test func otherArgumentsAreNoConfiguration() {
    for argument in ["max-handles", "max-handels=3", "max-handles=x", ""] {
      #expect(Configuration(arguments: [argument]) == nil)
    }
    #expect(Configuration(arguments: []) == Configuration())
  }
}
