//! A call made ready once, to be sent many times.

use std::path::Path;
use vireo_protocol::frame::{self, Header};
use vireo_protocol::remote::{self, PROGRAM, VERSION};
use vireo_protocol::table::RemoteProc;
use vireo_tests::raw::Raw;
use vireo_xdr::{BytesMut, Encode};

/// Where the serial is in a frame: behind the length, program, version, procedure and type.
const SERIAL_AT: usize = 20;

/// The whole frame of a call, but for its serial.
#[derive(Clone)]
pub struct Ready(BytesMut);

impl Ready {
    /// Makes the named call ready.
    pub fn new(name: &str, socket: &Path) -> Ready {
        match name {
            "libversion" => Ready::of(RemoteProc::ConnectGetLibVersion, &()),
            "info" => {
                Ready::of(RemoteProc::DomainGetInfo, &remote::DomainGetInfoArgs { dom: domain(socket) })
            }
            "xml" => {
                let args = remote::DomainGetXmlDescArgs { dom: domain(socket), flags: 0 };
                Ready::of(RemoteProc::DomainGetXmlDesc, &args)
            }
            "list" => {
                let args = remote::ConnectListAllDomainsArgs { need_results: 1, flags: 0 };
                Ready::of(RemoteProc::ConnectListAllDomains, &args)
            }
            "stats" => {
                let args = remote::ConnectGetAllDomainStatsArgs { doms: Vec::new(), stats: 0, flags: 0 };
                Ready::of(RemoteProc::ConnectGetAllDomainStats, &args)
            }
            _ => panic!("no call is named {name}"),
        }
    }

    fn of(procedure: RemoteProc, args: &impl Encode) -> Ready {
        let mut bytes = BytesMut::new();
        let header = Header::call(PROGRAM, VERSION, procedure.into(), 0);
        frame::encode(&mut bytes, &header, args).expect("arguments within their bounds");
        Ready(bytes)
    }

    /// The frame with this serial.
    pub fn frame(&mut self, serial: u32) -> &[u8] {
        self.0[SERIAL_AT..SERIAL_AT + 4].copy_from_slice(&serial.to_be_bytes());
        &self.0
    }
}

/// The domain that single-domain calls ask about.
fn domain(socket: &Path) -> remote::NonnullDomain {
    let args = remote::DomainLookupByNameArgs { name: "bench-0".into() };
    let found: Result<remote::DomainLookupByNameRet, _> =
        Raw::open(socket).call(RemoteProc::DomainLookupByName, &args);
    found.expect("bench-0 is defined").dom
}
