"""What every initramfs here has in common: busybox, and modules loaded in order.

Cached under target/ by a digest of everything that goes in.
"""
import gzip
import hashlib
import os
import shutil
import sys

import tree
from cpio import Archive


def busybox():
    fetched = os.path.join(tree.TARGET, "kernel/busybox")
    for path in (fetched + "/bin/busybox", fetched + "/usr/bin/busybox", "/bin/busybox"):
        if os.path.exists(path):
            return path
    sys.exit("no static busybox (tests/lab/deps fetches one)")


def build(name, kernel, modules, files):
    """An initramfs: busybox, `modules` with their needs listed in /modules/order, and `files` {path: text}."""
    order = kernel.modules.load_order(modules)
    digest = hashlib.sha256()
    for part in [kernel.version, kernel.modules.stamp(order), str(os.stat(busybox()).st_mtime), repr(files)]:
        digest.update(part.encode())
    path = os.path.join(tree.cache("initramfs"), "%s-%s-%s.gz" % (name, kernel.version, digest.hexdigest()[:12]))
    if not os.path.exists(path):
        tree.write_whole(path, gzip.compress(archive(kernel, order, files), 1))
    return path


def archive(kernel, order, files):
    whole = Archive()
    for directory in ("bin", "dev", "proc", "sys", "modules", "root", "tmp", "etc"):
        whole.directory(directory)
    with open(busybox(), "rb") as binary:
        whole.file("bin/busybox", binary.read(), 0o755)
    whole.symlink("bin/sh", "busybox")
    # Before devtmpfs is mounted, init's own messages need somewhere to go.
    whole.device("dev/console", 5, 1)
    names = []
    for each in order:
        name, data = kernel.modules.read(each)
        whole.file("modules/" + name, data)
        names.append(name)
    whole.file("modules/order", "".join(name + "\n" for name in names))
    for parent in sorted({os.path.dirname(path) for path in files if "/" in path}):
        whole.directory(parent)
    for path, text in files.items():
        whole.file(path, text, 0o755)
    return whole.bytes()


def tool(name, package):
    return shutil.which(name) or sys.exit("no %s (package %s; tests/lab/deps installs it)" % (name, package))
