#!/usr/bin/python3
"""Make calls through libvirt's own Python binding and print what comes of each.

    tests/clients/calls.py URI

Each line of the input is a call in JSON: [object, method, arguments...], the
object "conn" or a domain's name. One line for each: `ok: VALUE`, or the whole error.
"""
import json
import sys

import libvirt


def main():
    libvirt.registerErrorHandler(lambda context, error: None, None)
    connection = libvirt.open(sys.argv[1])
    for line in sys.stdin:
        target, method, *arguments = json.loads(line)
        try:
            subject = connection if target == "conn" else connection.lookupByName(target)
            say("ok: " + show(getattr(subject, method)(*arguments)))
        except libvirt.libvirtError as error:
            say(describe(error))
    connection.close()


def say(text):
    """One line, whatever is in it."""
    print(text.replace("\\", "\\\\").replace("\n", "\\n"), flush=True)


def show(value):
    """Objects by their names, anything else as Python writes it."""
    if isinstance(value, list) and all(hasattr(each, "name") for each in value):
        return " ".join(sorted(each.name() for each in value))
    return value.name() if hasattr(value, "name") else repr(value)


def describe(error):
    return "error %s domain %s level %s: %s | %r %r %r %s %s" % (
        error.get_error_code(), error.get_error_domain(), error.get_error_level(), error.get_error_message(),
        error.get_str1(), error.get_str2(), error.get_str3(), error.get_int1(), error.get_int2())


if __name__ == "__main__":
    main()
