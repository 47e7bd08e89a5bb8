#!/usr/bin/python3
"""Walk what the development guide's chapter on connections asks of a host, as its examples do.

    tests/clients/host.py URI READ-ONLY-URI

One line for each call: its name and the shape of what it said, numbers as N; an
error by its code and domain. What differs between two hosts of the same make is
not shown, so two daemons on one host can be compared line by line.
"""
import re
import sys
from xml.etree import ElementTree

import libvirt

PATHS = ["host/uuid", "host/cpu/arch", "host/cpu/model", "host/cpu/feature", "host/topology/cells/cell/cpus/cpu",
         "guest/os_type", "guest/arch/wordsize", "guest/arch/emulator", "guest/arch/machine", "guest/arch/domain",
         "guest/features/acpi", "guest/features/apic", "guest/features/pae"]


def main():
    uri, read_only = sys.argv[1:]
    libvirt.registerErrorHandler(lambda context, error: None, None)
    opening(uri, read_only)
    connection = libvirt.open(uri)
    about_the_connection(connection)
    about_the_host(connection)
    about_processors(connection)
    print("close", connection.close())


def opening(uri, read_only):
    """Examples of opening: with and without rights, with credentials that nobody asks for, with other drivers."""
    for name, open_it in [
            ("open", lambda: libvirt.open(uri)),
            ("openReadOnly", lambda: libvirt.openReadOnly(read_only)),
            ("openAuth", lambda: libvirt.openAuth(uri, [[libvirt.VIR_CRED_AUTHNAME], lambda *_: 0, None], 0)),
            ("openAuth read-only", lambda: libvirt.openAuth(uri, [[], None, None], libvirt.VIR_CONNECT_RO)),
            ("open another driver", lambda: libvirt.open(uri.replace("qemu+unix", "xen+unix"))),
            ("open another path", lambda: libvirt.open(uri.replace("/system", "/elsewhere")))]:
        say(name, lambda: open_it().getType())
    say("a change, read-only", lambda: libvirt.openReadOnly(read_only).defineXML("<domain/>"))


def about_the_connection(connection):
    """What a connection says of itself."""
    say("getType", connection.getType)
    say("getVersion", connection.getVersion)
    say("getLibVersion", connection.getLibVersion)
    say("getHostname", lambda: bool(connection.getHostname()))
    say("getURI", lambda: connection.getURI().split("?")[0])
    for name in ("isEncrypted", "isSecure", "isAlive"):
        print(name, getattr(connection, name)())
    print("getSecurityModel", [bool(part) for part in connection.getSecurityModel()])


def about_the_host(connection):
    """Its capabilities, memory and firmware."""
    root = ElementTree.fromstring(connection.getCapabilities())
    print("getCapabilities", root.tag, [path for path in PATHS if root.find(path) is None])
    root = ElementTree.fromstring(connection.getDomainCapabilities(None, "x86_64", "q35", "kvm"))
    print("getDomainCapabilities", root.tag, [child.tag for child in root])
    # A machine without firmware tables has nothing to say.
    say("getSysinfo", lambda: ElementTree.fromstring(connection.getSysinfo()).get("type"))
    print("getInfo", [type(each).__name__ for each in connection.getInfo()])
    print("getFreeMemory", connection.getFreeMemory() > 1 << 20)
    print("getCellsFreeMemory", len(connection.getCellsFreeMemory(0, 1)))
    say("getCellsFreeMemory of none", lambda: connection.getCellsFreeMemory(99, 1))
    print("getFreePages", sorted(connection.getFreePages([2048], 0, 4)[0]))
    say("allocPages of none", lambda: connection.allocPages({2048: 0}, 0, 1))
    print("getMemoryStats", sorted(connection.getMemoryStats(libvirt.VIR_NODE_MEMORY_STATS_ALL_CELLS)))
    parameters = connection.getMemoryParameters()
    print("getMemoryParameters", sorted(parameters))
    say("setMemoryParameters", lambda: connection.setMemoryParameters(
        {"shm_pages_to_scan": parameters["shm_pages_to_scan"]}))
    say("setMemoryParameters to read", lambda: connection.setMemoryParameters({"shm_full_scans": 1}))
    say("suspendForDuration", lambda: connection.suspendForDuration(libvirt.VIR_NODE_SUSPEND_TARGET_MEM, 60))


def about_processors(connection):
    """How many, how busy, of which models, and what guests can be given of them."""
    print("getMaxVcpus", connection.getMaxVcpus(None) > 0)
    total, present, online = connection.getCPUMap()
    print("getCPUMap", total == len(present), online == sum(present))
    print("getCPUStats", sorted(connection.getCPUStats(libvirt.VIR_NODE_CPU_STATS_ALL_CPUS)),
          sorted(connection.getCPUStats(0)))
    names = connection.getCPUModelNames("x86_64")
    print("getCPUModelNames", all(name in names for name in ("qemu64", "Haswell", "EPYC")))
    cpu = ElementTree.fromstring(connection.getCapabilities()).find("host/cpu")
    for part in cpu.findall("topology") + cpu.findall("pages") + cpu.findall("counter"):
        cpu.remove(part)
    host = ElementTree.tostring(cpu).decode()
    for text in (host, "<cpu><arch>x86_64</arch><model>486</model></cpu>", "<cpu><model>nobody</model></cpu>"):
        say("compareCPU", lambda: connection.compareCPU(text))
    say("compareHypervisorCPU", lambda: connection.compareHypervisorCPU(None, "x86_64", "q35", "kvm", host))
    for name, ask in (("baselineCPU", lambda: connection.baselineCPU([host])),
                      ("baselineHypervisorCPU", lambda: connection.baselineHypervisorCPU(
                          None, "x86_64", "q35", "kvm", [host]))):
        say(name, lambda: [child.tag for child in ElementTree.fromstring(ask())][:2])


def say(name, ask):
    """What it said, or the error."""
    try:
        said = repr(ask())
    except libvirt.libvirtError as error:
        said = "error %d from %d" % (error.get_error_code(), error.get_error_domain())
    print(name, re.sub(r"\d{4,}", "N", said))


if __name__ == "__main__":
    main()
