# SPDX-License-Identifier: Apache-2.0
"""Serves the register map of millwright-sim-node, and nothing of its software, with pymodbus.

Prints the port. Unit 1: speed 1480.5 r/min, flow NaN, a capture of 700 samples, sample i = i - 350, ready
0.2 s after the trigger. Addresses from 60 to 99 answer exception 2.
"""
import asyncio
import socket
import struct
import threading

from pymodbus.constants import ExcCodes
from pymodbus.datastore import ModbusDeviceContext, ModbusSequentialDataBlock, ModbusServerContext
from pymodbus.server import ModbusTcpServer

OFFSET = 1  # ModbusDeviceContext adds one to every address
SAMPLES = 700


class Node(ModbusSequentialDataBlock):
    def __init__(self):
        super().__init__(0, [0] * 20000)
        self.put(0, ">HHHH", 0x4D57, 1, 1, 42)
        self.put(10, ">ff", 1480.5, 75.0)
        self.put(24, ">f", float("nan"))
        self.put(30, ">f", 2.25)
        self.put(101, ">HH", 0, 7)
        self.put(103, ">IHffHQ", 12800, SAMPLES, 0.005, 1480.5, 32767, 1767225605000)

    def put(self, address, form, *values):
        data = struct.pack(form, *values)
        words = struct.unpack(f">{len(data) // 2}H", data)
        self.values[address + OFFSET : address + OFFSET + len(words)] = words

    def getValues(self, address, count=1):
        first = address - OFFSET
        if first < 100 and first + count > 60:
            return ExcCodes.ILLEGAL_ADDRESS
        return super().getValues(address, count)

    def setValues(self, address, values):
        result = super().setValues(address, values)
        if address - OFFSET == 100:
            self.put(101, ">H", 1)
            threading.Timer(0.2, self.finish).start()
        return result

    def finish(self):
        self.put(1000, f">{SAMPLES}h", *(i - SAMPLES // 2 for i in range(SAMPLES)))
        self.put(101, ">HH", 2, self.values[102 + OFFSET] + 1)


async def main():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    node = Node()
    context = ModbusServerContext(devices={1: ModbusDeviceContext(hr=node, ir=node)}, single=False)
    server = ModbusTcpServer(context, address=("127.0.0.1", port))
    print(port, flush=True)
    await server.serve_forever()


asyncio.run(main())
