//! Calls that are wrong in some way, to be made on stock libvirtd and on ours: both shall say the same.
//!
//! A line of a list is what is wrong, and [`ask`](crate::question::ask) with the arguments. To add one, write it and
//! record stock's answer with `make record`. Beside the lists, [`of_every_procedure`] makes the calls that can be made
//! wrong in the same way for all.
//!
//! Nothing here needs a running guest: the lists for those are [`running`].

mod capabilities;
mod changes;
mod definitions;
mod edits;
mod events;
pub mod guest;
mod information;
mod lifecycle;
mod lists;
mod node;
pub mod running;
mod statistics;
mod tuning;

use crate::question::{Question, smallest_questions};
use std::collections::BTreeSet;
use vireo_protocol::remote::NonnullDomain;
use vireo_protocol::table::{ServeStatus, procedure};

/// What is wrong, and the call.
pub type Wrong = (&'static str, Question);

/// The domain that the calls are about: defined and not running.
pub fn defined() -> NonnullDomain {
    NonnullDomain { name: "defined".into(), uuid: [0xd1; 16], id: -1 }
}

/// The domain that wrong documents define, if they are taken.
pub fn taken() -> NonnullDomain {
    NonnullDomain { name: "wrong".into(), uuid: [0xbb; 16], id: -1 }
}

/// A domain that is not there.
pub fn nobody() -> NonnullDomain {
    NonnullDomain { name: "nobody".into(), uuid: [0xee; 16], id: -1 }
}

/// The definition of [`defined`].
pub const DEFINITION: &str = "
<domain type='kvm'>
  <name>defined</name>
  <uuid>d1d1d1d1-d1d1-d1d1-d1d1-d1d1d1d1d1d1</uuid>
  <memory unit='MiB'>256</memory>
  <vcpu>2</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type><kernel>/nowhere/vmlinuz</kernel></os>
  <features><acpi/><apic/></features>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw'/><source file='/nowhere/disk.raw'/><target dev='vda' bus='virtio'/>
    </disk>
    <interface type='bridge'>
      <mac address='52:54:00:d1:d1:d1'/><source bridge='nowhere0'/><model type='virtio'/>
    </interface>
    <serial type='pty'/>
    <memballoon model='none'/>
  </devices>
</domain>";

/// Every list.
pub fn lists() -> Vec<Wrong> {
    [
        lists::wrong(),
        definitions::wrong(),
        lifecycle::wrong(),
        information::wrong(),
        statistics::wrong(),
        changes::wrong(),
        tuning::wrong(),
        capabilities::wrong(),
        node::wrong(),
        events::wrong(),
        edits::wrong(),
        guest::wrong(&defined()),
    ]
    .concat()
}

/// Whether a procedure is called in every way. Not those that would start a guest, nor those after which stock is not
/// itself any more: the steps of a migration, of which one ends it, and saving, which keeps the domain busy for ever.
fn in_every_way(name: &str) -> bool {
    let saves = ["domain_save", "domain_save_flags", "domain_save_params"];
    let creates = ["domain_create", "domain_create_with_flags", "domain_create_with_files"];
    !name.starts_with("domain_migrate_") && !saves.contains(&name) && !creates.contains(&name)
}

/// Each procedure about a domain: of a domain that is not there, of one that does not run and with nothing else said,
/// and with a flag that nobody knows.
pub fn of_every_procedure() -> Vec<Wrong> {
    let questions = smallest_questions().into_iter();
    let questions = questions.filter(|one| in_every_way(one.procedure.name));
    let mut all = Vec::new();
    for question in questions {
        let unknown = question.clone().about(&nobody());
        let about = question.clone().about(&defined());
        let flag = about.clone().unwrap_or(question).with_flags(UNKNOWN_FLAG);
        all.extend(unknown.map(|question| ("an unknown domain", question)));
        all.extend(about.map(|question| ("nothing but a domain that does not run", question)));
        all.extend(flag.map(|question| ("an unknown flag", question)));
    }
    all
}

/// No call knows it.
const UNKNOWN_FLAG: u32 = 1 << 28;

/// The name of a wrong call in transcripts.
pub fn name((what, question): &Wrong) -> String {
    format!("{}: {what}", question.procedure.name)
}

/// Whether ours serves what a call is named after.
pub fn is_served(name: &str) -> bool {
    static SERVED: std::sync::OnceLock<BTreeSet<&str>> = std::sync::OnceLock::new();
    let served = SERVED.get_or_init(|| {
        let rows = (1..).map_while(procedure);
        rows.filter(|row| row.status == ServeStatus::Served).map(|row| row.name).collect()
    });
    name.split_once(':').is_some_and(|(name, _)| served.contains(name))
}
