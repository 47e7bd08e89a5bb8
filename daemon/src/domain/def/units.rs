//! Sizes with units, as libvirt reads them.

use crate::{
    domain::def::error::invalid_arg,
    error::{Error, ErrorCode, ErrorDomain, Result},
};

/// Bytes of a size with a unit: libvirt's suffixes (`b`, `k`/`KiB`, `KB`, ... `EiB`), in any case.
pub(crate) fn to_bytes(number: u64, unit: &str) -> Result<u64> {
    let overflow = || {
        let info = format!("value too large: {number}{unit}");
        Error::new(ErrorCode::Overflow, ErrorDomain::None, info)
    };
    number.checked_mul(scale(unit)?).ok_or_else(overflow)
}

/// KiB of a size with a unit, rounded up. The most is what libvirt's signed byte counts can hold.
pub(super) fn to_kib(number: u64, unit: &str) -> Result<u64> {
    let bytes = to_bytes(number, unit)?;
    if bytes > i64::MAX as u64 {
        let info = format!("value too large: {number}{unit}");
        return Err(Error::new(ErrorCode::Overflow, ErrorDomain::None, info));
    }
    Ok(bytes.div_ceil(1024))
}

/// KiB of a limit, rounded up: as far as 64 bits of bytes go.
pub(super) fn to_kib_unsigned(number: u64, unit: Option<&str>) -> Result<u64> {
    let scale = scale(unit.unwrap_or("KiB"))?;
    let overflow = || {
        let info = format!("value too large: {number}{}", unit.unwrap_or_default());
        Error::new(ErrorCode::Overflow, ErrorDomain::None, info)
    };
    Ok(number.checked_mul(scale).ok_or_else(overflow)?.div_ceil(1024))
}

fn scale(unit: &str) -> Result<u64> {
    let error = || invalid_arg(format_args!("unknown suffix '{unit}'"));
    let mut letters = unit.chars().map(|c| c.to_ascii_lowercase());
    let first = letters.next().ok_or_else(error)?;
    let rest: String = letters.collect();
    if first == 'b' {
        return if matches!(&*rest, "" | "yte" | "ytes") { Ok(1) } else { Err(error()) };
    }
    let base: u64 = match &*rest {
        "" | "ib" => 1024,
        "b" => 1000,
        _ => return Err(error()),
    };
    let power = "kmgtpe".find(first).ok_or_else(error)?;
    // The sixth power of 1024 is the largest, 2^60.
    Ok(base.pow(power as u32 + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_libvirts() {
        for (unit, bytes) in
            [("b", 1), ("bytes", 1), ("k", 1024), ("KiB", 1024), ("KB", 1000), ("MiB", 1 << 20)]
        {
            assert_eq!(to_bytes(1, unit).unwrap(), bytes, "{unit}");
        }
        assert_eq!(to_bytes(2, "EiB").unwrap(), 2 << 60);
        assert_eq!(to_kib(1, "b").unwrap(), 1);
        assert_eq!(to_kib(100, "MB").unwrap(), 97657);
        assert_eq!(to_kib(1, "foo").unwrap_err().message(), "invalid argument: unknown suffix 'foo'");
    }

    #[test]
    fn sizes_beyond_63_bits_are_refused() {
        let error = to_kib(15, "EiB").unwrap_err();
        assert_eq!(
            (error.code(), error.message()),
            (ErrorCode::Overflow, "numerical overflow: value too large: 15EiB")
        );
        assert!(to_kib(99_999_999_999, "EiB").is_err());
        assert!(to_kib(1_000_000, "TiB").is_ok());
    }
}
