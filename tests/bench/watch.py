"""Counting what a daemon does: instructions by callgrind, system calls by strace.

Both count more than the calls in question: connecting, waiting. So each figure is
the difference of two runs of different length.
"""
import glob
import os
import re
import signal
import subprocess
import tempfile
import time

# What to do `n` times: a name and the client's arguments.
SMALL = [("libversion", lambda n: ("calls", "libversion", n)), ("info", lambda n: ("calls", "info", n)),
         ("xml", lambda n: ("calls", "xml", n))]
CONNECT = ("connect", lambda n: ("connects", n))
LARGE = [("list", lambda n: ("calls", "list", n)), ("stats", lambda n: ("calls", "stats", n))]


class Instructions:
    """A daemon that runs under callgrind."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.directory = tempfile.mkdtemp(prefix="vireo-callgrind-")
        daemon.start(["valgrind", "-q", "--tool=callgrind", "--callgrind-out-file=%s/out" % self.directory])

    def count(self, arguments):
        """Instructions since the last count, with these client's runs in between."""
        self._dump()
        self.daemon.bench(*arguments)
        return self._dump()

    def _dump(self):
        before = set(glob.glob(self.directory + "/out.*"))
        subprocess.run(["callgrind_control", "--dump", str(self.daemon.process.pid)], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        new = set()
        for _ in range(200):
            new = set(glob.glob(self.directory + "/out.*")) - before
            if new:
                break
            time.sleep(0.05)
        return sum(map(totals, new))

    def stop(self):
        self.daemon.stop()
        subprocess.run(["rm", "-rf", self.directory])


def totals(path):
    for _ in range(200):
        with open(path) as text:
            found = re.search(r"^totals: (\d+)", text.read(), re.M)
        if found:
            return int(found.group(1))
        time.sleep(0.05)
    raise SystemExit("%s has no totals" % path)


class SystemCalls:
    """A running daemon, with strace attached for each count."""

    def __init__(self, daemon):
        self.daemon = daemon

    def count(self, arguments):
        with tempfile.NamedTemporaryFile(mode="r", prefix="vireo-strace-") as out:
            strace = subprocess.Popen(["strace", "-f", "-c", "-qq", "-o", out.name, "-p", str(self.daemon.process.pid)],
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self._wait_attached()
            self.daemon.bench(*arguments)
            time.sleep(0.2)
            strace.send_signal(signal.SIGINT)
            strace.wait()
            found = re.search(r"^\s*100\.00\s+\S+\s+(?:\S+\s+)?(\d+)(?:\s+\d+)?\s+total", out.read(), re.M)
        return int(found.group(1)) if found else 0

    def _wait_attached(self):
        for _ in range(200):
            traced = [open(path).read() for path in glob.glob("/proc/%d/task/*/status" % self.daemon.process.pid)]
            if all(not re.search(r"^TracerPid:\s+0$", text, re.M) for text in traced):
                return
            time.sleep(0.02)


def per_call(counter, arguments, few, many):
    """What one more costs."""
    counter.count(arguments(few))  # whatever is done once is done now
    first, second = counter.count(arguments(few)), counter.count(arguments(many))
    return (second - first) / (many - few)


def spinners():
    """Idle-priority work on every CPU: a CPU that wakes from idle hides all else."""
    command = ["chrt", "--idle", "0", "sh", "-c", "while :; do :; done"]
    return [subprocess.Popen(command, preexec_fn=os.setsid) for _ in range(os.cpu_count())]
