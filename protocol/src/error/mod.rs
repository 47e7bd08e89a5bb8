//! Error codes, domains and levels as clients know them.
//!
//! A client decides by the numbers and prints the text, so both are libvirt's own, whatever went wrong here.
//! The numbers never change and new ones go at the end; a number of a newer peer is `None`, never a guess.

mod code;
mod domain;

pub use code::ErrorCode;
pub use domain::ErrorDomain;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum ErrorLevel {
    /// No error.
    None = 0,
    /// The call did what was asked, but something is worth telling.
    Warning = 1,
    /// The call failed.
    Error = 2,
}

impl From<ErrorLevel> for i32 {
    fn from(level: ErrorLevel) -> i32 {
        level as i32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_what_clients_print() {
        let text = |code: ErrorCode, info| code.message(Some(info));
        assert_eq!(
            text(ErrorCode::NoDomain, "no domain with matching name 'x'"),
            "Domain not found: no domain with matching name 'x'"
        );
        assert_eq!(
            text(ErrorCode::NoSupport, "virDomainSave"),
            "this function is not supported by the connection driver: virDomainSave"
        );
        assert_eq!(text(ErrorCode::DomExist, "web"), "domain web exists already");
        assert_eq!(text(ErrorCode::Rpc, "unknown procedure: 999"), "unknown procedure: 999");
        assert_eq!(text(ErrorCode::XmlError, "x"), "XML error: x");
    }

    #[test]
    fn without_details_the_text_stands_alone() {
        assert_eq!(ErrorCode::XmlError.message(None), "XML description is invalid or not well formed");
        assert_eq!(ErrorCode::OperationFailed.message(Some("")), "operation failed");
        assert_eq!(ErrorCode::Ok.message(None), "");
    }

    #[test]
    fn numbers_come_back_as_they_went() {
        for number in 0..=113 {
            assert_eq!(i32::from(ErrorCode::from_number(number).unwrap()), number);
        }
        for number in 0..=72 {
            assert_eq!(i32::from(ErrorDomain::from_number(number).unwrap()), number);
        }
        assert_eq!(ErrorCode::from_number(114), None);
        assert_eq!(ErrorCode::from_number(-1), None);
        assert_eq!(ErrorDomain::from_number(i32::MIN), None);
    }

    #[test]
    fn numbers_are_libvirts() {
        assert_eq!(ErrorCode::NoSupport as i32, 3);
        assert_eq!(ErrorCode::XmlError as i32, 27);
        assert_eq!(ErrorCode::OperationDenied as i32, 29);
        assert_eq!(ErrorCode::WarNoNetwork as i32, 41);
        assert_eq!(ErrorCode::NoDomain as i32, 42);
        assert_eq!(ErrorCode::OperationInvalid as i32, 55);
        assert_eq!(ErrorCode::ConfigUnsupported as i32, 67);
        assert_eq!(ErrorCode::AgentUnresponsive as i32, 86);
        assert_eq!(ErrorCode::AgentCommandFailed as i32, 113);
        assert_eq!(ErrorDomain::Qemu as i32, 10);
        assert_eq!(ErrorDomain::Domain as i32, 20);
        assert_eq!(ErrorDomain::Ch as i32, 72);
        assert_eq!(ErrorDomain::Qemu.name(), "QEMU Driver");
    }
}
