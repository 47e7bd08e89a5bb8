"""Build the workspace once, and know which test programs came of it."""
import json
import os
import subprocess
import sys

# Packages whose unit tests need KVM, taps or bridges, beside the test targets
# named guest_*.
GUEST_PACKAGES = {"vireo-vmm", "vireo-net"}


class Program:
    """One test program."""

    def __init__(self, package, target, kind, path, directory):
        self.package, self.target, self.kind, self.path, self.directory = package, target, kind, path, directory

    @property
    def name(self):
        return self.package if self.kind == "lib" else "%s %s" % (self.package, self.target)

    @property
    def needs_guests(self):
        return self.package in GUEST_PACKAGES or self.target.startswith("guest_")


def build(root):
    """Everything with one cargo run, so that nothing is compiled twice; the list of test programs."""
    command = ["cargo", "build", "--workspace", "--all-targets", "--message-format=json-render-diagnostics"]
    programs = []
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as cargo:
        for line in cargo.stdout:
            message = json.loads(line)
            if message.get("reason") != "compiler-artifact" or not message.get("executable"):
                continue
            # A benchmark is built, so that it stays whole, and not run.
            if message["profile"]["test"] and message["target"]["kind"] != ["bench"]:
                programs.append(program(message))
    if cargo.returncode:
        sys.exit(cargo.returncode)
    return sorted(programs, key=lambda each: (each.package, each.kind != "lib", each.target))


def program(message):
    manifest = message["manifest_path"]
    return Program(package_name(message["package_id"]), message["target"]["name"], message["target"]["kind"][0],
                   message["executable"], os.path.dirname(manifest))


def package_name(package_id):
    """path+file:///somewhere/vireo-xdr#0.1.0, or ...#vireo-xdr@0.1.0 where the directory is named otherwise."""
    path, _, fragment = package_id.partition("#")
    return fragment.partition("@")[0] if "@" in fragment else path.rpartition("/")[2]
