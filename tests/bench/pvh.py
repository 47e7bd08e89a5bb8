"""The smallest guest: an ELF that PVH boots, which writes a word to the serial port and halts."""
import struct

LOAD = 0x100000
WORD = b"vireo\n"


def elf():
    """32-bit protected mode, flat, as PVH enters it."""
    code = bytes.fromhex("66baf803")  # mov dx, 0x3f8
    for letter in WORD:
        code += b"\xb0" + bytes([letter]) + b"\xee"  # mov al, letter; out dx, al
    code += bytes.fromhex("faf4ebfd")  # cli; hlt; again, if it ever wakes
    note = struct.pack("<III4sI", 4, 4, 18, b"Xen\0", LOAD)  # XEN_ELFNOTE_PHYS32_ENTRY
    headers = 64 + 2 * 56
    code_at = headers + len(note)
    identity = b"\x7fELF" + bytes([2, 1, 1]) + bytes(9)
    header = identity + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, LOAD, 64, 0, 0, 64, 56, 2, 0, 0, 0)
    load = struct.pack("<IIQQQQQQ", 1, 5, code_at, LOAD, LOAD, len(code), len(code), 0x1000)
    # The note lies in no loaded segment: loaders read it from the file.
    notes = struct.pack("<IIQQQQQQ", 4, 4, headers, 0, 0, len(note), len(note), 4)
    return header + load + notes + note + code
