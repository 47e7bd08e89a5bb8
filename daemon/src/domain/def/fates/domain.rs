//! Rows of the domain's own elements.

use super::{
    Fate::{Emulated, Inert, Rejected, Substituted},
    Row, is_qemu,
};
use crate::domain::def::{
    Machine,
    clock::{ClockOffset, TimerName},
    format,
    lifecycle::CrashAction,
    memory::MemorySource,
    os::SmbiosMode,
    seclabel::SecLabelKind,
    words::YesNo,
};

pub(super) const ROWS: &[Row] = &[
    Row::new(
        Emulated,
        "os/kernel, os/initrd, os/cmdline",
        "direct boot of a bzImage or a PVH ELF kernel",
        |_| None,
    ),
    Row::new(Rejected, "os[not(kernel)]", "starting from disks by firmware is not there yet", |def| {
        def.os.kernel.is_none().then(|| "<os> without <kernel>".to_owned())
    }),
    Row::new(Rejected, "os/loader, os/nvram, os/@firmware", "there is no firmware yet", |def| {
        let os = &def.os;
        (os.loader.is_some() || os.nvram.is_some() || os.firmware.is_some()).then(|| "<loader>".to_owned())
    }),
    Row::new(Substituted, "os/type/@machine (versioned)", "the board is the one of this version", |def| {
        let machine = &def.os.machine;
        (machine != def.os.board().canonical()).then(|| format!("machine '{machine}'"))
    }),
    Row::new(Rejected, "os/type[@arch='i686'][@machine='microvm']", "microvm has 64 bits", |def| {
        let i686 = def.os.arch == crate::domain::def::os::Arch::I686;
        (i686 && def.os.board() == Machine::Microvm).then(|| "<type arch='i686'>".to_owned())
    }),
    Row::new(
        Inert,
        "os/boot, os/bootmenu, os/bios",
        "firmware's to heed, and a kernel is started directly",
        |def| (def.os.bootmenu.is_some() || def.os.bios.is_some()).then(|| "<bootmenu>, <bios>".to_owned()),
    ),
    Row::new(Rejected, "os/smbios, sysinfo", "no SMBIOS tables of one's own yet", |def| {
        let smbios = def.os.smbios.is_some_and(|mode| mode != SmbiosMode::Emulate);
        (smbios || def.kept.child("sysinfo").is_some()).then(|| "<sysinfo>".to_owned())
    }),
    Row::new(Rejected, "os/acpi, os/dtb, os/init", "no tables of one's own yet", |def| {
        let known = |name: &str| matches!(name, "acpi" | "dtb" | "init" | "root");
        let found = def.os.kept.children().iter().find(|child| known(&child.name));
        found.map(|child| format!("<os><{}>", child.name))
    }),
    Row::new(Rejected, "maxMemory", "no memory hotplug yet", |def| {
        def.memory.max.map(|_| "<maxMemory>".to_owned())
    }),
    Row::new(Rejected, "memoryBacking/source[@type='file']", "memory lies in no file", |def| {
        let source = def.memory.backing.as_ref()?.source?;
        (source == MemorySource::File).then(|| "<memoryBacking><source type='file'>".to_owned())
    }),
    Row::new(Emulated, "vcpu/@current, vcpus/vcpu", "they come and go by ACPI", |_| None),
    Row::new(
        Emulated,
        "vcpu/@cpuset, cputune, memtune, blkiotune, numatune/memory",
        "by affinity, policy of scheduling and memory, and the guest's control group",
        |_| None,
    ),
    Row::new(
        Rejected,
        "cputune/cachetune, cputune/memorytune",
        "the host's caches and memory bandwidth are not divided",
        |def| {
            let known = |name: &str| matches!(name, "cachetune" | "memorytune");
            let found = def.tune.cpu.kept.children().iter().find(|child| known(&child.name))?;
            Some(format!("<cputune><{}>", found.name))
        },
    ),
    Row::new(
        Rejected,
        "vcpu/@placement='auto', numatune/memory/@placement='auto'",
        "nobody advises where to place it",
        |def| {
            let advised = def.tune.numa.memory.as_ref().is_some_and(|memory| memory.nodes.is_none());
            let auto = def.vcpus.placement == crate::domain::def::vcpus::Placement::Auto;
            (advised || auto).then(|| "placement='auto'".to_owned())
        },
    ),
    Row::new(Rejected, "numatune/memnode", "no NUMA in guests yet", |def| {
        (!def.tune.numa.nodes.is_empty()).then(|| "<numatune><memnode>".to_owned())
    }),
    Row::new(
        Inert,
        "iothreads, iothreadids, cputune/iothread*",
        "disks have a thread of their own without being told, which counts as the emulator's",
        |def| (!def.tune.iothreads.0.is_empty()).then(|| "<iothreads>".to_owned()),
    ),
    Row::new(
        Rejected,
        "genid, keywrap, launchSecurity, perf, idmap, bootloader, defaultiothread",
        "it is not served",
        |def| {
            let known =
                ["genid", "keywrap", "launchSecurity", "perf", "idmap", "bootloader", "defaultiothread"];
            known.iter().find(|name| def.kept.child(name).is_some()).map(|name| format!("<{name}>"))
        },
    ),
    Row::new(Rejected, "qemu:commandline and its like", "there is no QEMU to pass anything to", |def| {
        let qemu = |name: &str| name.starts_with("qemu:") || name.ends_with(":commandline");
        def.kept.children().iter().find(|child| qemu(&child.name)).map(|child| format!("<{}>", child.name))
    }),
    Row::new(Inert, "an element unknown to libvirt", "kept as written", |def| {
        let unknown = |name: &str| !format::ORDER.contains(&name) && !name.contains(':');
        def.kept.children().iter().find(|child| unknown(&child.name)).map(|child| format!("<{}>", child.name))
    }),
    Row::new(Emulated, "features/acpi, apic, pae, kvm/hidden", "by the machine itself", |_| None),
    Row::new(Rejected, "features/kvm (others)", "it is not served yet", |def| {
        let kvm = def.features.kvm.as_ref()?;
        let on = |state: Option<crate::domain::def::words::OnOff>| state.is_some_and(|state| state.is_on());
        let asked = on(kvm.hint_dedicated) || on(kvm.poll_control) || !kvm.kept.is_empty();
        asked.then(|| "<features><kvm>".to_owned())
    }),
    Row::new(Rejected, "features (others)", "it is not served yet", |def| {
        let features = &def.features;
        let on = |state: Option<crate::domain::def::words::OnOff>| state.is_some_and(|state| state.is_on());
        let name = if on(features.vmport) {
            "vmport"
        } else if on(features.smm) {
            "smm"
        } else if features.pmu.is_some_and(|state| !state.is_on()) {
            "pmu"
        } else if features.ioapic == Some(crate::domain::def::features::IoapicDriver::Qemu) {
            "ioapic driver='qemu'"
        } else {
            let off = |child: &crate::xml::Element<'_>| child.attr("state") == Some("off");
            &features.kept.children().iter().find(|child| !off(child))?.name
        };
        Some(format!("<features><{name}>"))
    }),
    Row::new(Rejected, "cpu/numa", "no NUMA in guests yet", |def| {
        def.cpu.as_ref()?.numa.as_ref().map(|_| "<cpu><numa>".to_owned())
    }),
    Row::new(Rejected, "cpu/cache, cpu/maxphysaddr", "they are the host's", |def| {
        let kept = &def.cpu.as_ref()?.kept;
        kept.children()
            .iter()
            .find(|child| child.attr("mode") != Some("passthrough"))
            .map(|child| format!("<cpu><{}>", child.name))
    }),
    Row::new(Rejected, "clock/@offset='timezone'", "no time zones in the daemon", |def| {
        match &def.clock.offset {
            ClockOffset::Timezone(zone) => Some(format!("<clock timezone='{zone}'>")),
            _ => None,
        }
    }),
    Row::new(Rejected, "clock/timer (not there)", "the guest has no such timer", |def| {
        let asked = |timer: &&crate::domain::def::clock::Timer| match timer.name {
            TimerName::Hpet | TimerName::Hypervclock | TimerName::Armvtimer | TimerName::Platform => {
                timer.present == Some(YesNo::Yes)
            }
            TimerName::Kvmclock => timer.present == Some(YesNo::No),
            TimerName::Tsc => timer.frequency.is_some(),
            TimerName::Pit | TimerName::Rtc => timer.present == Some(YesNo::No),
        };
        def.clock.timers.iter().find(asked).map(|timer| format!("<timer name='{}'>", timer.name))
    }),
    Row::new(
        Inert,
        "clock/timer/@tickpolicy",
        "ticks that could not be given are KVM's to make up for",
        |def| {
            let timer = def.clock.timers.iter().find(|timer| timer.tickpolicy.is_some())?;
            Some(format!("<timer name='{}' tickpolicy=>", timer.name))
        },
    ),
    Row::new(Rejected, "on_crash = 'coredump-*'", "it is not served", |def| {
        let action = def.lifecycle.on_crash;
        let dump = matches!(action, CrashAction::CoredumpDestroy | CrashAction::CoredumpRestart);
        dump.then(|| format!("<on_crash>{action}"))
    }),
    Row::new(Inert, "on_lockfailure", "image locks are not leased", |def| {
        def.lifecycle.on_lockfailure.map(|action| format!("<on_lockfailure>{action}"))
    }),
    Row::new(Rejected, "pm/suspend-to-*[@enabled='yes']", "guests cannot suspend themselves yet", |def| {
        let pm = def.pm?;
        let asked = [pm.suspend_to_mem, pm.suspend_to_disk].contains(&Some(YesNo::Yes));
        asked.then(|| "<pm>".to_owned())
    }),
    Row::new(Substituted, "devices/emulator (QEMU)", "vireo-vmm runs the guest", |def| {
        def.devices.emulator.as_ref().filter(|path| is_qemu(path)).map(|path| format!("<emulator>{path}"))
    }),
    Row::new(Rejected, "seclabel of another model", "the sandbox is built in, and labels nothing", |def| {
        let foreign = |label: &&crate::domain::def::SecLabel| {
            label.kind != Some(SecLabelKind::None)
                && !matches!(label.model.as_deref(), None | Some("none" | "dac"))
        };
        let label = def.seclabels.iter().find(foreign)?;
        Some(format!("<seclabel model='{}'>", label.model.as_deref().unwrap_or_default()))
    }),
];
