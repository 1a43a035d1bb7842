// SPDX-License-Identifier: Apache-2.0

/// The loops of the kurtogram: each runs over one output and reads others.
extension KurtogramScratch {
  /// Parts the samples of a node by their place modulo `divisor`.
  mutating func takePhases(_ divisor: Int, ofNode start: Int, count: Int) {
    for phase in 0..<divisor {
      spread(now.real, start + phase, divisor, count, into: &phases[phase].real)
      spread(now.imaginary, start + phase, divisor, count, into: &phases[phase].imaginary)
    }
  }

  /// Sums even and odd taps over a phase into the sums numbered `target`.
  mutating func filter(phase: Int, into target: Int, _ taps: FiveTaps, count: Int) {
    let margin = KurtogramScratch.margin
    sumTaps(taps.even, phases[phase].real, margin, count, into: &even[target].real)
    sumTaps(taps.even, phases[phase].imaginary, margin, count, into: &even[target].imaginary)
    // The first of the odd taps is one sample back.
    sumTaps(taps.odd, phases[phase].real, margin - 1, count, into: &odd[target].real)
    sumTaps(taps.odd, phases[phase].imaginary, margin - 1, count, into: &odd[target].imaginary)
  }

  /// Writes a half band as a node of the next level: sums 0 plus sums 1 turned by 1/8 (the high band: 3/8), where sums
  /// are even + i odd (high band: even - i odd).
  mutating func combineHalf(isHigh: Bool, count: Int, at start: Int) {
    makeHalf(even, odd, isHigh: isHigh, count: count, into: &next.real, &next.imaginary, at: start)
  }

  /// Writes one of the three bands into `band`: the sums of phase r turned by r times 1/12, 3/12 or 5/12.
  mutating func combineThird(_ part: Int, count: Int) {
    makeThird(even, odd, part, count: count, into: &band.real, &band.imaginary)
  }
}

private func makeHalf(
  _ even: [PlanarSignal], _ odd: [PlanarSignal], isHigh: Bool, count: Int, into outReal: inout [Float],
  _ outImaginary: inout [Float],
  at start: Int
) {
  let rise = Float(0.5).squareRoot()
  let turn = isHigh ? -rise : rise
  let sign: Float = isHigh ? -1 : 1
  let (e0, o0, e1, o1) = (even[0], odd[0], even[1], odd[1])
  let e0r = e0.real.span.extracting(first: count)
  let e0i = e0.imaginary.span.extracting(first: count)
  let o0r = o0.real.span.extracting(first: count)
  let o0i = o0.imaginary.span.extracting(first: count)
  let e1r = e1.real.span.extracting(first: count)
  let e1i = e1.imaginary.span.extracting(first: count)
  let o1r = o1.real.span.extracting(first: count)
  let o1i = o1.imaginary.span.extracting(first: count)
  var real = outReal.mutableSpan
  var re = real._mutatingExtracting(start..<(start + count))
  for m in 0..<count {
    re[m] = e0r[m] - sign * o0i[m] + turn * (e1r[m] - sign * o1i[m]) - rise * (e1i[m] + sign * o1r[m])
  }
  var imaginary = outImaginary.mutableSpan
  var im = imaginary._mutatingExtracting(start..<(start + count))
  for m in 0..<count {
    im[m] = e0i[m] + sign * o0r[m] + turn * (e1i[m] + sign * o1r[m]) + rise * (e1r[m] - sign * o1i[m])
  }
  guard isHigh else { return }
  // The high band comes down by half the new rate.
  for m in stride(from: 0, to: count, by: 2) {
    re[m] = -re[m]
    im[m] = -im[m]
  }
}

private func makeThird(
  _ even: [PlanarSignal], _ odd: [PlanarSignal], _ part: Int, count: Int, into outReal: inout [Float],
  _ outImaginary: inout [Float]
) {
  let root = Float(0.75).squareRoot()
  let sign: Float = part == 1 ? -1 : 1
  // exp(i pi (2 part + 1) / 6) and its square.
  let (c1, s1): (Float, Float) = [(root, 0.5), (0, 1), (-root, 0.5)][part]
  let (c2, s2): (Float, Float) = [(0.5, root), (-1, 0), (0.5, -root)][part]
  let (e0, o0, e1, o1) = (even[0], odd[0], even[1], odd[1])
  let e0r = e0.real.span.extracting(first: count)
  let e0i = e0.imaginary.span.extracting(first: count)
  let o0r = o0.real.span.extracting(first: count)
  let o0i = o0.imaginary.span.extracting(first: count)
  let e1r = e1.real.span.extracting(first: count)
  let e1i = e1.imaginary.span.extracting(first: count)
  let o1r = o1.real.span.extracting(first: count)
  let o1i = o1.imaginary.span.extracting(first: count)
  let (e2, o2) = (even[2], odd[2])
  let e2r = e2.real.span.extracting(first: count)
  let e2i = e2.imaginary.span.extracting(first: count)
  let o2r = o2.real.span.extracting(first: count)
  let o2i = o2.imaginary.span.extracting(first: count)
  var real = outReal.mutableSpan
  var re = real._mutatingExtracting(first: count)
  for m in 0..<count {
    let first = e0r[m] - sign * o0i[m]
    let second = c1 * (e1r[m] - sign * o1i[m]) - s1 * (e1i[m] + sign * o1r[m])
    re[m] = first + second + c2 * (e2r[m] - sign * o2i[m]) - s2 * (e2i[m] + sign * o2r[m])
  }
  var imaginary = outImaginary.mutableSpan
  var im = imaginary._mutatingExtracting(first: count)
  for m in 0..<count {
    let first = e0i[m] + sign * o0r[m]
    let second = c1 * (e1i[m] + sign * o1r[m]) + s1 * (e1r[m] - sign * o1i[m])
    im[m] = first + second + c2 * (e2i[m] + sign * o2r[m]) + s2 * (e2r[m] - sign * o2i[m])
  }
}

/// Every `step`-th sample from `start` on, behind the margin.
private func spread(
  _ from: [Float], _ start: Int, _ step: Int, _ count: Int, into phase: inout [Float]
) {
  let input = from.span.extracting(start..<(start + (count - 1) * step + 1))
  var whole = phase.mutableSpan
  var output = whole._mutatingExtracting(KurtogramScratch.margin..<(KurtogramScratch.margin + count))
  for m in 0..<count { output[m] = input[m &* step] }
}

/// out[m] = sum over j of taps[j] input[start + m - 2j].
private func sumTaps(
  _ taps: [Float], _ signal: [Float], _ start: Int, _ count: Int, into sums: inout [Float]
) {
  let (t0, t1, t2, t3, t4) = (taps[0], taps[1], taps[2], taps[3], taps[4])
  let input = signal.span
  let x0 = input.extracting(start..<(start + count))
  let x1 = input.extracting((start - 2)..<(start - 2 + count))
  let x2 = input.extracting((start - 4)..<(start - 4 + count))
  let x3 = input.extracting((start - 6)..<(start - 6 + count))
  var whole = sums.mutableSpan
  var output = whole._mutatingExtracting(first: count)
  guard t4 != 0 else {
    for m in 0..<count { output[m] = t0 * x0[m] + t1 * x1[m] + t2 * x2[m] + t3 * x3[m] }
    return
  }
  let x4 = input.extracting((start - 8)..<(start - 8 + count))
  for m in 0..<count { output[m] = t0 * x0[m] + t1 * x1[m] + t2 * x2[m] + t3 * x3[m] + t4 * x4[m] }
}
