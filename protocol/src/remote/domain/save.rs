//! Saving, restoring and dumping domains.

use crate::remote::limits::DOMAIN_SAVE_PARAMS_MAX;
use crate::remote::{NonnullDomain, TypedParam};

wire! {
    DomainSaveArgs { dom: NonnullDomain, to: String }
    DomainSaveFlagsArgs { dom: NonnullDomain, to: String, dxml: Option<String>, flags: u32 }
    DomainSaveParamsArgs { dom: NonnullDomain, params: Vec<TypedParam>[DOMAIN_SAVE_PARAMS_MAX], flags: u32 }
    DomainRestoreArgs { from: String }
    DomainRestoreFlagsArgs { from: String, dxml: Option<String>, flags: u32 }
    DomainRestoreParamsArgs { params: Vec<TypedParam>[DOMAIN_SAVE_PARAMS_MAX], flags: u32 }
    DomainSaveImageGetXmlDescArgs { file: String, flags: u32 }
    DomainSaveImageGetXmlDescRet { xml: String }
    DomainSaveImageDefineXmlArgs { file: String, dxml: String, flags: u32 }
    DomainCoreDumpArgs { dom: NonnullDomain, to: String, flags: u32 }
    DomainCoreDumpWithFormatArgs { dom: NonnullDomain, to: String, dumpformat: u32, flags: u32 }
    DomainManagedSaveArgs { dom: NonnullDomain, flags: u32 }
    DomainHasManagedSaveImageArgs { dom: NonnullDomain, flags: u32 }
    DomainHasManagedSaveImageRet { result: i32 }
    DomainManagedSaveRemoveArgs { dom: NonnullDomain, flags: u32 }
    DomainManagedSaveGetXmlDescArgs { dom: NonnullDomain, flags: u32 }
    DomainManagedSaveGetXmlDescRet { xml: String }
    DomainManagedSaveDefineXmlArgs { dom: NonnullDomain, dxml: Option<String>, flags: u32 }
}
