//! The remote program's types: what every procedure takes, replies and tells, with its bounds.
//!
//! The names are the protocol's own without their prefix: `remote_domain_get_info_ret` is [`DomainGetInfoRet`], its
//! field `maxMem` is `max_mem`. What they mean is said by the API each procedure stands for. Strings are bounded by
//! [`limits::STRING_MAX`]; the bound of a list or opaque stands behind it in brackets.

// The fields are the arguments of a public API and are called as they are there.
#![allow(missing_docs)]

/// Makes structs of the wire, in the order in which their fields go over it.
macro_rules! wire {
    ($($name:ident { $($field:ident: $type:ty $([$max:expr])?),* $(,)? })*) => { $(
        #[derive(Clone, Debug, PartialEq, ::vireo_xdr::Encode, ::vireo_xdr::Decode)]
        #[xdr(strings = $crate::remote::limits::STRING_MAX)]
        pub struct $name {
            $($(#[xdr(max = $max)])? pub $field: $type,)*
        }
    )* };
}
pub(crate) use wire;

mod auth;
pub mod chars;
mod connect;
mod domain;
mod interface;
pub mod limits;
mod network;
mod network_port;
mod node;
mod nodedev;
mod nwfilter;
mod secret;
mod storage_pool;
mod storage_vol;
mod types;

pub use self::auth::*;
pub use self::connect::*;
pub use self::domain::*;
pub use self::interface::*;
pub use self::network::*;
pub use self::network_port::*;
pub use self::node::*;
pub use self::nodedev::*;
pub use self::nwfilter::*;
pub use self::secret::*;
pub use self::storage_pool::*;
pub use self::storage_vol::*;
pub use self::types::*;
pub use crate::typed::{TypedParam, TypedValue};

/// The program's number.
pub const PROGRAM: u32 = 0x2000_8086;

/// The program's version.
pub const VERSION: u32 = 1;
