//! Processors in the namespace: those that are there, or all that may come and go.

use acpi_tables::{
    Aml,
    aml::{
        Acquire, Add, And, Arg, BufferData, Device, EISAName, Equal, Field, FieldAccessType, FieldEntry,
        FieldLockRule, FieldUpdateRule, If, LessThan, Local, Method, MethodCall, Mutex, Name, Notify,
        OpRegion, OpRegionSpace, Path, Release, Return, Store, While, ZERO,
    },
    madt::{EnabledStatus, ProcessorLocalApic},
};

use super::{
    Platform, Processor,
    dsdt::{add_device, hid, line, resources, uid},
};
use crate::platform::{
    cpus::{EJECT, INSERTED, PRESENT, REMOVE},
    ports,
};

/// Notifications of a device: look whether it is there; eject it.
const CHECK: u8 = 1;
const EJECT_REQUEST: u8 = 3;
/// What `_STA` says of a device that is there, enabled, shown and works.
const WORKS: u8 = 0xf;
/// A wait without end.
const FOREVER: u16 = 0xffff;

fn name(processor: &Processor) -> String {
    format!("C{:03X}", processor.uid)
}

/// Processors that stay as they are.
pub fn fixed(aml: &mut Vec<u8>, platform: &Platform) {
    for processor in &platform.processors {
        add_device(aml, &name(processor), &[&hid(&"ACPI0007"), &uid(processor.uid.into())]);
    }
}

/// Processors that come and go, their controller's registers, and the event device that tells of them.
pub fn changing(aml: &mut Vec<u8>, platform: &Platform) {
    let (select, flags) = (Path::new("CSEL"), Path::new("CFLG"));
    let registers = OpRegion::new("CREG".into(), OpRegionSpace::SystemIO, &ports::CPUS, &ports::CPUS_LENGTH);
    let fields = Field::new(
        "CREG".into(),
        FieldAccessType::Byte,
        FieldLockRule::NoLock,
        FieldUpdateRule::Preserve,
        vec![FieldEntry::Named(*b"CSEL", 8), FieldEntry::Named(*b"CFLG", 8)],
    );
    let lock = Acquire::new("CPLK".into(), FOREVER);
    let unlock = Release::new("CPLK".into());

    // Whether processor Arg0 is there.
    let choose = Store::new(&select, &Arg(0));
    let absent = Store::new(&Local(0), &ZERO);
    let is_present = And::new(&ZERO, &flags, &PRESENT);
    let works = Store::new(&Local(0), &WORKS);
    let if_present = If::new(&is_present, vec![&works]);
    let answer = Return::new(&Local(0));
    let status =
        Method::new("CSTA".into(), 1, true, vec![&lock, &choose, &absent, &if_present, &unlock, &answer]);

    // Ejects processor Arg0.
    let eject = Store::new(&flags, &EJECT);
    let ejection = Method::new("CEJ0".into(), 1, true, vec![&lock, &choose, &eject, &unlock]);

    // Notifies processor Arg0 with Arg1.
    let ifs: Vec<NotifyIf> = platform.processors.iter().map(NotifyIf).collect();
    let ifs = ifs.iter().map(|one| one as &dyn Aml).collect();
    let notify = Method::new("CTFY".into(), 2, true, ifs);

    // Looks at all of them.
    let count = platform.processors.len() as u16;
    let first = Store::new(&Local(0), &ZERO);
    let this = Store::new(&select, &Local(0));
    let read = Store::new(&Local(1), &flags);
    let told = |flag: &'static u8| Store::new(&flags, flag);
    let tell = |code: &'static u8| MethodCall::new("CTFY".into(), vec![&Local(0), code]);
    let (inserted, removal) = (And::new(&ZERO, &Local(1), &INSERTED), And::new(&ZERO, &Local(1), &REMOVE));
    let (told_insertion, tell_insertion) = (told(&INSERTED), tell(&CHECK));
    let (told_removal, tell_removal) = (told(&REMOVE), tell(&EJECT_REQUEST));
    let if_inserted = If::new(&inserted, vec![&told_insertion, &tell_insertion]);
    let if_removal = If::new(&removal, vec![&told_removal, &tell_removal]);
    let next = Add::new(&Local(0), &Local(0), &1u8);
    let more = LessThan::new(&Local(0), &count);
    let each = While::new(&more, vec![&this, &read, &if_inserted, &if_removal, &next]);
    let scan = Method::new("CSCN".into(), 0, true, vec![&lock, &first, &each, &unlock]);

    let hid_ = hid(&"ACPI0010");
    let cid = Name::new("_CID".into(), &EISAName::new("PNP0A05"));
    let mutex = Mutex::new("CPLK".into(), 0);
    let devices: Vec<ProcessorDevice> = platform.processors.iter().map(ProcessorDevice).collect();
    let mut objects: Vec<&dyn Aml> =
        vec![&hid_, &cid, &registers, &fields, &mutex, &status, &ejection, &notify, &scan];
    objects.extend(devices.iter().map(|device| device as &dyn Aml));
    add_device(aml, "CPUS", &objects);
    event_device(aml, platform);
}

/// Scans when its interrupt comes.
fn event_device(aml: &mut Vec<u8>, platform: &Platform) {
    let gsi = ports::cpus_irq(platform.machine);
    let scan = MethodCall::new("\\_SB_.CPUS.CSCN".into(), vec![]);
    let arrived = Equal::new(&Arg(0), &gsi);
    let dispatch = If::new(&arrived, vec![&scan]);
    let events = Method::new("_EVT".into(), 1, true, vec![&dispatch]);
    let resources = resources(&[&line(gsi, false)]);
    add_device(aml, "GEDC", &[&hid(&"ACPI0013"), &uid(1), &resources, &events]);
}

/// `If (Arg0 == uid) { Notify (Cxxx, Arg1) }`
struct NotifyIf<'a>(&'a Processor);

impl Aml for NotifyIf<'_> {
    fn to_aml_bytes(&self, sink: &mut dyn acpi_tables::AmlSink) {
        let device = Path::new(&name(self.0));
        let notify = Notify::new(&device, &Arg(1));
        If::new(&Equal::new(&Arg(0), &self.0.uid), vec![&notify]).to_aml_bytes(sink);
    }
}

/// A processor that asks the controller how it is. The first cannot be ejected.
struct ProcessorDevice<'a>(&'a Processor);

impl Aml for ProcessorDevice<'_> {
    fn to_aml_bytes(&self, sink: &mut dyn acpi_tables::AmlSink) {
        let Processor { uid: number, apic_id, .. } = *self.0;
        let (hid, uid) = (hid(&"ACPI0007"), uid(number.into()));
        let status = MethodCall::new("CSTA".into(), vec![&number]);
        let status = Return::new(&status);
        let status = Method::new("_STA".into(), 0, false, vec![&status]);
        let mut entry = Vec::new();
        ProcessorLocalApic::new(number, apic_id, EnabledStatus::Enabled).to_aml_bytes(&mut entry);
        let entry = BufferData::new(entry);
        let entry = Name::new("_MAT".into(), &entry);
        let eject = MethodCall::new("CEJ0".into(), vec![&number]);
        let eject = Method::new("_EJ0".into(), 1, false, vec![&eject]);
        let mut objects: Vec<&dyn Aml> = vec![&hid, &uid, &status, &entry];
        if number != 0 {
            objects.push(&eject);
        }
        Device::new(name(self.0).as_str().into(), objects).to_aml_bytes(sink);
    }
}
