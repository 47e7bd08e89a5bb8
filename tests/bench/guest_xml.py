"""The same guest as a domain's XML and as a QEMU command line."""

XML = """<domain type='kvm'>
  <name>{name}</name>
  <memory unit='MiB'>{memory}</memory>
  <vcpu>{vcpus}</vcpu>
  <os>
    <type arch='x86_64' machine='{machine}'>hvm</type>
    <kernel>{kernel}</kernel>
    {initrd}
    <cmdline>console=ttyS0 quiet panic=-1</cmdline>
  </os>
  <features><acpi/><apic/></features>
  <cpu mode='host-passthrough'/>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>destroy</on_reboot>
  <devices>
    {devices}
    <serial type='file'><source path='{output}'/></serial>
    {memballoon}
  </devices>
</domain>
"""

MEMORY, VCPUS = 256, 1


def domain(name, machine, kernel, initrd, output, disk, bare):
    """With a virtio disk, unless `bare`."""
    devices = "" if bare else (
        "<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='%s'/>"
        "<target dev='vda' bus='virtio'/></disk>" % disk)
    return XML.format(name=name, memory=MEMORY, vcpus=VCPUS, machine=machine, kernel=kernel, output=output,
                      initrd="<initrd>%s</initrd>" % initrd if initrd else "", devices=devices,
                      memballoon="<memballoon model='none'/>")


def qemu(machine, kernel, initrd, output, disk, bare):
    """QEMU alone, with as little as it can do with."""
    kind = {"q35": "q35", "microvm": "microvm"}[machine]
    command = ["qemu-system-x86_64", "-machine", kind, "-accel", "kvm", "-cpu", "host", "-m", str(MEMORY),
               "-smp", str(VCPUS), "-nodefaults", "-no-user-config", "-display", "none", "-monitor", "none",
               "-no-reboot", "-serial", "file:" + output, "-kernel", kernel,
               "-append", "console=ttyS0 quiet panic=-1"]
    if initrd:
        command += ["-initrd", initrd]
    if not bare:
        device = "virtio-blk-device" if machine == "microvm" else "virtio-blk-pci"
        command += ["-drive", "if=none,id=disk,format=raw,file=" + disk, "-device", device + ",drive=disk"]
    return command
