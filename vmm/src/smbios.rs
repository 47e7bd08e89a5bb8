//! The SMBIOS tables: few, and true. Guests read their UUID and their machine's name from them.
//!
//! ```text
//! 0 firmware, 1 system, 3 chassis, 4 processors, 16 and 17 memory, 19 where it is mapped, 32 boot, 127 the end
//! ```

use uuid::Uuid;
use vireo_control::MachineKind;

use crate::{boot::reset_vector, memory::map::ram_ranges};

/// Where the entry point lies; guests search from here in steps of 16.
pub const ENTRY_POINT: u64 = 0xf_0000;
const TABLE: u64 = ENTRY_POINT + 0x20;
/// End of the room for the tables.
const TABLE_END: u64 = reset_vector::ADDRESS;

/// Version of the specification that the tables follow.
const VERSION: (u8, u8) = (2, 8);
const VENDOR: &str = "vireo";
const RELEASE_DATE: &str = "01/01/2026";
/// Most memory that one device is said to have.
const MODULE_BYTES: u64 = 16 << 30;
/// Most memory devices told: what has more modules has larger ones.
const MAX_MODULES: u64 = 32;

/// Handles: numbers of their own ranges per kind.
const MEMORY_ARRAY: u16 = 0x1000;
const MODULES: u16 = 0x1100;
const MAPPINGS: u16 = 0x1300;
const PROCESSORS: u16 = 0x400;
const CHASSIS: u16 = 0x300;

/// What the tables tell.
#[derive(Debug, Clone, Copy)]
pub struct System {
    /// Which machine.
    pub machine: MachineKind,
    /// The system's UUID.
    pub uuid: Uuid,
    /// Packages.
    pub sockets: u16,
    /// Cores of one.
    pub cores_per_socket: u16,
    /// Threads of one.
    pub threads_per_socket: u16,
    /// CPUID leaf 1: `eax` and `edx`.
    pub processor_id: (u32, u32),
    /// Bytes of RAM.
    pub ram_bytes: u64,
}

/// The tables and where they lie: entry point and structures.
pub fn build(system: &System) -> [(u64, Vec<u8>); 2] {
    let mut structures = Structures::default();
    let product = match system.machine {
        MachineKind::Q35 => "q35",
        MachineKind::Pc => "pc",
        MachineKind::Microvm => "microvm",
    };
    firmware(&mut structures);
    identity(&mut structures, system, product);
    for socket in 0..system.sockets {
        processor(&mut structures, system, socket);
    }
    memory(&mut structures, system.ram_bytes);
    structures.add(32, 0x2000, &[0; 7], &[]);
    structures.add(127, 0x7f00, &[], &[]);
    let entry = entry_point(&structures);
    [(ENTRY_POINT, entry), (TABLE, structures.bytes)]
}

#[derive(Default)]
struct Structures {
    bytes: Vec<u8>,
    count: u16,
    longest: u16,
}

impl Structures {
    /// Adds a structure: its fields behind the header, and its strings. What does not fit is left out.
    fn add(&mut self, kind: u8, handle: u16, fields: &[u8], strings: &[&str]) {
        let mut bytes = vec![kind, (4 + fields.len()) as u8];
        bytes.extend_from_slice(&handle.to_le_bytes());
        bytes.extend_from_slice(fields);
        for string in strings {
            bytes.extend_from_slice(string.as_bytes());
            bytes.push(0);
        }
        bytes.extend_from_slice(if strings.is_empty() { &[0, 0] } else { &[0] });
        // Room for the end marker stays.
        if TABLE + (self.bytes.len() + bytes.len() + 6) as u64 <= TABLE_END || kind == 127 {
            self.longest = self.longest.max(bytes.len() as u16);
            self.count += 1;
            self.bytes.extend(bytes);
        }
    }
}

fn firmware(structures: &mut Structures) {
    let mut fields = vec![1, 2, 0, 0xe8, 3, 0];
    // Characteristics: none, but those of a virtual machine in the second extension byte.
    fields.extend_from_slice(&(1u64 << 3).to_le_bytes());
    fields.extend_from_slice(&[0, 1 << 4, 0xff, 0xff, 0xff, 0xff]);
    structures.add(0, 0, &fields, &[VENDOR, env!("CARGO_PKG_VERSION"), RELEASE_DATE]);
}

fn identity(structures: &mut Structures, system: &System, product: &str) {
    let mut fields = vec![1, 2, 3, 0];
    fields.extend_from_slice(&system.uuid.to_bytes_le());
    // Woken by the power switch; no SKU, no family.
    fields.extend_from_slice(&[6, 0, 0]);
    structures.add(1, 0x100, &fields, &[VENDOR, product, env!("CARGO_PKG_VERSION")]);

    // Chassis: kind "other", all states safe, security none.
    structures.add(3, CHASSIS, &[1, 1, 0, 0, 0, 3, 3, 3, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0], &[VENDOR]);
}

fn processor(structures: &mut Structures, system: &System, socket: u16) {
    let name = format!("CPU {socket}");
    // Central processor; family "other" and then by its own field.
    let mut fields = vec![1, 3, 1, 2];
    fields.extend_from_slice(&system.processor_id.0.to_le_bytes());
    fields.extend_from_slice(&system.processor_id.1.to_le_bytes());
    // Version, voltage, clocks: not told. Populated and enabled; no upgrade.
    fields.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 0, 0x41, 1]);
    fields.extend_from_slice(&[0xff; 6]);
    fields.extend_from_slice(&[0, 0, 0]);
    let small = |count: u16| count.min(255) as u8;
    let (cores, threads) = (system.cores_per_socket, system.threads_per_socket);
    fields.extend_from_slice(&[small(cores), small(cores), small(threads)]);
    // 64-bit.
    fields.extend_from_slice(&(1u16 << 2).to_le_bytes());
    fields.extend_from_slice(&1u16.to_le_bytes());
    structures.add(4, PROCESSORS + socket, &fields, &[&name, VENDOR]);
}

fn memory(structures: &mut Structures, ram_bytes: u64) {
    let modules = ram_bytes.div_ceil(MODULE_BYTES).clamp(1, MAX_MODULES);
    // On the system board, system memory, multi-bit error correction.
    let mut array = vec![3, 3, 6];
    array.extend_from_slice(&0x8000_0000u32.to_le_bytes());
    array.extend_from_slice(&0xfffeu16.to_le_bytes());
    array.extend_from_slice(&(modules as u16).to_le_bytes());
    array.extend_from_slice(&ram_bytes.to_le_bytes());
    structures.add(16, MEMORY_ARRAY, &array, &[]);

    let each = ram_bytes.div_ceil(modules).next_multiple_of(1 << 20);
    for module in 0..modules {
        let mib = each.min(ram_bytes - each * module) >> 20;
        let extended = mib >= 0x7fff;
        let name = format!("DIMM {module}");
        let mut fields = Vec::new();
        fields.extend_from_slice(&MEMORY_ARRAY.to_le_bytes());
        fields.extend_from_slice(&[0xfe, 0xff, 0xff, 0xff, 0xff, 0xff]);
        fields.extend_from_slice(&(if extended { 0x7fff } else { mib as u16 }).to_le_bytes());
        // A DIMM of a set that is not told, RAM of a kind that is not told.
        fields.extend_from_slice(&[9, 0, 1, 0, 7, 2, 0, 0, 0, 2, 0, 0, 0, 0]);
        fields.extend_from_slice(&(if extended { mib as u32 } else { 0 }).to_le_bytes());
        fields.extend_from_slice(&[0; 8]);
        structures.add(17, MODULES + module as u16, &fields, &[&name, VENDOR]);
    }

    for (n, (start, length)) in (0..).zip(ram_ranges(ram_bytes)) {
        let mut fields = vec![0xff; 8];
        fields.extend_from_slice(&MEMORY_ARRAY.to_le_bytes());
        fields.push(modules as u8);
        fields.extend_from_slice(&start.to_le_bytes());
        fields.extend_from_slice(&(start + length - 1).to_le_bytes());
        structures.add(19, MAPPINGS + n, &fields, &[]);
    }
}

fn entry_point(structures: &Structures) -> Vec<u8> {
    let mut entry = Vec::with_capacity(31);
    entry.extend_from_slice(b"_SM_\0\x1f");
    entry.extend_from_slice(&[VERSION.0, VERSION.1]);
    entry.extend_from_slice(&structures.longest.to_le_bytes());
    entry.extend_from_slice(&[0; 6]);
    entry.extend_from_slice(b"_DMI_\0");
    entry.extend_from_slice(&(structures.bytes.len() as u16).to_le_bytes());
    entry.extend_from_slice(&(TABLE as u32).to_le_bytes());
    entry.extend_from_slice(&structures.count.to_le_bytes());
    entry.push(VERSION.0 << 4 | VERSION.1);
    entry[21] = checksum(&entry[16..]);
    entry[4] = checksum(&entry);
    entry
}

fn checksum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0u8, |sum, byte| sum.wrapping_sub(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn system() -> System {
        System {
            machine: MachineKind::Q35,
            uuid: Uuid::parse_str("00112233-4455-6677-8899-aabbccddeeff").unwrap(),
            sockets: 2,
            cores_per_socket: 2,
            threads_per_socket: 4,
            processor_id: (0x50654, 0x1f),
            ram_bytes: 40 << 30,
        }
    }

    /// Kind, fields and strings of each structure.
    fn parse(mut table: &[u8]) -> Vec<(u8, Vec<u8>, Vec<String>)> {
        let mut found = Vec::new();
        while !table.is_empty() {
            let length = usize::from(table[1]);
            let end = table[length..].windows(2).position(|pair| pair == [0, 0]).unwrap() + length;
            let strings = table[length..end].split(|byte| *byte == 0);
            let strings = strings.map(|string| String::from_utf8_lossy(string).into_owned()).collect();
            found.push((table[0], table[..length].to_vec(), strings));
            table = &table[end + 2..];
        }
        found
    }

    #[test]
    fn the_entry_point_leads_to_the_structures() {
        let [(at, entry), (table_at, table)] = build(&system());
        assert_eq!((at, entry.len()), (ENTRY_POINT, 31));
        assert_eq!(entry.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte)), 0);
        assert_eq!(entry[16..].iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte)), 0);
        assert_eq!(u32::from_le_bytes(entry[24..28].try_into().unwrap()), table_at as u32);
        let parsed = parse(&table);
        assert_eq!(usize::from(u16::from_le_bytes([entry[28], entry[29]])), parsed.len());
        let kinds: Vec<_> = parsed.iter().map(|structure| structure.0).collect();
        assert_eq!(kinds, [0, 1, 3, 4, 4, 16, 17, 17, 17, 19, 19, 32, 127]);
    }

    #[test]
    fn structures_are_as_long_as_their_version_says() {
        let [_, (_, table)] = build(&system());
        for (kind, fields, _) in parse(&table) {
            let length = match kind {
                0 => 24,
                1 => 27,
                3 => 22,
                4 => 42,
                16 => 23,
                17 => 40,
                19 => 31,
                32 => 11,
                _ => 4,
            };
            assert_eq!(fields.len(), length, "type {kind}");
        }
    }

    #[test]
    fn the_system_says_who_it_is() {
        let [_, (_, table)] = build(&system());
        let (_, fields, strings) = parse(&table).swap_remove(1);
        assert_eq!(strings[..2], ["vireo", "q35"]);
        assert_eq!(fields[8..16], [0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66]);
    }

    #[test]
    fn the_largest_machine_fits() {
        let largest = System { sockets: 255, ram_bytes: crate::memory::MAX_RAM, ..system() };
        let [_, (at, table)] = build(&largest);
        assert!(at + table.len() as u64 <= TABLE_END);
        assert_eq!(parse(&table).last().unwrap().0, 127);
        assert_eq!(parse(&table).iter().filter(|structure| structure.0 == 4).count(), 255);
    }
}
