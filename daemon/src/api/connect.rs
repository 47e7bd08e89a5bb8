//! The connection: opening and closing it, and what it says of itself.

use vireo_protocol::remote::{
    ConnectGetHostnameRet, ConnectGetLibVersionRet, ConnectGetTypeRet, ConnectGetUriRet,
    ConnectGetVersionRet, ConnectIsSecureRet, ConnectOpenArgs, ConnectSetIdentityArgs,
    ConnectSupportsFeatureArgs, ConnectSupportsFeatureRet,
};
use vireo_protocol::typed::{Allowed, TypedParams, TypedValue};

use super::blocking::ask_host;
use super::uri;
use crate::error::{Error, ErrorDomain, Result};
use crate::host::version;
use crate::rpc::Call;

/// Longest part of a name that a client tells which goes to the log.
const MAX_LOGGED: usize = 64;

/// The flag of a client that only wants to look.
const OPEN_READ_ONLY: u32 = 1;

/// What clients ask `supports_feature` for; of those that are not here the answer is no.
mod feature {
    /// Calls may bring descriptors, and replies too.
    pub const FD_PASSING: i32 = 8;
    /// Typed parameters may be strings.
    pub const TYPED_PARAM_STRING: i32 = 9;
    /// The client answers pings from now on.
    pub const PROGRAM_KEEPALIVE: i32 = 10;
    /// Domain XML is had in the form for migration.
    pub const XML_MIGRATABLE: i32 = 11;
    /// The close callback's calls are there.
    pub const REMOTE_CLOSE_CALLBACK: i32 = 14;
    /// Events are registered for with callback ids.
    pub const REMOTE_EVENT_CALLBACK: i32 = 15;
}

/// `CONNECT_OPEN`
pub async fn connect_open(call: &Call, args: ConnectOpenArgs) -> Result<()> {
    if call.client().opened() {
        return Err(Error::internal(ErrorDomain::Rpc, "connection already open"));
    }
    let uri = uri::open(args.name.as_deref(), call.daemon().uri())?;
    call.client().set_opened(&uri, args.flags & OPEN_READ_ONLY != 0);
    Ok(())
}

/// `CONNECT_CLOSE`: stock ends the socket with it, too.
pub async fn connect_close(call: &Call, (): ()) -> Result<()> {
    call.close_after_reply();
    Ok(())
}

/// `CONNECT_SUPPORTS_FEATURE`: asking for keepalive is all it takes to get it, even before opening.
pub async fn connect_supports_feature(
    call: &Call,
    args: ConnectSupportsFeatureArgs,
) -> Result<ConnectSupportsFeatureRet> {
    if args.feature == feature::PROGRAM_KEEPALIVE {
        call.start_keepalive();
    } else if !call.client().opened() {
        return Err(Error::internal(ErrorDomain::Rpc, "hypervisor connection not open"));
    }
    let supported = matches!(
        args.feature,
        feature::FD_PASSING
            | feature::TYPED_PARAM_STRING
            | feature::PROGRAM_KEEPALIVE
            | feature::XML_MIGRATABLE
            | feature::REMOTE_CLOSE_CALLBACK
            | feature::REMOTE_EVENT_CALLBACK
    );
    Ok(ConnectSupportsFeatureRet { supported: supported.into() })
}

/// `CONNECT_GET_TYPE`: clients decide by it what they may ask for.
pub async fn connect_get_type(_call: &Call, (): ()) -> Result<ConnectGetTypeRet> {
    Ok(ConnectGetTypeRet { r#type: "QEMU".to_owned() })
}

/// `CONNECT_GET_VERSION`
pub async fn connect_get_version(_call: &Call, (): ()) -> Result<ConnectGetVersionRet> {
    Ok(ConnectGetVersionRet { hv_ver: version::HYPERVISOR })
}

/// `CONNECT_GET_LIB_VERSION`
pub async fn connect_get_lib_version(_call: &Call, (): ()) -> Result<ConnectGetLibVersionRet> {
    Ok(ConnectGetLibVersionRet { lib_ver: version::LIB })
}

/// `CONNECT_GET_HOSTNAME`: the first time it may wait for the network, on a thread that may.
pub async fn connect_get_hostname(call: &Call, (): ()) -> Result<ConnectGetHostnameRet> {
    if let Some(known) = call.daemon().host.known_hostname() {
        return Ok(ConnectGetHostnameRet { hostname: known.to_owned() });
    }
    let hostname = ask_host(call, |host| host.hostname().map(str::to_owned)).await?;
    Ok(ConnectGetHostnameRet { hostname })
}

/// `CONNECT_GET_URI`
pub async fn connect_get_uri(call: &Call, (): ()) -> Result<ConnectGetUriRet> {
    let uri = call.client().uri();
    Ok(ConnectGetUriRet { uri: uri.as_deref().unwrap_or(call.daemon().uri()).to_owned() })
}

/// `CONNECT_IS_SECURE`: a unix socket never leaves the host.
pub async fn connect_is_secure(_call: &Call, (): ()) -> Result<ConnectIsSecureRet> {
    Ok(ConnectIsSecureRet { secure: 1 })
}

/// `CONNECT_SET_IDENTITY`: a client that serves others tells for whom it calls. It is noted in the log; what a client may
/// do goes by the kernel's word alone.
pub async fn connect_set_identity(call: &Call, args: ConnectSetIdentityArgs) -> Result<()> {
    let string = |name| (name, TypedValue::String(String::new()), false);
    let number = |name| (name, TypedValue::ULLong(0), false);
    let allowed: [Allowed; 9] = [
        string("user-name"),
        number("unix-user-id"),
        string("group-name"),
        number("unix-group-id"),
        ("process-id", TypedValue::LLong(0), false),
        number("process-time"),
        string("sasl-user-name"),
        string("x509-distinguished-name"),
        string("selinux-context"),
    ];
    args.params.validate(&allowed).map_err(|error| Error::new(error.code(), ErrorDomain::None, error))?;
    let text = |name| args.params.string(name).ok().flatten().unwrap_or("?");
    let uid = args.params.ullong("unix-user-id").ok().flatten();
    let user: String = text("user-name").chars().take(MAX_LOGGED).collect();
    tracing::info!("{:?} says that it acts for user {user:?}, uid {uid:?}", call.client());
    Ok(())
}

/// `CONNECT_REGISTER_CLOSE_CALLBACK`: it would be told if the daemon lost its hypervisor. It has none to lose.
pub async fn connect_register_close_callback(_call: &Call, (): ()) -> Result<()> {
    Ok(())
}

/// `CONNECT_UNREGISTER_CLOSE_CALLBACK`
pub async fn connect_unregister_close_callback(_call: &Call, (): ()) -> Result<()> {
    Ok(())
}
