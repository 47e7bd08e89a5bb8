#!/usr/bin/python3
"""Two subscribers with different filters, by libvirt's Python binding, until the daemon goes away.

    tests/clients/events.py URI DEFINITION

Defines and undefines the domain of DEFINITION and one beside it, and prints what
each callback is told; then `waiting`, and the reason why the connection closed.
"""
import sys

import libvirt

EVENTS = ["defined", "undefined", "started", "suspended", "resumed", "stopped", "shutdown", "pmsuspended", "crashed"]
told = []


def main():
    uri, definition = sys.argv[1:]
    with open(definition) as text:
        xml = text.read()
    beside = xml.replace("<name>defined<", "<name>beside<").replace("d1d1", "0d0d").replace("d1:d1:d1", "0d:0d:0d")
    libvirt.virEventRegisterDefaultImpl()
    ear, other_ear, actor = libvirt.open(uri), libvirt.open(uri), libvirt.open(uri)
    domain = actor.defineXML(xml)
    old_way = lambda *event: tell("the old way", *event[1:4])
    ear.domainEventRegister(old_way, None)
    number = ear.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, any_domain, "any")
    other_ear.domainEventRegisterAny(other_ear.lookupByName("defined"), libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                     any_domain, "one")
    ear.registerCloseCallback(closed, None)
    actor.defineXML(xml)
    second = actor.defineXML(beside)
    listen(1 + 4)
    ear.domainEventDeregisterAny(number)
    second.undefine()
    listen(1)
    ear.domainEventDeregister(old_way)
    domain.undefine()
    listen(1)
    print("waiting", flush=True)
    while not told or told[-1] != "closed":
        libvirt.virEventRunDefaultImpl()


def listen(count):
    """Until so many callbacks were told; those of two connections come in any order."""
    while len(told) < count:
        libvirt.virEventRunDefaultImpl()
    print(*sorted(told), sep="\n", flush=True)
    told.clear()


def any_domain(connection, domain, event, detail, opaque):
    tell(opaque, domain, event, detail)


def tell(who, domain, event, detail):
    told.append("%s: %s %s %d" % (who, domain.name(), EVENTS[event], detail))


def closed(connection, reason, opaque):
    print("closed", reason, flush=True)
    told.append("closed")


if __name__ == "__main__":
    main()
