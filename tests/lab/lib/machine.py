"""The lab machine: one QEMU process from its command line to its end."""
import ctypes
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import time

import initramfs
import kernel

INSIDE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "inside")
# To reach the tree (first line), and what loads faster from the initramfs than over 9p.
MODULES = ["virtio_pci", "9pnet_virtio", "9p", "overlay",
           "kvm_amd", "tun", "bridge", "veth", "vhost_net", "virtio_rng", "virtio_blk", "virtio_console", "crc32c_generic",
           "ext4", "nf_tables"]
CMDLINE = ("console=ttyS0 quiet loglevel=4 panic=-1 mitigations=off nowatchdog nokaslr apparmor=0 selinux=0 "
           "tsc=reliable no_timer_check random.trust_cpu=on kvm_amd.nested=1 oops=panic")
# QEMU 10's emulated processors write to flags of the first one when they load an FPU state, without a lock: should that
# fall together with an exit from a guest on the first one, the guest's page tables stay in force and the lab's kernel
# dies. So the first processor is the kernel's own: commands, and with them guests, run on the others.
FOR_THE_KERNEL = 1
TIME_UP, BROKEN = 124, 125
POLL_SECONDS = 0.03


def default_memory():
    """4 GiB, or half of what is free where that is less."""
    with open("/proc/meminfo") as meminfo:
        free = next(int(line.split()[1]) for line in meminfo if line.startswith("MemAvailable"))
    return max(1024, min(4096, free // 2048))


def run(options):
    """Boot, follow the command's output, return its status."""
    work = tempfile.mkdtemp(prefix="lab-")
    qemu = None
    # QEMU makes the terminal raw, and may end too suddenly to make it good again.
    terminal = termios.tcgetattr(0) if options.terminal and os.isatty(0) else None

    def leave(number, _frame):
        sys.exit(128 + number)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
    try:
        qemu = start(options, work)
        return follow(options, qemu, work)
    finally:
        if qemu and qemu.poll() is None:
            qemu.kill()
            qemu.wait()
        if terminal:
            termios.tcsetattr(0, termios.TCSADRAIN, terminal)
        shutil.rmtree(work, ignore_errors=True)


def start(options, work):
    running = kernel.find()
    with open(os.path.join(INSIDE, "init")) as script:
        base = initramfs.build("lab", running, MODULES, {"init": script.read()})
    writable = [os.path.realpath(directory) for directory in options.rw]
    write_job(options, running, writable, work)
    return launch(qemu_command(options, running, base, writable, work), work, options.terminal)


def write_job(options, running, writable, work):
    """The directory both sides share: what to run, and what comes of it."""
    job = os.path.join(work, "job")
    os.mkdir(job)
    shutil.copy(os.path.join(INSIDE, "main"), job)
    exports = ""
    for each in options.env:
        name, given, value = each.partition("=")
        exports += "export %s=%s\n" % (name, shlex.quote(value if given else os.environ.get(name, "")))
    # By env: busybox's shell would take its own applet for a bare `ip` or `mount`.
    script = "%scd %s 2>/dev/null || cd /\nexec /usr/bin/env -- %s\n" % (
        exports, shlex.quote(options.cwd), " ".join(map(shlex.quote, options.command)))
    for name, text in (("command", script), ("writable", "".join(path + "\n" for path in writable)),
                       ("disks", "".join(disk.partition(":")[2] + "\n" for disk in options.disk)),
                       ("terminal", "/dev/hvc0\n" if options.terminal else ""),
                       ("modules", running.modules.base + "\n"), ("out", ""), ("err", "")):
        with open(os.path.join(job, name), "w") as out:
            out.write(text)
    for directory in writable:
        os.makedirs(directory, exist_ok=True)


def qemu_command(options, running, base, writable, work):
    def share(path, tag, more=""):
        return ["-virtfs", "local,path=%s,mount_tag=%s,security_model=none,multidevs=remap%s"
                % (path.replace(",", ",,"), tag, more)]
    command = [initramfs.tool("qemu-system-x86_64", "qemu-system-x86"),
               "-machine", "q35", "-accel", os.environ.get("VIREO_LAB_ACCEL", "tcg,thread=multi,tb-size=768"), "-cpu", "max,+svm,+npt,-la57",
               "-smp", str(options.cpus + FOR_THE_KERNEL), "-m", str(options.mem), "-nodefaults", "-no-user-config",
               "-display", "none", "-nic", "none", "-no-reboot", "-monitor", "none",
               "-serial", "file:" + (options.console or os.path.join(work, "console")),
               "-kernel", running.elf() or running.image, "-initrd", base, "-append", CMDLINE,
               "-device", "virtio-rng-pci"]
    command += share("/", "outer", ",readonly=on") + share(os.path.join(work, "job"), "job")
    for number, directory in enumerate(writable):
        command += share(directory, "rw%d" % number)
    if options.terminal:
        command += ["-device", "virtio-serial-pci", "-chardev", "stdio,id=terminal,signal=off",
                    "-device", "virtconsole,chardev=terminal"]
    for number, disk in enumerate(options.disk):
        command += ["-drive", "if=none,id=disk%d,file=%s,format=raw,cache=unsafe,discard=unmap"
                    % (number, empty_file(os.path.join(work, "disk%d" % number), int(disk.partition(":")[0]) << 20)),
                    "-device", "virtio-blk-pci,drive=disk%d" % number]
    return command


def empty_file(path, size):
    with open(path, "wb") as image:
        image.truncate(size)
    return path


def launch(command, work, terminal):
    def prepare():
        if not terminal:
            os.setpgid(0, 0)  # an interrupt from the terminal is ours to handle
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: never outlives us
    with open(os.path.join(work, "qemu"), "wb") as log:
        ends = (None, None) if terminal else (subprocess.DEVNULL, log)
        return subprocess.Popen(command, stdin=ends[0], stdout=ends[1], stderr=log, preexec_fn=prepare)


def follow(options, qemu, work):
    """Pass on output until the status is there."""
    job = os.path.join(work, "job")
    began = time.monotonic()
    outputs = [(open(os.path.join(job, "out"), "rb"), 1), (open(os.path.join(job, "err"), "rb"), 2)]
    status = os.path.join(job, "status")
    while True:
        # In this order: what was written before the status or the end is still read.
        over = os.path.exists(status)
        ended = qemu.poll() is not None
        moved = sum([pass_on(source, sink) for source, sink in outputs])
        if over:
            if options.verbose:
                print("lab: over after %.1f s" % (time.monotonic() - began), file=sys.stderr)
            with open(status) as number:
                return int(number.read())
        if ended:
            return explain(options, work)
        if options.timeout and time.monotonic() - began > options.timeout:
            print("lab: time is up after %g s" % options.timeout, file=sys.stderr)
            return TIME_UP
        if not moved:
            time.sleep(POLL_SECONDS)


def pass_on(source, sink):
    data = source.read(1 << 20)
    left = data
    while left:
        try:
            left = left[os.write(sink, left):]
        except BlockingIOError:
            time.sleep(POLL_SECONDS)
        except BrokenPipeError:
            break
    return len(data)


def explain(options, work):
    print("lab: the machine ended before the command did; it said last:", file=sys.stderr)
    for path in (os.path.join(work, "qemu"), options.console or os.path.join(work, "console")):
        if os.path.exists(path):
            with open(path, errors="replace") as text:
                print("".join(text.readlines()[-25:]), file=sys.stderr)
    return BROKEN
