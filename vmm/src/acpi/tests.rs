use super::*;

fn platform(machine: MachineKind) -> Platform {
    Platform {
        machine,
        processors: (0..4).map(|n| Processor { uid: n, apic_id: n * 2, online: n < 2 }).collect(),
        hotplug: false,
        serial_ports: vec![0, 1],
        rtc: true,
        mmio_devices: vec![MmioSlot { address: 0xd000_0000, size: 0x1000, gsi: 5 }],
        last_bus: 3,
        ram_bytes: 1 << 30,
    }
}

fn tables(machine: MachineKind) -> Vec<(u64, Vec<u8>)> {
    build(&platform(machine)).unwrap().0
}

fn at(tables: &[(u64, Vec<u8>)], address: u64) -> &[u8] {
    &tables.iter().find(|table| table.0 == address).expect("a table there").1
}

fn word(table: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(table[at..at + 8].try_into().unwrap())
}

/// The tables that the root pointer leads to, by signature.
fn by_signature(machine: MachineKind) -> std::collections::BTreeMap<String, Vec<u8>> {
    let tables = tables(machine);
    let rsdp = at(&tables, RSDP);
    assert_eq!(&rsdp[..8], b"RSD PTR ");
    let xsdt = at(&tables, word(rsdp, 24));
    let mut found: Vec<_> =
        xsdt[36..].as_chunks::<8>().0.iter().map(|entry| u64::from_le_bytes(*entry)).collect();
    let fadt = at(&tables, found[0]);
    found.push(word(fadt, 140));
    found.push(word(rsdp, 24));
    let named = |address| {
        let table = at(&tables, address).to_vec();
        (String::from_utf8_lossy(&table[..4]).into_owned(), table)
    };
    found.into_iter().map(named).collect()
}

#[test]
fn every_table_sums_up_and_knows_its_length() {
    for machine in [MachineKind::Q35, MachineKind::Pc, MachineKind::Microvm] {
        for (signature, table) in by_signature(machine) {
            let sum = table.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte));
            assert_eq!(sum, 0, "{signature}");
            assert_eq!(
                u32::from_le_bytes(table[4..8].try_into().unwrap()) as usize,
                table.len(),
                "{signature}"
            );
        }
    }
}

#[test]
fn each_machine_has_its_tables_and_its_own_name() {
    let names = |machine| by_signature(machine).into_keys().collect::<Vec<_>>();
    assert_eq!(names(MachineKind::Q35), ["APIC", "DSDT", "FACP", "MCFG", "XSDT"]);
    assert_eq!(names(MachineKind::Microvm), ["APIC", "DSDT", "FACP", "XSDT"]);
    assert_eq!(&by_signature(MachineKind::Pc)["FACP"][16..24], b"VIREOPC ");
    assert_eq!(&by_signature(MachineKind::Q35)["MCFG"][16..24], b"VIREOQ35");
}

#[test]
fn tables_do_not_overlap() {
    let mut tables = tables(MachineKind::Q35);
    tables.sort();
    for pair in tables.windows(2) {
        assert!(pair[0].0 + pair[0].1.len() as u64 <= pair[1].0);
    }
}

#[test]
fn processors_are_there_online_or_not() {
    let madt = &by_signature(MachineKind::Q35)["APIC"];
    assert_eq!(madt[40], 1);
    assert_eq!(madt[44..52], [0, 8, 0, 0, 1, 0, 0, 0]);
    assert_eq!(madt[44 + 24..44 + 32], [0, 8, 3, 6, 2, 0, 0, 0]);
}

#[test]
fn the_largest_machine_fits() {
    let largest = Platform {
        processors: (0..255).map(|n| Processor { uid: n, apic_id: n, online: true }).collect(),
        hotplug: true,
        serial_ports: vec![0, 1, 2, 3],
        ram_bytes: crate::memory::MAX_RAM,
        ..platform(MachineKind::Q35)
    };
    build(&largest).unwrap();
}
