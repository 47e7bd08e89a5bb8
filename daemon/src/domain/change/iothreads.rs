//! I/O threads of a definition. A running guest has none to change: all disks have one thread, without being told.

use super::{Change, Side, invalid, not_live};
use crate::domain::def::DomainDef;
use crate::domain::def::tune::IoThread;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

/// What is to be done.
#[derive(Debug, Clone, Copy)]
pub enum What {
    /// There is to be one more.
    Add,
    /// There is to be one less.
    Remove,
    /// How many helpers it has at least and at most; -1 for the hypervisor's own choice.
    Pool {
        /// `thread_pool_min`
        min: Option<i32>,
        /// `thread_pool_max`
        max: Option<i32>,
    },
}

/// A change of an I/O thread.
#[derive(Debug)]
pub struct ChangeIoThread {
    /// Its id.
    pub id: u32,
    /// What.
    pub what: What,
}

impl Change for ChangeIoThread {
    fn make(&self, def: &mut DomainDef, side: Side) -> Result<()> {
        let id = self.id;
        if side == Side::Live {
            return Err(not_live(
                "IOThreads of a running domain cannot be changed: its disks have one of their own",
            ));
        }
        match self.what {
            What::Add => {
                if def.tune.iothreads.find(id).is_some() {
                    return Err(in_config(format!("an IOThread is already using iothread_id '{id}'")));
                }
                def.tune.iothreads.0.push(IoThread { id, ..IoThread::default() });
            }
            What::Remove => self.remove(def)?,
            What::Pool { min, max } => {
                let thread = def.tune.iothreads.find_mut(id);
                let thread = thread
                    .ok_or_else(|| invalid(format_args!("cannot find IOThread '{id}' in iothreadids")))?;
                set_pool(thread, min, max)?;
            }
        }
        Ok(())
    }
}

impl ChangeIoThread {
    fn remove(&self, def: &mut DomainDef) -> Result<()> {
        let id = self.id;
        if def.tune.iothreads.find(id).is_none() {
            return Err(in_config(format!("cannot find IOThread '{id}' in iothreadids list")));
        }
        if let Some(disk) = def.devices.disks.iter().find(|disk| disk.iothread() == Some(id)) {
            let dev = &disk.target.dev;
            return Err(in_config(format!(
                "cannot remove IOThread {id} since it is being used by disk '{dev}'"
            )));
        }
        def.tune.iothreads.0.retain(|thread| thread.id != id);
        def.tune.cpu.forget_iothread(id);
        Ok(())
    }
}

fn in_config(info: String) -> Error {
    Error::new(ErrorCode::InvalidArg, ErrorDomain::Domain, info)
}

fn set_pool(thread: &mut IoThread, min: Option<i32>, max: Option<i32>) -> Result<()> {
    let own = |size: Option<u32>| size.map_or(-1, |size| i32::try_from(size).unwrap_or(i32::MAX));
    let (min, max) = (min.unwrap_or(own(thread.pool_min)), max.unwrap_or(own(thread.pool_max)));
    if min > max {
        let info = format!("thread_pool_min ({min}) can't be greater than thread_pool_max ({max})");
        return Err(super::not_now(info));
    }
    thread.pool_min = u32::try_from(min).ok();
    thread.pool_max = u32::try_from(max).ok();
    Ok(())
}
