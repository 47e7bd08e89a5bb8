//! The URI a client opens: which are ours, and what is said to the others.

use crate::error::{Error, ErrorCode, ErrorDomain, Result};

/// The parts of a URI that decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Uri<'a> {
    scheme: Option<&'a str>,
    server: &'a str,
    path: &'a str,
}

impl<'a> Uri<'a> {
    /// None for what is no URI.
    fn parse(text: &'a str) -> Option<Self> {
        if !is_well_formed(text) {
            return None;
        }
        let (scheme, rest) = match text.split_once(':') {
            Some((scheme, rest)) if is_scheme(scheme) => (Some(scheme), rest),
            Some((scheme, _)) if !scheme.contains('/') => return None,
            _ => (None, text),
        };
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let (server, path) = match rest.strip_prefix("//") {
            Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
            None => ("", rest),
        };
        Some(Self { scheme, server, path })
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
}

/// Only the letters a URI may have, and whole escapes.
fn is_well_formed(text: &str) -> bool {
    let mut pieces = text.split('%');
    let plain = |piece: &str| {
        piece.chars().all(|c| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=".contains(c))
    };
    let escape = |piece: &str| piece.len() >= 2 && piece.bytes().take(2).all(|b| b.is_ascii_hexdigit());
    pieces.next().is_some_and(plain) && pieces.all(|piece| escape(piece) && plain(piece))
}

/// The URI of the connection that `name` opens; without a name the daemon's own, `default`.
pub(super) fn open(name: Option<&str>, default: &'static str) -> Result<String> {
    let name = match name {
        None | Some("") => return Ok(default.to_owned()),
        Some(name) => name,
    };
    let no_connect = |what: &str| Err(Error::new(ErrorCode::NoConnect, ErrorDomain::None, what));
    let Some(uri) = Uri::parse(name) else {
        return Err(Error::internal(ErrorDomain::Uri, format_args!("Unable to parse URI {name}")));
    };
    match uri.scheme {
        None => no_connect(&format!("URI '{name}' does not include a driver name")),
        Some("qemu") if uri.server.is_empty() => check_path(uri.path, default).map(|()| name.to_owned()),
        Some(_) => no_connect(name),
    }
}

/// A session daemon has its user's guests alone; a system daemon takes both names, as stock does.
fn check_path(path: &str, default: &'static str) -> Result<()> {
    let is_session = default.ends_with("/session");
    match path {
        "/session" => Ok(()),
        "/system" if !is_session => Ok(()),
        _ => {
            let text = format!("unexpected qemu URI path '{path}', try {default}");
            Err(Error::internal(ErrorDomain::None, text))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opens(name: &str) -> Result<String, (i32, i32, String)> {
        open(Some(name), "qemu:///system")
            .map_err(|error| (error.code() as i32, error.domain() as i32, error.message().to_owned()))
    }

    #[test]
    fn our_uris_are_opened_as_they_are() {
        for name in ["qemu:///system", "qemu:///session", "qemu:///system?x=y", "qemu:/system"] {
            assert_eq!(opens(name), Ok(name.to_owned()));
        }
        assert_eq!(opens(""), Ok("qemu:///system".to_owned()));
        assert_eq!(open(None, "qemu:///session").unwrap(), "qemu:///session");
        assert!(open(Some("qemu:///system"), "qemu:///session").is_err());
    }

    /// As recorded from libvirtd 9.0.
    #[test]
    fn others_are_refused_as_stock_does() {
        for name in ["lxc:///", "xen:///system", "foo:///system", "qemu+unix:///system", "QEMU:///system"] {
            let text = format!("no connection driver available for {name}");
            assert_eq!(opens(name), Err((5, 0, text)));
        }
        for name in ["qemu", "garbage"] {
            let text =
                format!("no connection driver available for URI '{name}' does not include a driver name");
            assert_eq!(opens(name), Err((5, 0, text)));
        }
        let bad_paths = [
            ("qemu:///", "/"),
            ("qemu://", ""),
            ("qemu:", ""),
            ("qemu:///system/", "/system/"),
            ("qemu:///bogus", "/bogus"),
        ];
        for (name, path) in bad_paths {
            let text = format!("internal error: unexpected qemu URI path '{path}', try qemu:///system");
            assert_eq!(opens(name), Err((1, 0, text)));
        }
        for name in ["a b c", "qemu:///sys tem", "://", "%zz"] {
            assert_eq!(opens(name), Err((1, 45, format!("internal error: Unable to parse URI {name}"))));
        }
    }

    #[test]
    fn a_uri_of_another_host_is_not_ours_to_open() {
        assert_eq!(opens("qemu://host/system").unwrap_err().0, ErrorCode::NoConnect as i32);
    }
}
