//! Migration, in all the shapes it had.

use crate::remote::limits::{DOMAIN_MIGRATE_PARAM_LIST_MAX, MIGRATE_COOKIE_MAX};
use crate::remote::{NonnullDomain, TypedParam};

wire! {
    DomainMigratePrepareArgs { uri_in: Option<String>, flags: u64, dname: Option<String>, resource: u64 }
    DomainMigratePrepareRet { cookie: Vec<u8>[MIGRATE_COOKIE_MAX], uri_out: Option<String> }
    DomainMigratePerformArgs {
        dom: NonnullDomain, cookie: Vec<u8>[MIGRATE_COOKIE_MAX], uri: String, flags: u64,
        dname: Option<String>, resource: u64,
    }
    DomainMigrateFinishArgs { dname: String, cookie: Vec<u8>[MIGRATE_COOKIE_MAX], uri: String, flags: u64 }
    DomainMigrateFinishRet { ddom: NonnullDomain }
    DomainMigratePrepare2Args {
        uri_in: Option<String>, flags: u64, dname: Option<String>, resource: u64, dom_xml: String,
    }
    DomainMigratePrepare2Ret { cookie: Vec<u8>[MIGRATE_COOKIE_MAX], uri_out: Option<String> }
    DomainMigrateFinish2Args {
        dname: String, cookie: Vec<u8>[MIGRATE_COOKIE_MAX], uri: String, flags: u64, retcode: i32,
    }
    DomainMigrateFinish2Ret { ddom: NonnullDomain }
    DomainMigratePrepareTunnelArgs { flags: u64, dname: Option<String>, resource: u64, dom_xml: String }
    DomainMigrateGetMaxDowntimeArgs { dom: NonnullDomain, flags: u32 }
    DomainMigrateGetMaxDowntimeRet { downtime: u64 }
    DomainMigrateSetMaxDowntimeArgs { dom: NonnullDomain, downtime: u64, flags: u32 }
    DomainMigrateGetCompressionCacheArgs { dom: NonnullDomain, flags: u32 }
    DomainMigrateGetCompressionCacheRet { cache_size: u64 }
    DomainMigrateSetCompressionCacheArgs { dom: NonnullDomain, cache_size: u64, flags: u32 }
    DomainMigrateSetMaxSpeedArgs { dom: NonnullDomain, bandwidth: u64, flags: u32 }
    DomainMigrateGetMaxSpeedArgs { dom: NonnullDomain, flags: u32 }
    DomainMigrateGetMaxSpeedRet { bandwidth: u64 }
    DomainMigrateBegin3Args {
        dom: NonnullDomain, xmlin: Option<String>, flags: u64, dname: Option<String>, resource: u64,
    }
    DomainMigrateBegin3Ret { cookie_out: Vec<u8>[MIGRATE_COOKIE_MAX], xml: String }
    DomainMigratePrepare3Args {
        cookie_in: Vec<u8>[MIGRATE_COOKIE_MAX], uri_in: Option<String>, flags: u64, dname: Option<String>,
        resource: u64, dom_xml: String,
    }
    DomainMigratePrepare3Ret { cookie_out: Vec<u8>[MIGRATE_COOKIE_MAX], uri_out: Option<String> }
    DomainMigratePrepareTunnel3Args {
        cookie_in: Vec<u8>[MIGRATE_COOKIE_MAX], flags: u64, dname: Option<String>, resource: u64,
        dom_xml: String,
    }
    DomainMigratePrepareTunnel3Ret { cookie_out: Vec<u8>[MIGRATE_COOKIE_MAX] }
    DomainMigratePerform3Args {
        dom: NonnullDomain, xmlin: Option<String>, cookie_in: Vec<u8>[MIGRATE_COOKIE_MAX],
        dconnuri: Option<String>, uri: Option<String>, flags: u64, dname: Option<String>, resource: u64,
    }
    DomainMigratePerform3Ret { cookie_out: Vec<u8>[MIGRATE_COOKIE_MAX] }
    DomainMigrateFinish3Args {
        dname: String, cookie_in: Vec<u8>[MIGRATE_COOKIE_MAX], dconnuri: Option<String>, uri: Option<String>,
        flags: u64, cancelled: i32,
    }
    DomainMigrateFinish3Ret { dom: NonnullDomain, cookie_out: Vec<u8>[MIGRATE_COOKIE_MAX] }
    DomainMigrateConfirm3Args {
        dom: NonnullDomain, cookie_in: Vec<u8>[MIGRATE_COOKIE_MAX], flags: u64, cancelled: i32,
    }
    DomainMigrateBegin3ParamsArgs {
        dom: NonnullDomain, params: Vec<TypedParam>[DOMAIN_MIGRATE_PARAM_LIST_MAX], flags: u32,
    }
    DomainMigrateBegin3ParamsRet { cookie_out: Vec<u8>[MIGRATE_COOKIE_MAX], xml: String }
    DomainMigratePrepare3ParamsArgs {
        params: Vec<TypedParam>[DOMAIN_MIGRATE_PARAM_LIST_MAX], cookie_in: Vec<u8>[MIGRATE_COOKIE_MAX],
        flags: u32,
    }
    DomainMigratePrepare3ParamsRet { cookie_out: Vec<u8>[MIGRATE_COOKIE_MAX], uri_out: Option<String> }
    DomainMigratePrepareTunnel3ParamsArgs {
        params: Vec<TypedParam>[DOMAIN_MIGRATE_PARAM_LIST_MAX], cookie_in: Vec<u8>[MIGRATE_COOKIE_MAX],
        flags: u32,
    }
    DomainMigratePrepareTunnel3ParamsRet { cookie_out: Vec<u8>[MIGRATE_COOKIE_MAX] }
    DomainMigratePerform3ParamsArgs {
        dom: NonnullDomain, dconnuri: Option<String>, params: Vec<TypedParam>[DOMAIN_MIGRATE_PARAM_LIST_MAX],
        cookie_in: Vec<u8>[MIGRATE_COOKIE_MAX], flags: u32,
    }
    DomainMigratePerform3ParamsRet { cookie_out: Vec<u8>[MIGRATE_COOKIE_MAX] }
    DomainMigrateFinish3ParamsArgs {
        params: Vec<TypedParam>[DOMAIN_MIGRATE_PARAM_LIST_MAX], cookie_in: Vec<u8>[MIGRATE_COOKIE_MAX],
        flags: u32, cancelled: i32,
    }
    DomainMigrateFinish3ParamsRet { dom: NonnullDomain, cookie_out: Vec<u8>[MIGRATE_COOKIE_MAX] }
    DomainMigrateConfirm3ParamsArgs {
        dom: NonnullDomain, params: Vec<TypedParam>[DOMAIN_MIGRATE_PARAM_LIST_MAX],
        cookie_in: Vec<u8>[MIGRATE_COOKIE_MAX], flags: u32, cancelled: i32,
    }
    DomainMigrateStartPostCopyArgs { dom: NonnullDomain, flags: u32 }
}
