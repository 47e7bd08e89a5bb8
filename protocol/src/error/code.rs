//! What went wrong: the code of an error and the text that goes with it.

/// One row per code: its number, its name, its text without details, and, where it is not that text followed by
/// a colon and the details, the text with details in place of `%s`.
macro_rules! codes {
    ($($number:literal $name:ident $bare:literal $(/ $with:literal)?,)*) => {
        /// What went wrong. Clients branch on these.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(i32)]
        pub enum ErrorCode {
            $(#[doc = concat!("`", stringify!($name), "`: ", $bare)] $name = $number,)*
        }

        static CODES: &[(ErrorCode, &str, Option<&str>)] =
            &[$((ErrorCode::$name, $bare, codes!(@with $($with)?)),)*];
    };
    (@with) => { None };
    (@with $with:literal) => { Some($with) };
}

impl ErrorCode {
    /// The code of a number from the wire, if it is one that is known here.
    pub fn from_number(number: i32) -> Option<Self> {
        CODES.get(usize::try_from(number).ok()?).map(|row| row.0)
    }

    /// The text a client shows, with the details in the place where libvirt puts them. Empty details are none.
    pub fn message(self, info: Option<&str>) -> String {
        let (_, bare, with) = CODES[self as usize];
        match (info.filter(|info| !info.is_empty()), with) {
            (None, _) => bare.to_owned(),
            (Some(info), None) => [bare, ": ", info].concat(),
            (Some(info), Some(with)) => {
                let (before, after) = with.split_once("%s").unwrap_or((with, ""));
                [before, info, after].concat()
            }
        }
    }
}

impl From<ErrorCode> for i32 {
    fn from(code: ErrorCode) -> i32 {
        code as i32
    }
}

codes! {
    0 Ok "" / "%s",
    1 InternalError "internal error",
    2 NoMemory "out of memory",
    3 NoSupport "this function is not supported by the connection driver",
    4 UnknownHost "unknown host" / "unknown host %s",
    5 NoConnect "no connection driver available" / "no connection driver available for %s",
    6 InvalidConn "invalid connection pointer in" / "invalid connection pointer in %s",
    7 InvalidDomain "invalid domain pointer in" / "invalid domain pointer in %s",
    8 InvalidArg "invalid argument",
    9 OperationFailed "operation failed",
    10 GetFailed "GET operation failed",
    11 PostFailed "POST operation failed",
    12 HttpError "got unknown HTTP error code" / "got unknown HTTP error code %s",
    13 SexprSerial "failed to serialize S-Expr",
    14 NoXen "could not use Xen hypervisor entry" / "could not use Xen hypervisor entry %s",
    15 XenCall "failed Xen syscall" / "failed Xen syscall %s",
    16 OsType "unknown OS type" / "unknown OS type %s",
    17 NoKernel "missing kernel information",
    18 NoRoot "missing root device information" / "missing root device information in %s",
    19 NoSource "missing source information for device" / "missing source information for device %s",
    20 NoTarget "missing target information for device" / "missing target information for device %s",
    21 NoName "missing name information" / "missing name information in %s",
    22 NoOs "missing operating system information" / "missing operating system information for %s",
    23 NoDevice "missing devices information" / "missing devices information for %s",
    24 NoXenstore "could not connect to Xen Store" / "could not connect to Xen Store %s",
    25 DriverFull "too many drivers registered" / "too many drivers registered in %s",
    26 CallFailed "library call failed",
    27 XmlError "XML description is invalid or not well formed" / "XML error: %s",
    28 DomExist "this domain exists already" / "domain %s exists already",
    29 OperationDenied "operation forbidden for read only access" / "operation forbidden: %s",
    30 OpenFailed "failed to open configuration file" / "failed to open configuration file %s",
    31 ReadFailed "failed to read configuration file" / "failed to read configuration file %s",
    32 ParseFailed "failed to parse configuration file" / "failed to parse configuration file %s",
    33 ConfSyntax "configuration file syntax error",
    34 WriteFailed "failed to write configuration file",
    35 XmlDetail "parser error" / "%s",
    36 InvalidNetwork "invalid network pointer in" / "invalid network pointer in %s",
    37 NetworkExist "this network exists already" / "network %s exists already",
    38 SystemError "system call error" / "%s",
    39 Rpc "RPC error" / "%s",
    40 GnutlsError "GNUTLS call error" / "%s",
    41 WarNoNetwork "Failed to find the network",
    42 NoDomain "Domain not found",
    43 NoNetwork "Network not found",
    44 InvalidMac "invalid MAC address",
    45 AuthFailed "authentication failed",
    46 InvalidStoragePool "invalid storage pool pointer in" / "invalid storage pool pointer in %s",
    47 InvalidStorageVol "invalid storage volume pointer in" / "invalid storage volume pointer in %s",
    48 WarNoStorage "Failed to find a storage driver",
    49 NoStoragePool "Storage pool not found",
    50 NoStorageVol "Storage volume not found",
    51 WarNoNode "Failed to find a node driver",
    52 InvalidNodeDevice "invalid node device pointer" / "invalid node device pointer in %s",
    53 NoNodeDevice "Node device not found",
    54 NoSecurityModel "Security model not found",
    55 OperationInvalid "Requested operation is not valid",
    56 WarNoInterface "Failed to find the interface",
    57 NoInterface "Interface not found",
    58 InvalidInterface "invalid interface pointer in" / "invalid interface pointer in %s",
    59 MultipleInterfaces "multiple matching interfaces found",
    60 WarNoNwfilter "Failed to start the nwfilter driver",
    61 InvalidNwfilter "Invalid network filter",
    62 NoNwfilter "Network filter not found",
    63 BuildFirewall "Error while building firewall",
    64 WarNoSecret "Failed to find a secret storage driver",
    65 InvalidSecret "Invalid secret",
    66 NoSecret "Secret not found",
    67 ConfigUnsupported "unsupported configuration",
    68 OperationTimeout "Timed out during operation",
    69 MigratePersistFailed "Failed to make domain persistent after migration",
    70 HookScriptFailed "Hook script execution failed",
    71 InvalidDomainSnapshot "Invalid domain snapshot",
    72 NoDomainSnapshot "Domain snapshot not found",
    73 InvalidStream "invalid stream pointer" / "invalid stream pointer in %s",
    74 ArgumentUnsupported "argument unsupported",
    75 StorageProbeFailed "Storage pool probe failed",
    76 StoragePoolBuilt "Storage pool already built",
    77 SnapshotRevertRisky "revert requires force",
    78 OperationAborted "operation aborted",
    79 AuthCancelled "authentication cancelled",
    80 NoDomainMetadata "metadata not found",
    81 MigrateUnsafe "Unsafe migration",
    82 Overflow "numerical overflow",
    83 BlockCopyActive "block copy still active",
    84 OperationUnsupported "Operation not supported",
    85 Ssh "SSH transport error",
    86 AgentUnresponsive "Guest agent is not responding",
    87 ResourceBusy "resource busy",
    88 AccessDenied "access denied",
    89 DbusService "error from service",
    90 StorageVolExist "this storage volume exists already" / "storage volume %s exists already",
    91 CpuIncompatible "the CPU is incompatible with host CPU",
    92 XmlInvalidSchema "XML document failed to validate against schema",
    93 MigrateFinishOk "migration successfully aborted",
    94 AuthUnavailable "authentication unavailable",
    95 NoServer "Server not found",
    96 NoClient "Client not found",
    97 AgentUnsynced "guest agent replied with wrong id to guest-sync command",
    98 Libssh "libssh transport error",
    99 DeviceMissing "device not found",
    100 InvalidNwfilterBinding "Invalid network filter binding",
    101 NoNwfilterBinding "Network filter binding not found",
    102 InvalidDomainCheckpoint "Invalid domain checkpoint",
    103 NoDomainCheckpoint "Domain checkpoint not found",
    104 NoDomainBackup "Domain backup job id not found",
    105 InvalidNetworkPort "Invalid network port pointer",
    106 NetworkPortExist "this network port exists already" / "network port %s exists already",
    107 NoNetworkPort "network port not found",
    108 NoHostname "no hostname found",
    109 CheckpointInconsistent "checkpoint inconsistent",
    110 MultipleDomains "multiple matching domains found",
    111 NoNetworkMetadata "metadata not found",
    112 AgentCommandTimeout "guest agent command timed out",
    113 AgentCommandFailed "guest agent command failed",
}
