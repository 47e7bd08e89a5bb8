#!/usr/bin/python3
"""Ask which of virsh's commands a daemon serves, by trying every one.

    tests/clients/virsh_commands.py URI DEFINITION DIRECTORY

For each command of the groups below, its required arguments are read from its own
help and filled in, for the domain of a definition, which does not run; files that
the commands take are written to DIRECTORY. One line each:

    GROUP COMMAND: served         it did what it was told, or said why it cannot be done
    GROUP COMMAND: not served: ANSWER    the daemon has no such thing
"""
import os
import re
import subprocess
import sys

GROUPS = ["domain", "monitor", "host"]

# Commands whose synopsis says too little, or that would do nothing as it stands there.
ARGUMENTS = {
    "allocpages": ["2048", "0"],
    "blkdeviotune": ["vda"],
    "blockcopy": ["vda", "--dest", "/nonexistent.img"],
    "change-media": ["vda", "/nonexistent.img", "--update"],
    "console": ["--force"],
    "cpu-baseline": ["{cpu}"],
    "cpu-compare": ["{cpu}"],
    "create": ["{definition}"],
    "define": ["{definition}"],
    "desc": [],
    "detach-disk": ["vda", "--config"],
    "domblkinfo": ["vda"],
    "domif-getlink": ["{mac}"],
    "domif-setlink": ["{mac}", "up", "--config"],
    "domifstat": ["{mac}"],
    "domname": ["{uuid}"],
    "dompmsuspend": ["mem"],
    "domrename": ["{name}"],
    "domsetlaunchsecstate": ["--secrethdr", "{file}", "--secret", "{file}"],
    "domstats": ["{domain}"],
    "domxml-from-native": ["qemu-argv", "{file}"],
    "domxml-to-native": ["qemu-argv", "--domain", "{domain}"],
    "event": ["--all", "--timeout", "1"],
    "freepages": ["--all"],
    "guest-agent-timeout": ["--timeout", "5"],
    "hypervisor-cpu-baseline": ["{cpu}"],
    "hypervisor-cpu-compare": ["{cpu}"],
    "iothreadset": ["1", "--poll-max-ns", "100"],
    "managedsave-define": ["{file}"],
    "metadata": ["--uri", "http://example.org/"],
    "migrate": ["qemu+unix:///system?socket=/nonexistent", "--p2p"],
    "nodesuspend": ["mem", "60"],
    "qemu-agent-command": ["{{\"execute\":\"guest-ping\"}}"],
    "qemu-attach": ["1"],
    "qemu-monitor-event": ["--timeout", "1"],
    "save-image-define": ["{file}", "{file}"],
    "send-key": ["KEY_A"],
    "set-lifecycle-action": ["poweroff", "destroy", "--config"],
    "set-user-sshkeys": ["root", "--reset"],
    "setmem": ["65536", "--config"],
    "setvcpu": ["1", "--disable", "--config"],
    "setvcpus": ["1", "--config"],
    "update-memory-device": ["--print-xml"],
}
# Values of arguments by their names.
VALUES = {
    "action": "destroy", "alias": "nothing", "arch": "x86_64", "bandwidth": "0", "cmd": "info version", "count": "1",
    "cpulist": "0", "dest": "/nonexistent.img", "dev": "vda", "device": "vda", "disk": "vda", "domain": "{domain}",
    "duration": "60", "file": "{file}", "id": "1", "image": "vda", "interface": "{mac}", "name": "other",
    "new-name": "other", "password": "x", "path": "vda", "pid": "1", "signame": "sigterm", "size": "1024",
    "source": "/nonexistent.img", "start": "0", "target": "vdb", "threshold": "1", "title": "x", "type": "bridge",
    "user": "root", "vcpulist": "0", "xmlfile": "{file}",
}
# A connection without the call, without the program, or without the feature.
NOT_SERVED = re.compile("not supported by the connection driver: (.*)|(Cannot find program .*)|"
                        "(\S* migration is not supported by the source host)")


def main():
    uri, definition, directory = sys.argv[1:]
    with open(definition) as text:
        text = text.read()
    words = {"domain": re.search("<name>(.*)</name>", text).group(1), "definition": definition,
             "uuid": re.search("<uuid>(.*)</uuid>", text).group(1), "mac": re.search("<mac address='(.*?)'", text).group(1),
             "file": os.path.join(directory, "file.xml"), "cpu": os.path.join(directory, "cpu.xml")}
    words["name"] = words["domain"]
    write(words["cpu"], "<cpu><arch>x86_64</arch><model>486</model></cpu>")
    write(words["file"], "<disk type='file'><source file='/nonexistent.img'/><target dev='vdb' bus='virtio'/></disk>")
    for group in GROUPS:
        for command in commands(group):
            virsh("-c", uri, "define", definition)
            arguments = [command] + [each.format(**words) for each in required(command)]
            print(group, command + ":", verdict(uri, arguments), flush=True)


def write(path, text):
    with open(path, "w") as out:
        out.write(text)


def virsh(*arguments, patience=60):
    environment = dict(os.environ, LC_ALL="C", EDITOR="true", VISUAL="true")
    return subprocess.run(["virsh", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          stdin=subprocess.DEVNULL, timeout=patience, env=environment)


def commands(group):
    """A group's commands, as virsh lists them."""
    listed = virsh("help", group).stdout
    return re.findall(r"^ {4}(\S+)", listed, re.M)


def required(command):
    """The arguments that a command cannot do without."""
    synopsis = re.search(r"SYNOPSIS\n\s+\S+(.*)\n", virsh("help", command).stdout).group(1)
    domain = ["{domain}"] if synopsis.strip().startswith("<domain>") else []
    if command in ARGUMENTS:
        return (domain if "{domain}" not in ARGUMENTS[command] else []) + ARGUMENTS[command]
    while "[" in synopsis:
        synopsis = re.sub(r"\[[^\[\]]*\]", "", synopsis)
    names = re.findall(r"(--\S+ )?<([^>]+)>", synopsis)
    values = []
    for option, name in names:
        key = option.strip().lstrip("-") or name
        values += [option.strip()] * bool(option) + [VALUES.get(key, "1")]
    return values


def verdict(uri, arguments):
    """Whether the daemon has what the command is about."""
    try:
        said = virsh("-c", uri, *arguments).stdout
    except subprocess.TimeoutExpired:
        return "no answer"
    missing = NOT_SERVED.search(said)
    if missing:
        return "not served: " + next(filter(None, missing.groups()))
    if "error: command " in said:
        return "not asked: " + " ".join(said.split())
    return "served" + (": " + " ".join(said.split()) if "SHOW" in os.environ else "")


if __name__ == "__main__":
    main()
