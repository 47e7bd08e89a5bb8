//! Starting, stopping and forgetting domains that are not in the right state, or in ways there are not.

use super::{Wrong, defined, nobody};
use crate::question::ask;
use vireo_protocol::remote::*;

pub(super) fn wrong() -> Vec<Wrong> {
    let dom = defined;
    let shutdown = |flags| ask(DomainShutdownFlagsArgs { dom: dom(), flags });
    let reboot = |flags| ask(DomainRebootArgs { dom: dom(), flags });
    let destroy = |flags| ask(DomainDestroyFlagsArgs { dom: dom(), flags });
    let create = |flags| ask(DomainCreateWithFlagsArgs { dom: dom(), flags });
    let undefine = |flags| ask(DomainUndefineFlagsArgs { dom: dom(), flags });
    vec![
        ("nobody", ask(DomainCreateArgs { dom: nobody() })),
        ("nobody", ask(DomainCreateWithFlagsArgs { dom: nobody(), flags: 0 })),
        ("a flag that is none", create(1 << 6)),
        ("the highest flag", create(1 << 31)),
        ("VALIDATE, which is of documents", create(1 << 4)),
        ("not running", ask(DomainDestroyArgs { dom: dom() })),
        ("not running, graceful", destroy(1)),
        ("not running, with its logs", destroy(2)),
        ("a flag that is none", destroy(4)),
        ("every flag", destroy(u32::MAX)),
        ("not running", ask(DomainShutdownArgs { dom: dom() })),
        ("not running", shutdown(0)),
        ("not running, by the power button", shutdown(1)),
        ("not running, by the agent", shutdown(2)),
        ("not running, by button or agent", shutdown(3)),
        ("by initctl", shutdown(4)),
        ("by a signal", shutdown(8)),
        ("by paravirtualization", shutdown(16)),
        ("by a way that is none", shutdown(32)),
        ("not running", reboot(0)),
        ("not running, by the power button", reboot(1)),
        ("not running, by the agent", reboot(2)),
        ("not running, by button or agent", reboot(3)),
        ("by initctl", reboot(4)),
        ("by a signal", reboot(8)),
        ("by paravirtualization", reboot(16)),
        ("by a way that is none", reboot(1 << 20)),
        ("not running", ask(DomainResetArgs { dom: dom(), flags: 0 })),
        ("a flag", ask(DomainResetArgs { dom: dom(), flags: 1 })),
        ("not running", ask(DomainSuspendArgs { dom: dom() })),
        ("not running", ask(DomainResumeArgs { dom: dom() })),
        ("NVRAM deleted and kept", undefine(4 | 8)),
        ("TPM deleted and kept", undefine(32 | 64)),
        ("both deleted and kept", undefine(4 | 8 | 32 | 64)),
        ("a flag that is none", undefine(1 << 7)),
        ("the highest flag", undefine(1 << 31)),
        ("nobody", undefine_nobody(4 | 8)),
        ("nobody", ask(DomainSetAutostartArgs { dom: nobody(), autostart: 1 })),
        ("neither yes nor no", ask(DomainSetAutostartArgs { dom: dom(), autostart: 7 })),
        ("no autostart", ask(DomainSetAutostartArgs { dom: dom(), autostart: 0 })),
    ]
}

fn undefine_nobody(flags: u32) -> crate::question::Question {
    ask(DomainUndefineFlagsArgs { dom: nobody(), flags })
}
