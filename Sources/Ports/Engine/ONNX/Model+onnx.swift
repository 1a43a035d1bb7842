// SPDX-License-Identifier: Apache-2.0

extension Model {
  init(onnx bytes: [UInt8]) throws(ModelError) { throw .notAModel(reason: "") }
}
