//! Statistics of what does not run, is not there, or cannot be counted so.

use super::{Wrong, defined, nobody};
use crate::question::ask;
use vireo_protocol::remote::*;

pub(super) fn wrong() -> Vec<Wrong> {
    let dom = defined;
    let block = |path: &str| ask(DomainBlockStatsArgs { dom: dom(), path: path.into() });
    let more = |path: &str, nparams, flags| {
        ask(DomainBlockStatsFlagsArgs { dom: dom(), path: path.into(), nparams, flags })
    };
    let info = |path: &str, flags| ask(DomainGetBlockInfoArgs { dom: dom(), path: path.into(), flags });
    let nic = |device: &str| ask(DomainInterfaceStatsArgs { dom: dom(), device: device.into() });
    let memory = |max_stats, flags| ask(DomainMemoryStatsArgs { dom: dom(), max_stats, flags });
    let cpu = |nparams, start_cpu, ncpus, flags| {
        ask(DomainGetCpuStatsArgs { dom: dom(), nparams, start_cpu, ncpus, flags })
    };
    let bulk = |doms: &[NonnullDomain], stats, flags| {
        ask(ConnectGetAllDomainStatsArgs { doms: doms.to_vec(), stats, flags })
    };
    vec![
        ("not running", block("vda")),
        ("not running, no path", block("")),
        ("not running, a disk that is none", block("vdz")),
        ("not running", more("vda", 0, 0)),
        ("not running, no path", more("", 0, 0)),
        ("-1 values", more("vda", -1, 0)),
        ("more values than a reply may have", more("vda", 17, 0)),
        ("a flag that is none", more("vda", 0, 1)),
        ("no path", info("", 0)),
        ("a disk that is none", info("vdz", 0)),
        ("a path of no disk", info("/nowhere/other.raw", 0)),
        ("a file that is not there", info("vda", 0)),
        ("a file that is not there, by its path", info("/nowhere/disk.raw", 0)),
        ("a flag", info("vda", 1)),
        ("a flag, of a disk that is none", info("vdz", 1)),
        ("not running", nic("vnet0")),
        ("not running, no device", nic("")),
        ("not running, by its address", nic("52:54:00:d1:d1:d1")),
        ("not running", memory(13, 0)),
        ("not running, none", memory(0, 0)),
        ("more than a reply may have", memory(1025, 0)),
        ("a flag", memory(13, 1)),
        ("a flag, more than a reply may have", memory(1025, 1)),
        ("not running, in all", cpu(3, -1, 1, 0)),
        ("not running, each", cpu(1, 0, 1, 0)),
        ("not running, how many", cpu(0, 0, 0, 0)),
        ("a processor before all", cpu(1, -2, 1, 0)),
        ("in all, of two", cpu(1, -1, 2, 0)),
        ("in all, of none", cpu(3, -1, 0, 0)),
        ("values and no processors", cpu(3, 0, 0, 0)),
        ("processors and no values", cpu(0, 0, 2, 0)),
        ("no values after the first", cpu(0, 1, 0, 0)),
        ("no values in all of two", cpu(0, -1, 2, 0)),
        ("more processors than a reply may have", cpu(1, 0, 129, 0)),
        ("more values than a reply may have", cpu(2049, 0, 1, 0)),
        ("more values of all than a reply may have", cpu(100, 0, 100, 0)),
        ("a flag that is none", cpu(3, -1, 1, 1)),
        ("the highest flag", cpu(3, -1, 1, 1 << 31)),
        ("kinds that are none", bulk(&[], 1 << 30, 0)),
        ("kinds that are none, insisted on", bulk(&[], 1 << 30, 1 << 31)),
        ("kinds that are known and not, insisted on", bulk(&[], 1 | 1 << 30, 1 << 31)),
        ("a filter that is none", bulk(&[], 0, 1 << 20)),
        ("a filter of other lists", bulk(&[], 0, 1 << 8)),
        ("domains and a filter", bulk(&[defined()], 1, 1)),
        ("domains and a filter that none passes", bulk(&[defined()], 1, 1 << 4)),
        ("nobody", bulk(&[nobody()], 0, 0)),
        ("nobody among others", bulk(&[defined(), nobody()], 1, 0)),
        ("the same domain twice", bulk(&[defined(), defined()], 1, 0)),
    ]
}
