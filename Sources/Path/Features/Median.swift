// SPDX-License-Identifier: Apache-2.0

/// The upper median of the first `count` values, which it reorders; 0 of none. Quickselect: linear time, no
/// allocation.
func median(of values: inout MutableSpan<Float>, count: Int) -> Float {
  guard count > 0 else { return 0 }
  let target = count / 2
  var low = 0
  var high = count - 1
  while low < high {
    // The middle element as pivot keeps sorted and constant runs fast.
    let pivot = values[(low + high) / 2]
    var i = low
    var j = high
    while i <= j {
      while values[i] < pivot { i += 1 }
      while values[j] > pivot { j -= 1 }
      if i <= j {
        values.swapAt(i, j)
        i += 1
        j -= 1
      }
    }
    if target <= j { high = j } else if target >= i { low = i } else { break }
  }
  return values[target]
}
