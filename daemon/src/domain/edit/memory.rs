//! Memory: how much, and how often the guest is asked what it makes of it (`virDomainSetMemoryFlags`,
//! `virDomainSetMemoryStatsPeriod`).

use crate::domain::def::DomainDef;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

/// New amounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetMemory {
    /// `<currentMemory>`, KiB.
    Current(u64),
    /// `<memory>`, KiB.
    Maximum(u64),
    /// `<memballoon><stats period=>`, seconds; 0 for none.
    Period(u32),
}

impl SetMemory {
    /// Changes the definition.
    pub(super) fn apply(self, def: &mut DomainDef) -> Result<()> {
        let memory = &mut def.memory;
        match self {
            Self::Current(kib) if kib > memory.total_kib => {
                let info = "cannot set memory higher than max memory";
                return Err(Error::new(ErrorCode::InvalidArg, ErrorDomain::Qemu, info));
            }
            Self::Current(kib) => memory.current_kib = kib,
            Self::Maximum(kib) => {
                memory.total_kib = kib;
                memory.current_kib = memory.current_kib.min(kib);
            }
            Self::Period(seconds) => {
                let Some(balloon) = def.devices.balloon_mut() else {
                    let info = "No memory balloon device configured, can not set the collection period";
                    return Err(Error::internal(ErrorDomain::Qemu, info));
                };
                balloon.stats_period = Some(seconds).filter(|seconds| *seconds != 0);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::def::ParseFlags;

    fn def(devices: &str) -> DomainDef {
        let xml = format!(
            "<domain type='kvm'><name>web</name><memory>2048</memory><os><type>hvm</type></os>
             <devices>{devices}</devices></domain>"
        );
        DomainDef::parse(&xml, ParseFlags::default()).unwrap()
    }

    #[test]
    fn a_guest_keeps_no_more_than_there_is() {
        let mut def = def("");
        SetMemory::Current(1024).apply(&mut def).unwrap();
        assert_eq!((def.memory.total_kib, def.memory.current_kib), (2048, 1024));
        SetMemory::Maximum(4096).apply(&mut def).unwrap();
        assert_eq!((def.memory.total_kib, def.memory.current_kib), (4096, 1024));
        SetMemory::Maximum(512).apply(&mut def).unwrap();
        assert_eq!((def.memory.total_kib, def.memory.current_kib), (512, 512));
        let refused = SetMemory::Current(513).apply(&mut def).unwrap_err();
        assert_eq!(refused.message(), "invalid argument: cannot set memory higher than max memory");
    }

    #[test]
    fn only_a_balloon_has_a_period() {
        let mut with = def("<memballoon model='virtio'/>");
        SetMemory::Period(5).apply(&mut with).unwrap();
        assert_eq!(with.devices.balloon().unwrap().stats_period, Some(5));
        SetMemory::Period(0).apply(&mut with).unwrap();
        assert_eq!(with.devices.balloon().unwrap().stats_period, None);
        assert!(SetMemory::Period(5).apply(&mut def("<memballoon model='none'/>")).is_err());
        assert!(SetMemory::Period(5).apply(&mut def("")).is_err());
    }
}
