// SPDX-License-Identifier: Apache-2.0

import Foundation

#if !FUZZER
  /// Without libFuzzer: does the same with the files that are named, to look at a finding in a debugger.
  @main struct Replay {
    static func main() throws {
      for path in CommandLine.arguments.dropFirst() {
        exercise([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
        print("\(path): passed")
      }
    }
  }
#endif
