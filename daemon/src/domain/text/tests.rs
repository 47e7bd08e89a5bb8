//! What is packed comes back, and is small.

use proptest::prelude::*;

use super::{DICTIONARY, Packed};

const GUEST: &str = "<domain type='kvm'>
  <name>web-7</name>
  <uuid>4dea22b3-1d52-d8f3-2516-782e98ab3fa0</uuid>
  <memory unit='KiB'>262144</memory>
  <currentMemory unit='KiB'>262144</currentMemory>
  <vcpu placement='static'>2</vcpu>
  <os>
    <type arch='x86_64' machine='pc-q35-9.0'>hvm</type>
    <kernel>/boot/vmlinuz-6.1.0</kernel>
    <boot dev='hd'/>
  </os>
  <clock offset='utc'/>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
    <emulator>/usr/bin/vireo-vmm</emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw'/>
      <source file='/srv/web-7.raw'/>
      <target dev='vda' bus='virtio'/>
      <address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>
    </disk>
    <memballoon model='none'/>
  </devices>
</domain>
";

#[test]
fn a_document_comes_back_and_takes_a_fifth() {
    let packed = Packed::new(GUEST);
    assert_eq!(packed.unpack(), GUEST);
    assert!(packed.size() * 5 < GUEST.len(), "{packed:?}");
}

#[test]
fn texts_unlike_any_document_come_back() {
    let long = "x".repeat(70_000) + "ä" + &"xyz".repeat(40_000);
    for text in ["", "<", "ab", "abcabcabcabcabc", &long, DICTIONARY, &DICTIONARY.repeat(20)] {
        assert_eq!(Packed::new(text).unpack(), text);
    }
}

proptest! {
    #[test]
    fn every_text_comes_back(text in "\\PC*") {
        prop_assert_eq!(Packed::new(&text).unpack(), text);
    }

    #[test]
    fn every_text_of_few_letters_comes_back(text in "[ab<]{0,3000}") {
        prop_assert_eq!(Packed::new(&text).unpack(), text);
    }

    #[test]
    fn every_mixture_of_documents_comes_back(cuts in prop::collection::vec((0..GUEST.len(), 0..GUEST.len()), 0..40)) {
        let text: String = cuts.into_iter().map(|(a, b)| &GUEST[a.min(b)..a.max(b)]).collect();
        prop_assert_eq!(Packed::new(&text).unpack(), text);
    }
}
