#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the files of Tests/golden/recordings with NumPy 2.4, SciPy 1.17 and Python's wave module: one ramp with a
known value at every place, in every format that `Recordings` reads. The expected values stand in the tests."""
import io, os, struct, wave
import numpy as np
from scipy.io import savemat, wavfile

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "recordings")
os.makedirs(HERE, exist_ok=True)
at = lambda name: os.path.join(HERE, name)
N = 40
ramp = np.arange(N) / 64 - 0.25  # exact in every format; x[0] = -0.25, x[39] = 0.359375
other = -ramp / 2

with wave.open(at("pcm16-two.wav"), "wb") as w:  # Python's own module
    w.setnchannels(2), w.setsampwidth(2), w.setframerate(12800)
    w.writeframes((np.stack([ramp, other], 1) * 32768).astype("<i2").tobytes())
with wave.open(at("pcm24.wav"), "wb") as w:
    w.setnchannels(1), w.setsampwidth(3), w.setframerate(12800)
    w.writeframes(b"".join(int(v * 2**23).to_bytes(3, "little", signed=True) for v in ramp))
with wave.open(at("pcm8.wav"), "wb") as w:
    w.setnchannels(1), w.setsampwidth(1), w.setframerate(12800)
    w.writeframes((ramp * 128 + 128).astype("u1").tobytes())
wavfile.write(at("pcm32.wav"), 12800, (ramp * 2**31).astype("<i4"))
wavfile.write(at("float32.wav"), 12800, ramp.astype("<f4"))
wavfile.write(at("float64.wav"), 12800, ramp.astype("<f8"))
body = (np.stack([ramp, other], 1) * 32768).astype("<i2").tobytes()
guid = struct.pack("<HHI8s", 1, 0, 0x00100000, bytes.fromhex("800000aa00389b71"))
fmt = struct.pack("<HHIIHHHHI", 0xFFFE, 2, 12800, 12800 * 4, 4, 16, 22, 16, 3) + guid
chunk = lambda name, data: name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
riff = b"WAVE" + chunk(b"LIST", b"odd") + chunk(b"fmt ", fmt) + chunk(b"data", body)
open(at("extensible.wav"), "wb").write(b"RIFF" + struct.pack("<I", len(riff)) + riff)

np.savez(at("cwru.npz"), fs=np.int32(12000), DE=(ramp * 64 * 3).astype("<i2"), DE_scale=np.float64(1 / 192),
         FE=(other * 128).astype("<i2"), FE_scale=np.float64(1 / 128), rpm=np.int32(1797))
np.savez_compressed(at("packed.npz"), fs=np.int32(12000), DE=(ramp * 64 * 3).astype("<i2"), DE_scale=np.float64(1 / 192),
                    FE=(other * 128).astype("<i2"), FE_scale=np.float64(1 / 128), rpm=np.int32(1797))
cube = np.zeros((3, N, 2), "<i4")
for row in range(3):
    cube[row, :, 0], cube[row, :, 1] = 1000 * row + np.arange(N), -1000 * row - np.arange(N)
np.savez_compressed(at("cube.npz"), acc=cube, scale=np.float64(0.001), fs=np.int32(25600))
np.save(at("fortran.npy"), np.asfortranarray(np.stack([ramp, other], 1).astype(">f4")))

cwru = {"X105_DE_time": ramp[:, None], "X105_FE_time": other[:, None], "X105RPM": np.array([[1797.0]])}
savemat(at("plain.mat"), cwru)
savemat(at("packed.mat"), cwru, do_compression=True)
savemat(at("struct.mat"), {"bearing": {"sr": 48828.0, "gs": ramp, "load": 25.0, "what": "text"}}, do_compression=True)
savemat(at("integers.mat"), {"x": (ramp * 64).astype("i2"), "fs": np.int32(5120), "z": np.array([1j, 2])})
savemat(at("no-vector.mat"), {"rpm": 1797.0, "note": "nothing here"})
savemat(at("v4.mat"), {"x": ramp}, format="4")

t = np.arange(N) / 12800
rows = "\n".join(f"{a:.9f};{b:.6f};{c:.6f}" for a, b, c in zip(t, ramp, other))
open(at("semicolon-comma.csv"), "w").write("# logger 7\nZeit;x [g];y [g]\n" + rows.replace(".", ",") + "\n")
open(at("plain.csv"), "w", newline="").write("".join(f"{v!r}\r\n" for v in ramp.tolist()))
open(at("tabs.tsv"), "w").write(
    "time [ms]\tDE\n" + "".join(f"{1000 * a:.7f}\t{b:.6f}\n" for a, b in zip(t, ramp)))
open(at("int16.raw"), "wb").write((np.stack([ramp, other], 1) * 128).astype("<i2").tobytes())
open(at("float32.raw"), "wb").write(ramp.astype("<f4").tobytes())
