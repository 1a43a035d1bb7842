// SPDX-License-Identifier: Apache-2.0
@main struct ChaosPeer { static func main() {} }
