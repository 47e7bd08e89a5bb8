"""One daemon under measurement: ours on a private root, or stock's in its room."""
import os
import shutil
import subprocess
import tempfile
import time


class Daemon:
    """Starts on `with`, with a command before it where something is to watch it."""

    def __init__(self, kind, release, state=None):
        self.kind, self.release = kind, release
        self.bench_path = os.path.join(release, "bench")
        self.state = state or tempfile.mkdtemp(prefix="vireo-bench-")
        self.own_state = state is None
        self.process = None
        if kind == "ours":
            self.socket = self.state + "/run/libvirt-sock"
            self.command = [os.path.join(release, "vireod"), "--root", self.state]
        else:
            self.socket = "/run/libvirt/libvirt-sock"
            self.command = ["libvirtd", "--config", "/etc/libvirt/libvirtd.conf", "--pid-file", "/run/libvirtd-bench.pid"]

    def start(self, before=()):
        environment = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
        self.process = subprocess.Popen([*before, *self.command], stdin=subprocess.DEVNULL, env=environment,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 600
        while subprocess.run([self.bench_path, "calls", self.socket, "libversion", "1"],
                             stderr=subprocess.DEVNULL).returncode:
            if self.process.poll() is not None or time.monotonic() > end:
                raise SystemExit("%s does not answer" % self.command[0])
            time.sleep(0.1)
        return self

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def bench(self, *arguments):
        """Runs the client; its last number."""
        words = [self.bench_path, arguments[0], self.socket, *map(str, arguments[1:])]
        done = subprocess.run(words, stdout=subprocess.PIPE, check=True, text=True)
        return float(done.stdout.split()[-1]) if done.stdout.split() else None

    def remove(self):
        if self.own_state:
            shutil.rmtree(self.state, ignore_errors=True)

    def memory(self):
        """KiB by the kernel's account: whole, anonymous; and how many threads."""
        fields = {}
        with open("/proc/%d/status" % self.process.pid) as status:
            for line in status:
                name, _, value = line.partition(":")
                fields[name] = value.split()[0] if value.split() else ""
        return {"rss": int(fields["VmRSS"]), "anonymous": int(fields["RssAnon"]), "threads": int(fields["Threads"])}
