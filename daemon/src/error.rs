//! Errors as clients see them: libvirt's code, domain, level and message, and the fields beside them.
//!
//! Every error inside the daemon becomes one of these before it leaves; clients branch on code and domain.

use std::fmt;
use std::io;

pub use vireo_protocol::error::{ErrorCode, ErrorDomain, ErrorLevel};
use vireo_protocol::remote;

/// Longest text in an error. Errors quote what a client sent, which may be as long as the longest text of the wire: with
/// words of our own around it, there would be no answer at all.
const MAX_TEXT: usize = 64 << 10;

/// What a call answers when it fails.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One error; a pointer's size, since it travels in every result.
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Box<Fields>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Fields {
    code: ErrorCode,
    domain: ErrorDomain,
    level: ErrorLevel,
    message: String,
    str1: Option<String>,
    str2: Option<String>,
    str3: Option<String>,
    int1: i32,
    int2: i32,
}

impl Error {
    /// An error of this code, its message by libvirt's template for the code with `info` in it. As with libvirt,
    /// `str1` is the template and `str2` the details, where there are any.
    pub fn new(code: ErrorCode, domain: ErrorDomain, info: impl fmt::Display) -> Self {
        let info = info.to_string();
        let template = code.message((!info.is_empty()).then_some("%s"));
        let message = code.message(Some(&info));
        Self::fields(code, domain, message, Some(template), (!info.is_empty()).then_some(info), -1)
    }

    /// An error whose message stands as given, without the template of its code.
    pub fn raw(code: ErrorCode, domain: ErrorDomain, message: impl Into<String>) -> Self {
        let message = message.into();
        Self::fields(code, domain, message.clone(), Some("%s".into()), Some(message), -1)
    }

    /// A failed system call: `what` was tried, and why it failed. `int1` is its errno.
    pub fn system(domain: ErrorDomain, what: impl fmt::Display, error: &io::Error) -> Self {
        let number = error.raw_os_error();
        // The C library's text, without the number that the standard library adds.
        let mut reason = error.to_string();
        if let Some(end) = reason.rfind(" (os error ") {
            reason.truncate(end);
        }
        let message = format!("{what}: {reason}");
        let template = Some("%s".to_owned());
        Self::fields(
            ErrorCode::SystemError,
            domain,
            message.clone(),
            template,
            Some(message),
            number.unwrap_or(-1),
        )
    }

    /// A fault of our own: something that no request should be able to cause.
    pub fn internal(domain: ErrorDomain, info: impl fmt::Display) -> Self {
        Self::new(ErrorCode::InternalError, domain, info)
    }

    /// What a connection driver answers to a call that it does not serve, by the call's public name.
    pub fn no_support(domain: ErrorDomain, function: impl fmt::Display) -> Self {
        Self::new(ErrorCode::NoSupport, domain, function)
    }

    /// An argument that a function does not take, in a message of its own.
    pub fn invalid_argument(
        domain: ErrorDomain,
        function: &str,
        argument: &str,
        message: impl Into<String>,
    ) -> Self {
        Self::raw(ErrorCode::InvalidArg, domain, message)
            .with_strings(Some(function.to_owned()), Some(argument.to_owned()), None)
            .with_numbers(0, 0)
    }

    /// Flags that a function does not know.
    pub fn unsupported_flags(domain: ErrorDomain, function: &str, flags: u32) -> Self {
        let message = format!("unsupported flags (0x{flags:x}) in function {function}");
        Self::invalid_argument(domain, function, "flags", message)
    }

    /// Two flags of which only one may be set.
    pub fn exclusive_flags(domain: ErrorDomain, function: &str, argument: &str, flags: [&str; 2]) -> Self {
        let [one, other] = flags;
        let message = format!("Flags '{one}' and '{other}' are mutually exclusive");
        Self::invalid_argument(domain, function, argument, message)
    }

    fn fields(
        code: ErrorCode,
        domain: ErrorDomain,
        message: String,
        str1: Option<String>,
        str2: Option<String>,
        int1: i32,
    ) -> Self {
        let level = ErrorLevel::Error;
        let (message, str1, str2) = (cut(message), str1.map(cut), str2.map(cut));
        Self(Box::new(Fields { code, domain, level, message, str1, str2, str3: None, int1, int2: -1 }))
    }

    /// The same error at another level.
    pub fn with_level(mut self, level: ErrorLevel) -> Self {
        self.0.level = level;
        self
    }

    /// The same error of another subsystem.
    pub fn of(mut self, domain: ErrorDomain) -> Self {
        self.0.domain = domain;
        self
    }

    /// The same error with these three strings beside the message.
    pub fn with_strings(mut self, str1: Option<String>, str2: Option<String>, str3: Option<String>) -> Self {
        (self.0.str1, self.0.str2, self.0.str3) = (str1.map(cut), str2.map(cut), str3.map(cut));
        self
    }

    /// The same error with these two numbers beside the message.
    pub fn with_numbers(mut self, int1: i32, int2: i32) -> Self {
        (self.0.int1, self.0.int2) = (int1, int2);
        self
    }

    /// What went wrong.
    pub fn code(&self) -> ErrorCode {
        self.0.code
    }

    /// Where it went wrong.
    pub fn domain(&self) -> ErrorDomain {
        self.0.domain
    }

    /// How bad it is.
    pub fn level(&self) -> ErrorLevel {
        self.0.level
    }

    /// The whole text.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// As it goes over the wire.
    pub fn to_wire(&self) -> remote::Error {
        let Fields { code, domain, level, message, str1, str2, str3, int1, int2 } = (*self.0).clone();
        remote::Error {
            code: code.into(),
            domain: domain.into(),
            message: Some(message),
            level: level.into(),
            dom: None,
            str1,
            str2,
            str3,
            int1,
            int2,
            net: None,
        }
    }
}

/// The text, no longer than may be.
fn cut(mut text: String) -> String {
    if text.len() > MAX_TEXT {
        let end = (0..=MAX_TEXT).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
        text.push_str("...");
    }
    text
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fields { code, domain, message, .. } = &*self.0;
        write!(f, "{code:?}/{domain:?}: {message}")
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_as_small_as_a_pointer() {
        assert_eq!(size_of::<Result<()>>(), size_of::<usize>());
    }

    #[test]
    fn the_message_is_the_codes_template_with_the_details() {
        let error = Error::new(ErrorCode::NoDomain, ErrorDomain::Qemu, "no domain with matching name 'x'");
        assert_eq!(error.message(), "Domain not found: no domain with matching name 'x'");
        assert_eq!(error.0.str1.as_deref(), Some("Domain not found: %s"));
        assert_eq!(error.0.str2.as_deref(), Some("no domain with matching name 'x'"));
    }

    #[test]
    fn a_failed_system_call_tells_its_errno() {
        let error =
            Error::system(ErrorDomain::Qemu, "cannot open '/x'", &io::Error::from_raw_os_error(libc::ENOENT));
        assert_eq!(error.message(), "cannot open '/x': No such file or directory");
        assert_eq!((error.code(), error.0.int1), (ErrorCode::SystemError, libc::ENOENT));
        let error = Error::system(ErrorDomain::None, "x", &io::Error::from_raw_os_error(libc::ERANGE));
        assert_eq!(error.message(), "x: Numerical result out of range");
    }

    #[test]
    fn what_is_quoted_is_cut_to_what_the_wire_carries() {
        use vireo_xdr::Encode;
        let quoted = "é".repeat(2 << 20);
        let error =
            Error::new(ErrorCode::XmlError, ErrorDomain::Xml, format_args!("no such word '{quoted}'"));
        let error = error.with_strings(Some(quoted.clone()), Some(quoted.clone()), Some(quoted));
        assert!(
            error.message().starts_with("XML error: no such word 'é") && error.message().ends_with("é...")
        );
        assert!(error.to_wire().to_bytes().unwrap().len() < 5 * MAX_TEXT);
    }

    #[test]
    fn unknown_flags_name_their_function() {
        let error = Error::unsupported_flags(ErrorDomain::Qemu, "qemuConnectGetSysinfo", 0x11);
        assert_eq!(error.message(), "unsupported flags (0x11) in function qemuConnectGetSysinfo");
        assert_eq!(
            (error.0.str1.as_deref(), error.0.str2.as_deref()),
            (Some("qemuConnectGetSysinfo"), Some("flags"))
        );
    }
}
