"""A small Linux kernel, built once from the distribution's sources with small.config.

Peers are compared on a kernel that has nothing but what a guest needs: there most of
a start is the hypervisor's. tests/lab/deps fetches the sources (linux-source).
"""
import glob
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lab/lib"))
import tree  # noqa: E402

CONFIG = os.path.join(HERE, "small.config")


def find():
    """The kernel's ELF image, built where it is not there yet; None without sources or tools, and it says why."""
    archive = sources()
    if not archive:
        print("bench: no small kernel: no linux-source under %s" % tree.TARGET, file=sys.stderr)
        return None
    with open(CONFIG, "rb") as config:
        name = os.path.basename(archive) + "-" + hashlib.sha256(config.read()).hexdigest()[:12]
    path = os.path.join(tree.cache("kernel/small"), name)
    if not os.path.exists(path):
        print("bench: building a small kernel, some minutes", file=sys.stderr, flush=True)
        directory = tempfile.mkdtemp(prefix="build-", dir=tree.cache("kernel/small"))
        try:
            with open(build(archive, directory), "rb") as image:
                tree.write_whole(path, image.read())
        finally:
            shutil.rmtree(directory)
    return path


def sources():
    """The archive in the package: Debian's lies in usr/src, Ubuntu's in a folder of it."""
    base = os.path.join(tree.TARGET, "kernel/source/usr/src")
    return next(iter(sorted(glob.glob(base + "/linux-source*.tar.*") +
                            glob.glob(base + "/linux-source*/linux-source*.tar.*"), reverse=True)), None)


def build(archive, directory):
    run(["tar", "-xf", archive, "-C", directory, "--strip-components=1"], directory)
    make = ["make", "-s", "-j%d" % os.cpu_count()]
    run(make + ["tinyconfig"], directory)
    with open(CONFIG) as wanted, open(directory + "/.config", "a") as config:
        config.write(wanted.read())
    run(make + ["olddefconfig"], directory)
    run(make + ["vmlinux"], directory)
    run(["strip", "--strip-debug", "vmlinux"], directory)
    return directory + "/vmlinux"


def run(command, directory):
    done = subprocess.run(command, cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace")
    if done.returncode:
        sys.exit("bench: %s failed:\n%s" % (" ".join(command), done.stdout[-2000:]))
