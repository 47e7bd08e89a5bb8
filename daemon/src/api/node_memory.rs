//! The host's pages, and the kernel's merging of equal ones (KSM).

use vireo_protocol::remote::limits::{NODE_MAX_CELLS, NODE_MEMORY_PARAMETERS_MAX};
use vireo_protocol::remote::{
    NodeAllocPagesArgs, NodeAllocPagesRet, NodeGetFreePagesArgs, NodeGetFreePagesRet,
    NodeGetMemoryParametersArgs, NodeGetMemoryParametersRet, NodeSetMemoryParametersArgs,
};
use vireo_protocol::typed::{TypedParam, TypedParams, TypedValue};

use super::arguments::{not_zero, params_room, there};
use super::blocking::ask_host;
use crate::error::{Error, ErrorDomain, Result};
use crate::host::{KSM_PARAMETERS, KsmValue, PoolChange};
use crate::rpc::Call;

/// The flag of clients that know parameters that are strings.
const TYPED_PARAM_STRING_OKAY: u32 = 4;

/// Pools are set to the counts given, not grown by them.
const ALLOC_PAGES_SET: u32 = 1;

/// `NODE_GET_FREE_PAGES`
pub async fn node_get_free_pages(call: &Call, args: NodeGetFreePagesArgs) -> Result<NodeGetFreePagesRet> {
    fits(args.pages.len(), args.cell_count)?;
    not_zero(args.pages.len() as u64, "virNodeGetFreePages", "npages")?;
    not_zero(args.cell_count.into(), "virNodeGetFreePages", "cellCount")?;
    if args.flags != 0 {
        return Err(Error::unsupported_flags(ErrorDomain::Qemu, "qemuNodeGetFreePages", args.flags));
    }
    let counts = call.daemon().host.free_pages(&args.pages, args.start_cell, args.cell_count)?;
    Ok(NodeGetFreePagesRet { counts })
}

/// `NODE_ALLOC_PAGES`: the kernel may have to move memory about for it, so it runs where waiting harms nobody.
pub async fn node_alloc_pages(call: &Call, args: NodeAllocPagesArgs) -> Result<NodeAllocPagesRet> {
    not_zero(args.page_sizes.len() as u64, "virNodeAllocPages", "npages")?;
    not_zero(args.cell_count.into(), "virNodeAllocPages", "cellCount")?;
    if args.flags & !ALLOC_PAGES_SET != 0 {
        return Err(Error::unsupported_flags(ErrorDomain::Qemu, "qemuNodeAllocPages", args.flags));
    }
    let set = args.flags & ALLOC_PAGES_SET != 0;
    let change = |count| if set { PoolChange::Set(count) } else { PoolChange::Add(count) };
    let sizes = args.page_sizes.into_iter();
    let pools: Vec<_> = sizes.zip(args.page_counts.into_iter().map(change)).collect();
    let (first, cells) = (args.start_cell, args.cell_count);
    let changed = ask_host(call, move |host| host.alloc_pages(&pools, first, cells)).await?;
    Ok(NodeAllocPagesRet { ret: changed as i32 })
}

/// `NODE_GET_MEMORY_PARAMETERS`
pub async fn node_get_memory_parameters(
    call: &Call,
    args: NodeGetMemoryParametersArgs,
) -> Result<NodeGetMemoryParametersRet> {
    params_room(args.nparams, NODE_MEMORY_PARAMETERS_MAX)?;
    if args.flags & !TYPED_PARAM_STRING_OKAY != 0 {
        let flags = args.flags & !TYPED_PARAM_STRING_OKAY;
        return Err(Error::unsupported_flags(ErrorDomain::None, "virHostMemGetParameters", flags));
    }
    if args.nparams == 0 {
        return Ok(NodeGetMemoryParametersRet { params: Vec::new(), nparams: KSM_PARAMETERS as i32 });
    }
    let asked = usize::try_from(args.nparams).unwrap_or(0);
    let param = |(name, value)| {
        let value = match value {
            KsmValue::Setting(value) => TypedValue::UInt(value),
            KsmValue::Counter(value) => TypedValue::ULLong(value),
        };
        TypedParam::new(format!("shm_{name}"), value)
    };
    let params = call.daemon().host.ksm()?.into_iter().take(asked).map(param).collect();
    Ok(NodeGetMemoryParametersRet { params, nparams: 0 })
}

/// `NODE_SET_MEMORY_PARAMETERS`
pub async fn node_set_memory_parameters(call: &Call, args: NodeSetMemoryParametersArgs) -> Result<()> {
    there(!args.params.is_empty(), "virNodeSetMemoryParameters", "params")?;
    if args.flags != 0 {
        return Err(Error::unsupported_flags(ErrorDomain::None, "virHostMemSetParameters", args.flags));
    }
    let allowed = ["shm_pages_to_scan", "shm_sleep_millisecs", "shm_merge_across_nodes"]
        .map(|name| (name, TypedValue::UInt(0), false));
    args.params.validate(&allowed).map_err(|error| Error::new(error.code(), ErrorDomain::None, error))?;
    let settings =
        args.params.iter().filter_map(|param| match (&param.value, param.field.strip_prefix("shm_")) {
            (TypedValue::UInt(value), Some(name)) => Some((name.to_owned(), *value)),
            _ => None,
        });
    call.daemon().host.set_ksm(&settings.collect::<Vec<_>>())
}

/// Whether an answer about so many sizes and cells can go over the wire.
fn fits(sizes: usize, cells: u32) -> Result<()> {
    if sizes.saturating_mul(cells as usize) <= NODE_MAX_CELLS {
        return Ok(());
    }
    Err(Error::internal(ErrorDomain::Rpc, "the result won't fit into REMOTE_NODE_MAX_CELLS"))
}
