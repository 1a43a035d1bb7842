// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Intersections of pump, fan and compressor curves by SciPy, from equations that are written down a second time.
enum CurveOracle {
  struct Answer: Decodable {
    /// [speed, valve, strainer, wear, leakage, flow, rise]
    var pump: [[Double]]
    /// [speed, damper, fouling, filter, flow]
    var fan: [[Double]]
    /// [first, second, packing, interstage pressure]
    var pistons: [[Double]]
  }

  static func ask() throws -> Answer {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      ProcessInfo.processInfo.environment["MILLWRIGHT_PYTHON"] ?? "python3", "-c", script,
    ]
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return try JSONDecoder().decode(Answer.self, from: data)
  }

  private static let script = #"""
    import itertools, json, math
    from scipy.optimize import brentq

    R, Q, tank, static, npshr, mesh0 = 8.4, 200.0, 0.8, 1.0, 4.0, 0.08
    vapour = 10 ** (8.07131 - 1730.63 / (233.426 + 35)) * 101325 / 760 / 1e5
    def pump(n, v, strainer, wear, leak):
        mesh = mesh0 * (1 + 24 * strainer ** 2)
        def rise(qi):
            margin = (tank - mesh * qi**2 + 1.013 - vapour) * 1e5 / 9806.65 - npshr * (0.4 * n**2 + 0.6 * qi**2)
            head = R * (1.2 * n**2 * (1 - 0.22 * wear) - 0.2 * qi**2 * (1 + wear))
            return max(head, 0) * (1 - min(0.03 * math.exp(-margin / 0.6), 0.35))
        def out(qi): return max(0, qi - 0.3 * leak * math.sqrt(rise(qi) / R))
        def excess(qi):
            q = out(qi)
            return rise(qi) + tank - mesh * q * q - static - (R + tank - mesh0 - static) * (q / v) ** 2
        qi = brentq(excess, 0, 2.5 * n, xtol=1e-13)
        return [n, v, strainer, wear, leak, out(qi), rise(qi)]
    pumps = [pump(*x) for x in itertools.product([0.75, 1], [0.3, 0.7, 1.1], [0, 1], [0, 0.6], [0, 0.8])]

    def fan(n, d, fouling, filt):
        def excess(q):
            gives = 1.3 * (1 - 0.28 * fouling) * n**2 - 0.3 * (1 + 0.6 * fouling) * q**2
            return gives - q**2 * (0.92 / d**2 + 0.08 * (1 + 9 * filt**2))
        return [n, d, fouling, filt, brentq(excess, 0, 3, xtol=1e-13)]
    fans = [fan(*x) for x in itertools.product([0.5, 1], [0.4, 0.9], [0, 1], [0, 0.7])]

    def pistons(first, second, packing):
        p1, p2, c, k = 1.0, 8.013, 0.06, 1.32
        draws = lambda r: 1 - c * (r ** (1 / k) - 1)
        def excess(p):
            one = draws(p / p1) * (1 - 0.35 * first) * p1
            two = draws(p2 / p) * (1 - 0.35 * second) * (1 - 0.15 * packing) * p * p1 / math.sqrt(p1 * p2)
            return one - two
        return [first, second, packing, brentq(excess, 1.01, 8, xtol=1e-13)]
    comps = [pistons(*x) for x in itertools.product([0, 1], [0, 1], [0, 0.5])]
    print(json.dumps({"pump": pumps, "fan": fans, "pistons": comps}))
    """#
}
