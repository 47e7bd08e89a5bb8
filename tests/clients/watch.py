#!/usr/bin/python3
"""Watch one domain through libvirt's Python binding: its events, and its console as a stream.

    tests/clients/watch.py URI DOMAIN

Prints `event WHAT DETAIL` for each lifecycle event and `console TEXT` for each
line of the console, on which it types `echo typed $((40 + 2))` when the guest is
ready. Ends when the domain has stopped.
"""
import sys

import libvirt

EVENTS = ["defined", "undefined", "started", "suspended", "resumed", "stopped", "shutdown", "pmsuspended", "crashed"]


class Watch:
    """Everything happens in callbacks of libvirt's event loop."""

    def __init__(self, uri, name):
        self.connection = libvirt.open(uri)
        self.domain = self.connection.lookupByName(name)
        self.connection.domainEventRegisterAny(self.domain, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, self.event, None)
        self.connection.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_REBOOT, self.reboot, None)
        self.connection.registerCloseCallback(lambda connection, reason, opaque: print("closed", reason), None)
        self.connection.setKeepAlive(5, 3)
        self.stream, self.text, self.typed, self.over = None, b"", False, False

    def event(self, connection, domain, event, detail, opaque):
        print("event", EVENTS[event], detail, flush=True)
        if EVENTS[event] == "started":
            self.open_console()
        self.over = self.over or EVENTS[event] == "stopped"

    def reboot(self, connection, domain, opaque):
        print("event reboot", domain.name(), flush=True)

    def open_console(self):
        self.stream = self.connection.newStream(libvirt.VIR_STREAM_NONBLOCK)
        self.domain.openConsole(None, self.stream, 0)
        self.stream.eventAddCallback(libvirt.VIR_STREAM_EVENT_READABLE, self.readable, None)

    def readable(self, stream, events, opaque):
        try:
            received = stream.recv(1024)
        except libvirt.libvirtError:
            received = b""
        if received == -2:  # nothing there after all
            return
        if not received:
            stream.eventRemoveCallback()
            stream.finish()
            self.stream = None
            print("console closed", flush=True)
            return
        *lines, self.text = (self.text + received).split(b"\n")
        for line in lines:
            print("console", line.decode(errors="replace").rstrip(), flush=True)
        if b"guest# " in self.text and not self.typed:
            self.typed = True
            stream.send(b"echo typed $((40 + 2))\n")


def main():
    libvirt.virEventRegisterDefaultImpl()
    watch = Watch(*sys.argv[1:])
    print("watching", flush=True)
    while not watch.over or watch.stream:
        libvirt.virEventRunDefaultImpl()
    watch.connection.domainEventDeregisterAny(0)
    watch.connection.close()


if __name__ == "__main__":
    main()
