//! Entropy sources.

use std::fs::File;
use std::os::unix::fs::FileTypeExt;

use vireo_control::RngSpec;

use super::{Fds, alias, pci_place, unsupported};
use crate::domain::def::DomainDef;
use crate::domain::def::devices::Rng;
use crate::domain::def::devices::rng::RngBackend;
use crate::error::{Error, ErrorDomain, Result};

/// The kernel's own source.
const KERNEL: &str = "/dev/urandom";

/// Milliseconds of a rate whose period is not given.
const PERIOD: u32 = 1000;

pub(super) fn open_all(def: &DomainDef, fds: &mut Fds) -> Result<Vec<RngSpec>> {
    def.devices.rngs.iter().map(|rng| open(rng, fds)).collect()
}

fn open(rng: &Rng, fds: &mut Fds) -> Result<RngSpec> {
    let path = match &rng.backend {
        RngBackend::Random { path } => path.as_deref().unwrap_or(KERNEL),
        RngBackend::Builtin => KERNEL,
        RngBackend::Egd(_) => return Err(unsupported("<rng> with a backend of model 'egd'".into())),
    };
    let failed =
        |error| Error::system(ErrorDomain::Qemu, format!("cannot open entropy source '{path}'"), &error);
    let source = File::open(path).map_err(failed)?;
    if !source.metadata().map_err(failed)?.file_type().is_char_device() {
        return Err(unsupported(format!("<rng>: '{path}' is not a character device")));
    }
    Ok(RngSpec {
        alias: alias(&rng.info)?,
        source: fds.add(source),
        rate: rng.rate.map(|rate| (rate.bytes, rate.period.unwrap_or(PERIOD))),
        address: pci_place(&rng.info),
    })
}
