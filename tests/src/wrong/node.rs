//! The host: processors and cells that are not there, parameters that are none.

use super::Wrong;
use crate::question::{Question, ask};
use vireo_protocol::remote::*;

pub(super) fn wrong() -> Vec<Wrong> {
    let cpu = |cpu_num, nparams, flags| ask(NodeGetCpuStatsArgs { cpu_num, nparams, flags });
    let memory = |cell_num, nparams, flags| ask(NodeGetMemoryStatsArgs { nparams, cell_num, flags });
    let cells = |start_cell, maxcells| ask(NodeGetCellsFreeMemoryArgs { start_cell, maxcells });
    let suspend = |target, duration, flags| ask(NodeSuspendForDurationArgs { target, duration, flags });
    let parameters = |nparams, flags| ask(NodeGetMemoryParametersArgs { nparams, flags });
    let map = |flags| ask(NodeGetCpuMapArgs { need_map: 1, need_online: 1, flags });
    let sizes = |name: &'static str| TypedParam::new(name, TypedValue::UInt(100));
    vec![
        ("a processor that is not there", cpu(9999, 0, 0)),
        ("a processor that is not there, four values", cpu(9999, 4, 0)),
        ("processor -2", cpu(-2, 0, 0)),
        ("a flag", cpu(-1, 0, 1)),
        ("-1 values", cpu(-1, -1, 0)),
        ("the wrong number of values", cpu(-1, 2, 0)),
        ("more values than a reply may have", cpu(-1, 17, 0)),
        ("a cell that is not there", memory(99, 0, 0)),
        ("a cell that is not there, four values", memory(99, 4, 0)),
        ("cell -2", memory(-2, 0, 0)),
        ("a flag", memory(-1, 0, 1)),
        ("-1 values", memory(-1, -1, 0)),
        ("the wrong number of values", memory(-1, 3, 0)),
        ("more values than a reply may have", memory(-1, 17, 0)),
        ("cells from -1", cells(-1, 1)),
        ("cells that are not there", cells(99, 1)),
        ("no cells", cells(0, 0)),
        ("-1 cells", cells(0, -1)),
        ("more cells than a reply may have", cells(0, 1025)),
        ("for too short a time", suspend(0, 1, 0)),
        ("into a state that is none", suspend(9, 60, 0)),
        ("with a flag", suspend(0, 60, 1)),
        ("with a flag, for too short a time", suspend(1, 0, 4)),
        ("-1 values", parameters(-1, 0)),
        ("more values than a reply may have", parameters(65, 0)),
        ("a flag that is none", parameters(0, 1)),
        ("a flag that is none, and values", parameters(8, 8)),
        ("none", set(&[], 0)),
        ("none, with a flag", set(&[], 1)),
        ("one that is none", set(&[sizes("magic")], 0)),
        ("one without a name", set(&[sizes("")], 0)),
        ("one that can only be read", set(&[sizes("shm_pages_shared")], 0)),
        ("one with a text", set(&[TypedParam::new("shm_pages_to_scan", TypedValue::String("x".into()))], 0)),
        ("one that is too wide", set(&[TypedParam::new("shm_sleep_millisecs", TypedValue::ULLong(1))], 0)),
        ("one twice", set(&[sizes("shm_pages_to_scan"), sizes("shm_pages_to_scan")], 0)),
        ("a known and an unknown one", set(&[sizes("shm_pages_to_scan"), sizes("magic")], 0)),
        ("a flag", set(&[sizes("shm_pages_to_scan")], 1)),
        ("a flag", map(1)),
        ("the highest flag", map(1 << 31)),
        ("no sizes", free(&[], 0, 1, 0)),
        ("no cells", free(&[4], 0, 0, 0)),
        ("a size that is none", free(&[3], 0, 1, 0)),
        ("a cell that is not there", free(&[4], 99, 1, 0)),
        ("a flag", free(&[4], 0, 1, 1)),
        ("more than a reply may have", free(&[4, 4], 0, 1024, 0)),
        ("no sizes", alloc(&[], &[], 0, 1, 0)),
        ("no cells", alloc(&[2048], &[0], 0, 0, 0)),
        ("small pages", alloc(&[4], &[1], 0, 1, 0)),
        ("a size that is none", alloc(&[3], &[1], 0, 1, 0)),
        ("a cell that is not there", alloc(&[2048], &[0], 99, 1, 0)),
        ("a flag that is none", alloc(&[2048], &[0], 0, 1, 2)),
        ("a flag that is none, small pages", alloc(&[4], &[1], 0, 1, 4)),
    ]
}

fn set(params: &[TypedParam], flags: u32) -> Question {
    ask(NodeSetMemoryParametersArgs { params: params.to_vec(), flags })
}

fn free(pages: &[u32], start_cell: i32, cell_count: u32, flags: u32) -> Question {
    ask(NodeGetFreePagesArgs { pages: pages.to_vec(), start_cell, cell_count, flags })
}

fn alloc(sizes: &[u32], counts: &[u64], start_cell: i32, cell_count: u32, flags: u32) -> Question {
    let (page_sizes, page_counts) = (sizes.to_vec(), counts.to_vec());
    ask(NodeAllocPagesArgs { page_sizes, page_counts, start_cell, cell_count, flags })
}
