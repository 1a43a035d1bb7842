// SPDX-License-Identifier: Apache-2.0

public import Fieldbus

/// The smallest thing that can be read: the addresses of one value, or one word that holds several bits.
struct Cell: Hashable, Sendable {
  var function: RegisterFunction
  var extent: Range<Int>
  /// Positions, in the profile, of the registers that live here.
  var registers: [Int]

  /// What a device's refusals are remembered by.
  var key: Key { Key(function: function, address: extent.lowerBound) }
  struct Key: Hashable, Sendable {
    var function: RegisterFunction
    var address: Int
  }
}

/// One read request and the cells that its reply fills.
public struct ReadRequest: Hashable, Sendable {
  var cells: [Cell]

  public var function: RegisterFunction { cells[0].function }
  /// PDU address of the first register.
  public var address: UInt16 { UInt16(cells[0].extent.lowerBound) }
  /// Registers or bits asked for, gaps included.
  public var count: Int { cells[cells.count - 1].extent.upperBound - cells[0].extent.lowerBound }

  /// The request for a part of the cells.
  func part(_ range: Range<Int>) -> ReadRequest { ReadRequest(cells: Array(cells[range])) }

  /// The words of `cell` in the reply to this request.
  func words(of cell: Cell, in reply: [UInt16]) -> ArraySlice<UInt16> {
    let start = cell.extent.lowerBound - cells[0].extent.lowerBound
    return reply[start..<start + cell.extent.count]
  }
}

/// Where a device refused to be read.
struct Refusals: Sendable {
  /// Cells that answered exception 2 or 3 when they were read alone.
  var cells: Set<Cell.Key> = []
  /// Cells that must begin a request: joined with what stands before them the device refuses.
  var breaks: Set<Cell.Key> = []
}

/// The requests that read a set of registers: as few as the gap and length limits allow, and no value in two
/// pieces.
public struct ReadPlan: Sendable {
  public private(set) var requests: [ReadRequest] = []

  /// - Parameter wanted: positions in `registers` of those to read.
  public init(_ registers: [Register], wanted: some Sequence<Int>, limits: RequestLimits) {
    self.init(registers, wanted: wanted, limits: limits, refusals: Refusals())
  }

  init(_ registers: [Register], wanted: some Sequence<Int>, limits: RequestLimits, refusals: Refusals) {
    var open: [Cell] = []
    for cell in ReadPlan.cells(registers, wanted) {
      if refusals.cells.contains(cell.key) {
        close(&open)  // a refused address must not be bridged either
        continue
      }
      if let first = open.first, let last = open.last {
        let most = cell.function.readsBits ? cell.function.mostItems : limits.maximumRegisters
        let joins =
          first.function == cell.function && !refusals.breaks.contains(cell.key)
          && cell.extent.lowerBound - last.extent.upperBound <= limits.maximumGap
          && cell.extent.upperBound - first.extent.lowerBound <= most
        if !joins { close(&open) }
      }
      open.append(cell)
    }
    close(&open)
  }

  private mutating func close(_ cells: inout [Cell]) {
    if !cells.isEmpty { requests.append(ReadRequest(cells: cells)) }
    cells = []
  }

  /// The wanted registers as cells, by table and address.
  static func cells(_ registers: [Register], _ wanted: some Sequence<Int>) -> [Cell] {
    let sorted = wanted.sorted {
      (registers[$0].function.rawValue, registers[$0].address, registers[$0].bit)
        < (registers[$1].function.rawValue, registers[$1].address, registers[$1].bit)
    }
    var cells: [Cell] = []
    for index in sorted {
      let register = registers[index]
      if let last = cells.last, last.function == register.function, last.extent == register.extent {
        cells[cells.count - 1].registers.append(index)
      } else {
        cells.append(Cell(function: register.function, extent: register.extent, registers: [index]))
      }
    }
    return cells
  }
}
