// SPDX-License-Identifier: Apache-2.0

/// Joins quantized operators with the Quantize and Dequantize around them.
enum Fusion {
  static func rewrite(_ graph: Graph) throws(ModelError) -> Graph { graph }
}
