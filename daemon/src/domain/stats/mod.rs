//! Statistics of domains: read from what is published and from what the guest's process shares, never asked of it.
//!
//! | what | where from | cost |
//! | --- | --- | --- |
//! | state, balloon, counts, names | the published snapshot | no system call |
//! | block requests, bytes, times; the guest's memory | the vmm's shared counters ([`page`]) | no system call |
//! | cpu and rss | `/proc/PID/stat`, held open | one read per running guest |
//! | vcpu times | `/proc/PID/task/TID/*` | a few per vCPU |
//! | image sizes | the files | one look per disk of a running guest |
//! | interfaces | `/proc/net/dev` | one read per call |
//!
//! In bulk, a domain without a guest costs no system call.

pub mod block;
pub mod bulk;
pub mod memory;
pub mod net;
pub mod page;
pub mod vcpu;
