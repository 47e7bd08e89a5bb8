//! Objects as they go over the wire, and what several procedures share.

wire! {
    NonnullDomain { name: String, uuid: [u8; 16], id: i32 }
    NonnullNetwork { name: String, uuid: [u8; 16] }
    NonnullNetworkPort { net: NonnullNetwork, uuid: [u8; 16] }
    NonnullNwfilter { name: String, uuid: [u8; 16] }
    NonnullNwfilterBinding { portdev: String, filtername: String }
    NonnullInterface { name: String, mac: String }
    NonnullStoragePool { name: String, uuid: [u8; 16] }
    NonnullStorageVol { pool: String, name: String, key: String }
    NonnullNodeDevice { name: String }
    NonnullSecret { uuid: [u8; 16], usage_type: i32, usage_id: String }
    NonnullDomainCheckpoint { name: String, dom: NonnullDomain }
    NonnullDomainSnapshot { name: String, dom: NonnullDomain }
    Error {
        code: i32, domain: i32, message: Option<String>, level: i32, dom: Option<NonnullDomain>,
        str1: Option<String>, str2: Option<String>, str3: Option<String>, int1: i32, int2: i32,
        net: Option<NonnullNetwork>,
    }
    VcpuInfo { number: u32, state: i32, cpu_time: u64, cpu: i32 }
}
