"""Write initramfs archives: the cpio `newc` format the kernel unpacks at boot."""


class Archive:
    """Collects entries; `bytes()` gives the archive. Parents must be added before children."""

    def __init__(self):
        self._out = bytearray()
        self._inode = 0

    def directory(self, name):
        self._entry(name, 0o040755, b"")

    def file(self, name, data, mode=0o644):
        if isinstance(data, str):
            data = data.encode()
        self._entry(name, 0o100000 | mode, data)

    def symlink(self, name, target):
        self._entry(name, 0o120777, target.encode())

    def device(self, name, major, minor):
        self._entry(name, 0o020600, b"", major, minor)

    def bytes(self):
        whole = Archive()
        whole._out, whole._inode = bytearray(self._out), self._inode
        whole._entry("TRAILER!!!", 0, b"")
        whole._pad(512)
        return bytes(whole._out)

    def _entry(self, name, mode, data, major=0, minor=0):
        self._inode += 1
        path = name.encode() + b"\0"
        # c_magic, then ino mode uid gid nlink mtime filesize devmajor devminor
        # rdevmajor rdevminor namesize check, eight hex digits each.
        fields = (self._inode, mode, 0, 0, 1, 0, len(data), 0, 0, major, minor, len(path), 0)
        self._out += b"070701" + b"".join(b"%08X" % field for field in fields) + path
        self._pad(4)
        self._out += data
        self._pad(4)

    def _pad(self, to):
        self._out += bytes(-len(self._out) % to)
