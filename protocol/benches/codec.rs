//! What it costs to read and write what the daemon reads and writes most.
//!
//! `cargo bench -p vireo-protocol --bench codec` prints nanoseconds. Times vary with the machine, instructions do not:
//! the binary that it built takes a name and a count, runs that one so many times, and can be counted by
//! `valgrind --tool=callgrind`; the difference of two counts leaves the start out.

use std::hint::black_box;
use std::time::Instant;

use vireo_protocol::frame::{self, Frame, Header, LENGTH_SIZE, Status};
use vireo_protocol::remote::{self, ConnectListAllDomainsRet, DomainGetInfoArgs, DomainGetInfoRet};
use vireo_protocol::remote::{
    ConnectGetAllDomainStatsRet, DomainGetXmlDescRet, DomainStatsRecord, NonnullDomain,
};
use vireo_protocol::typed::TypedParam;
use vireo_protocol::{error, table};
use vireo_xdr::{BytesMut, Decode, Encode};

fn domain(number: i32) -> NonnullDomain {
    NonnullDomain { name: format!("domain-{number:04}"), uuid: [number as u8; 16], id: number }
}

fn header() -> Header {
    Header::call(remote::PROGRAM, remote::VERSION, table::RemoteProc::DomainGetInfo.into(), 7)
}

/// Writes a value as a reply, again and again, into a buffer that stays.
fn write<'a>(value: impl Encode + 'a) -> Work<'a> {
    let mut out = BytesMut::with_capacity(1 << 20);
    Box::new(move || {
        out.clear();
        frame::encode(&mut out, &header().reply(Status::Ok), black_box(&value)).unwrap();
        black_box(&out);
    })
}

/// Reads a call that carries a value, with its header and the row of its procedure.
fn read<'a, T: Decode + Encode + 'a>(value: T) -> Work<'a> {
    let mut bytes = BytesMut::new();
    frame::encode(&mut bytes, &header(), &value).unwrap();
    Box::new(move || {
        let (length, body) = black_box(&bytes[..]).split_first_chunk::<LENGTH_SIZE>().unwrap();
        assert_eq!(frame::body_length(*length), Ok(body.len()));
        let frame = Frame::parse(body).unwrap();
        black_box(table::procedure(frame.header.proc).unwrap());
        black_box(frame.decode::<T>().unwrap());
    })
}

/// One piece of work, to be done again and again.
type Work<'a> = Box<dyn FnMut() + 'a>;

fn work() -> Vec<(&'static str, Work<'static>)> {
    let domains: Vec<NonnullDomain> = (0..1000).map(domain).collect();
    let info = DomainGetInfoRet { state: 1, max_mem: 1 << 20, memory: 1 << 20, nr_virt_cpu: 2, cpu_time: 1 };
    let stats = |number| DomainStatsRecord {
        dom: domain(number),
        params: (0..30).map(|_| TypedParam::new("balloon.current", 1u64 << 20)).collect(),
    };
    let message = error::ErrorCode::NoDomain.message(Some("no domain with matching name 'golden'"));
    let error = remote::Error {
        code: error::ErrorCode::NoDomain.into(),
        domain: error::ErrorDomain::Qemu.into(),
        message: Some(message),
        level: error::ErrorLevel::Error.into(),
        dom: None,
        str1: Some("Domain not found: %s".into()),
        str2: None,
        str3: None,
        int1: 0,
        int2: 0,
        net: None,
    };
    let stats = ConnectGetAllDomainStatsRet { ret_stats: (0..1000).map(stats).collect() };
    vec![
        ("read_info_call", read(DomainGetInfoArgs { dom: domain(1) })),
        ("write_info", write(info)),
        ("write_xml_4k", write(DomainGetXmlDescRet { xml: "<domain/>".repeat(455) })),
        ("write_error", write(error)),
        ("list_domains", write(ConnectListAllDomainsRet { domains: domains.clone(), ret: 1000 })),
        ("read_list", read(ConnectListAllDomainsRet { domains, ret: 1000 })),
        ("all_stats", write(stats)),
    ]
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    for (name, mut work) in work() {
        match arguments.as_slice() {
            [only, count] if only == name => {
                (0..count.parse().expect("a number of times")).for_each(|_: u32| work());
            }
            [_, _] => {}
            _ => {
                let mut best = u128::MAX;
                for _ in 0..20 {
                    let start = Instant::now();
                    (0..100).for_each(|_| work());
                    best = best.min(start.elapsed().as_nanos() / 100);
                }
                println!("{name:16} {best:>8} ns");
            }
        }
    }
}
