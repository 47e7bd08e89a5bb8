//! Root ports of q35 where bus numbers have holes.

use super::*;

/// The numbers of the PCI controllers and the buses of the disks, of what is read and of what that reads back as.
fn buses(devices: &str) -> (Vec<u32>, Vec<u8>) {
    let document = format!(
        "<domain type='kvm'><name>x</name><memory>65536</memory><os><type machine='q35'>hvm</type></os>
         <devices>{devices}</devices></domain>"
    );
    let def = DomainDef::parse(&document, ParseFlags::default()).unwrap();
    reads_back(&def, devices);
    let numbers = def.devices.controllers.iter().map(|controller| controller.index).collect();
    (numbers, def.devices.disks.iter().map(|disk| disk.info.pci().unwrap().bus).collect())
}

fn port(index: u32) -> String {
    format!("<controller type='pci' index='{index}' model='pcie-root-port'/>")
}

fn disk(name: &str, address: &str) -> String {
    format!("<disk><source file='/{name}'/><target dev='{name}'/>{address}</disk>")
}

#[test]
fn holes_below_the_last_port_are_filled() {
    let all = |last| (0..=last).collect::<Vec<u32>>();
    let (mut numbers, disks) = buses(&(port(2) + &port(5) + &disk("vda", "")));
    numbers.sort_unstable();
    assert_eq!((numbers, disks), (all(5), vec![1]));
    let at_four = disk("vda", "<address type='pci' bus='4'/>");
    let (mut numbers, disks) = buses(&(port(2) + &port(6) + &at_four + &disk("vdb", "")));
    numbers.sort_unstable();
    assert_eq!((numbers, disks), (all(6), vec![4, 1]));
    let (mut numbers, _) = buses(&port(3));
    numbers.sort_unstable();
    assert_eq!(numbers, all(3));
}
