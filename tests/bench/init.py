"""The smallest user land: an initramfs with one program, which writes a line to the console and waits."""
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lab/lib"))
from cpio import Archive  # noqa: E402

LOAD = 0x400000
LINE = b"guest: init\n"


def initramfs():
    archive = Archive()
    archive.directory("dev")
    archive.device("dev/console", 5, 1)
    archive.file("init", elf(), 0o755)
    return archive.bytes()


def elf():
    """write(1, LINE); then pause() for ever."""
    headers = 64 + 56
    code = bytes.fromhex("b801000000" "bf01000000" "488d351b000000" "ba") + struct.pack("<I", len(LINE))
    code += bytes.fromhex("0f05" "b822000000" "0f05" "ebf7")
    # The distance in `lea rsi, [rip + 0x1b]` is from its own end to the line.
    code = code.ljust(0x11 + 0x1b, b"\xcc") + LINE
    length = headers + len(code)
    identity = b"\x7fELF" + bytes([2, 1, 1]) + bytes(9)
    header = identity + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, LOAD + headers, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    load = struct.pack("<IIQQQQQQ", 1, 5, 0, LOAD, LOAD, length, length, 0x1000)
    return header + load + code
