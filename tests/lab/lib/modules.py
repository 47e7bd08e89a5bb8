"""Kernel modules by name: which file, in which order, unpacked."""
import lzma
import os
import subprocess


class ModuleTree:
    """A /lib/modules/VERSION directory."""

    def __init__(self, base):
        self.base = base
        self._needs = {}
        self._file = {}
        with open(os.path.join(base, "modules.dep")) as dep:
            for line in dep:
                path, _, needs = line.partition(":")
                self._needs[path] = needs.split()
                self._file[plain(path)] = path
        with open(os.path.join(base, "modules.builtin")) as builtin:
            self._builtin = {plain(line.strip()) for line in builtin}

    def has(self, name):
        name = name.replace("-", "_")
        return name in self._file or name in self._builtin

    def load_order(self, names):
        """Files of `names` and of all they need, each once, needs first. Unknown and built-in ones are left out."""
        order = []
        for name in names:
            path = self._file.get(name.replace("-", "_"))
            # modules.dep lists a module's needs nearest first.
            for each in [*reversed(self._needs.get(path, [])), path]:
                if each and each not in order:
                    order.append(each)
        return order

    def read(self, path):
        """(name without compression suffix, contents) of a file that load_order gave."""
        whole = os.path.join(self.base, path)
        name = os.path.basename(path)
        if name.endswith(".zst"):
            return name[:-4], subprocess.run(["zstd", "-dcq", whole], stdout=subprocess.PIPE, check=True).stdout
        with open(whole, "rb") as module:
            data = module.read()
        if name.endswith(".xz"):
            return name[:-3], lzma.decompress(data)
        return name, data

    def stamp(self, order):
        """Changes when one of the files does."""
        return "".join("%s:%d;" % (path, os.stat(os.path.join(self.base, path)).st_mtime) for path in order)


def plain(path):
    """kernel/fs/9p/9pnet-virtio.ko.xz -> 9pnet_virtio"""
    return os.path.basename(path).partition(".ko")[0].replace("-", "_")
