"""Run one test program and understand what it prints."""
import os
import re
import signal
import subprocess
import time

SECONDS_PER_PROGRAM = 900


class Outcome:
    """What came of a program: names of passed and failed tests, skipped ones with their reasons."""

    def __init__(self, name):
        self.name = name
        self.passed, self.failed, self.skipped = [], [], []
        self.trouble = None
        self.seconds = 0.0
        self.output = ""


def run(name, command, directory, environment=None):
    """Run `command`, a libtest program."""
    outcome = Outcome(name)
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=directory, env={**os.environ, **(environment or {})}, text=True,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               errors="replace", start_new_session=True)
    try:
        outcome.output, _ = process.communicate(timeout=SECONDS_PER_PROGRAM)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        outcome.output, _ = process.communicate()
        outcome.trouble = "not over after %d s" % SECONDS_PER_PROGRAM
    outcome.seconds = time.monotonic() - began
    understand(outcome, process.returncode)
    return outcome


def understand(outcome, status):
    """Libtest prints `test NAME ... ok`, and with --show-output each test's own output under a heading.

    A test may write between `...` and its result from another process, so the
    result is the line's end, or the next line that is nothing but a result.
    """
    reasons = {name: reason for name, reason in
               re.findall(r"^---- (\S+) stdout ----\n(?:(?!^----).*\n)*?SKIP: (.*)$", outcome.output, re.M)}
    for line in outcome.output.splitlines():
        found = re.match(r"test (.+?)(?: - should panic)? \.\.\. .*?(ok|FAILED|ignored(?:, .*)?)$", line)
        # trybuild prints lines of the same shape, in colours.
        if not found or "\x1b" in line:
            continue
        name, result = found.groups()
        if result == "FAILED":
            outcome.failed.append(name)
        elif result.startswith("ignored"):
            outcome.skipped.append((name, result.partition(", ")[2] or "no reason given"))
        elif name in reasons:
            outcome.skipped.append((name, reasons[name]))
        else:
            outcome.passed.append(name)
    claimed = [int(number) for number in re.findall(r"^test result: \S+ (\d+) passed", outcome.output, re.M)]
    succeeded = len(outcome.passed) + sum(1 for name, _ in outcome.skipped if name in reasons)
    if outcome.trouble is None and not outcome.failed:
        if status != 0 or not claimed:
            outcome.trouble = "ended with status %d" % status
        elif sum(claimed) != succeeded:
            outcome.trouble = "%d tests passed, but only %d of them are known by name" % (sum(claimed), succeeded)
