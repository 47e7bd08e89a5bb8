"""Find a distribution kernel that can serve as the lab's kernel and as the guests'.

A kernel is an image with the module directory that belongs to it. It comes from
VIREO_KERNEL_TREE, from target/kernel (where tests/lab/deps unpacks a package
when the machine has no usable kernel of its own), or from the machine itself.
"""
import glob
import lzma
import os
import re
import shutil
import struct
import subprocess
import sys
import zlib

import tree
from modules import ModuleTree

# What the lab's kernel must offer, built in or as a module; the guests' needs
# (virtio_blk, virtio_net) come along with any kernel that has these.
REQUIRED = ["kvm_amd", "9pnet_virtio", "9p", "overlay", "virtio_pci", "virtio_blk", "virtio_net", "tun", "bridge"]


class Kernel:
    """One usable kernel: `image`, `version`, `modules`."""

    def __init__(self, image, version, modules):
        self.image, self.version, self.modules = image, version, modules

    def elf(self):
        """The uncompressed ELF image (booted by PVH: saves the emulated unpacking), or None."""
        name = "vmlinux-%s-%d" % (self.version, os.stat(self.image).st_mtime)
        path = os.path.join(tree.cache("kernel/elf"), name)
        if os.path.exists(path):
            return path
        with open(self.image, "rb") as image:
            elf = unpack(image.read())
        return tree.write_whole(path, elf) if elf else None


def find():
    """The newest usable kernel; leaves the program with a hint when there is none."""
    reasons = []
    for root in [os.environ.get("VIREO_KERNEL_TREE"), os.path.join(tree.TARGET, "kernel/tree"), "/"]:
        if not root:
            continue
        for image in sorted(glob.glob(os.path.join(root, "boot/vmlinuz-*")), key=version_key, reverse=True):
            usable, reason = examine(root, image)
            if usable:
                return usable
            reasons.append("%s: %s" % (image, reason))
    sys.exit("no usable kernel image (tests/lab/deps fetches one)\n" + "\n".join(reasons))


def examine(root, image):
    """(Kernel, None) or (None, why not)."""
    version = os.path.basename(image)[len("vmlinuz-"):]
    if not os.access(image, os.R_OK):
        return None, "not readable"
    base = next((path for path in (os.path.join(root, "lib/modules", version),
                                   os.path.join(root, "usr/lib/modules", version))
                 if os.path.exists(os.path.join(path, "modules.dep"))), None)
    if not base:
        return None, "its modules are not there"
    modules = ModuleTree(base)
    missing = [name for name in REQUIRED if not modules.has(name)]
    if missing:
        return None, "lacks " + ", ".join(missing)
    return Kernel(image, version, modules), None


def version_key(path):
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", path)]


def unpack(image):
    """The ELF inside a bzImage by the boot protocol's payload fields; None when in doubt."""
    if image[0x202:0x206] != b"HdrS":
        return None
    setup_sectors = image[0x1F1] or 4
    offset, length = struct.unpack_from("<II", image, 0x248)
    start = (setup_sectors + 1) * 512 + offset
    elf = decompress(image[start:start + length])
    return elf if elf and elf.startswith(b"\x7fELF") else None


def decompress(payload):
    try:
        if payload.startswith(b"\xfd7zXZ\0"):
            return lzma.LZMADecompressor().decompress(payload)
        if payload.startswith(b"\x1f\x8b"):
            return zlib.decompressobj(31).decompress(payload)
    except (lzma.LZMAError, zlib.error):
        return None
    for magic, tool in ((b"\x28\xb5\x2f\xfd", "zstd"), (b"\x02\x21\x4c\x18", "lz4")):
        if payload.startswith(magic) and shutil.which(tool):
            # The payload ends with its unpacked length, which the tools grumble about.
            return subprocess.run([tool, "-dcq"], input=payload, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL).stdout
    return None
