// SPDX-License-Identifier: Apache-2.0

/// The pymodbus side of the interoperability test, for `python -c`.
let interopScript = #"""
  """Reads the node at TCP port argv[1] and on the serial line argv[2] with pymodbus; prints JSON."""
  import json, struct, sys, time
  from pymodbus.client import ModbusSerialClient, ModbusTcpClient

  def floats(words):
      raw = struct.pack(f">{len(words)}H", *words)
      return list(struct.unpack(f">{len(words) // 2}f", raw))

  def look(client):
      client.connect()
      u = {"device_id": 1}
      out = {"status": client.read_holding_registers(0, count=3, **u).registers}
      out["scalars"] = [None if v != v else v for v in floats(client.read_input_registers(10, count=48, **u).registers)]
      assert not client.write_register(100, 1, **u).isError()
      while client.read_holding_registers(101, count=1, **u).registers != [2]:
          time.sleep(0.05)
      control = client.read_holding_registers(100, count=15, **u).registers
      out["sequence"], count = control[2], control[5]
      words = []
      while len(words) < count:
          words += client.read_holding_registers(1000 + len(words), count=min(125, count - len(words)), **u).registers
      scale = floats(control[6:8])[0]
      out["samples"] = [scale * v for v in struct.unpack(f">{count}h", struct.pack(f">{count}H", *words))]
      codes = [client.read_holding_registers(70, count=1, **u), client.read_holding_registers(56, count=4, **u),
               client.read_coils(0, count=1, **u), client.write_register(100, 7, **u), client.write_register(3, 7, **u),
               client.write_registers(100, [1, 1], **u)]
      out["exceptions"] = [c.exception_code if c.isError() else 0 for c in codes]
      client.close()
      return out

  print(json.dumps([look(ModbusTcpClient("127.0.0.1", port=int(sys.argv[1]))),
                    look(ModbusSerialClient(sys.argv[2], baudrate=115200))]))
  """#
