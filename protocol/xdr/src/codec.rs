//! What derived code calls: strings, opaques, lists and pointers, each under its bound.
//!
//! Kept free of type parameters where it can be, so that hundreds of derived types share the code.

use bytes::{BufMut, BytesMut};

use crate::{Decode, Encode, Reader, XdrError};

/// A length or count, if it is within the bound.
fn get_length(reader: &mut Reader<'_>, max: usize) -> Result<usize, XdrError> {
    let length = reader.u32()? as usize;
    if length > max { Err(XdrError::TooLong) } else { Ok(length) }
}

fn put_length(length: usize, max: usize, out: &mut BytesMut) -> Result<(), XdrError> {
    if length > max {
        return Err(XdrError::TooLong);
    }
    out.put_u32(u32::try_from(length).map_err(|_| XdrError::TooLong)?);
    Ok(())
}

/// `opaque<max>`, left where it is.
pub fn get_bytes<'a>(reader: &mut Reader<'a>, max: usize) -> Result<&'a [u8], XdrError> {
    let length = get_length(reader, max)?;
    reader.padded(length)
}

/// `string<max>`, left where it is.
pub fn get_str<'a>(reader: &mut Reader<'a>, max: usize) -> Result<&'a str, XdrError> {
    let bytes = get_bytes(reader, max)?;
    // Peers written in C would see the string end at the NUL, and so another string than the one checked here.
    if bytes.contains(&0) {
        return Err(XdrError::Text);
    }
    str::from_utf8(bytes).map_err(|_| XdrError::Text)
}

/// `string<max>`.
pub fn get_string<S: From<String>>(reader: &mut Reader<'_>, max: usize) -> Result<S, XdrError> {
    get_str(reader, max).map(|text| S::from(text.to_owned()))
}

/// `opaque<max>`.
pub fn get_opaque(reader: &mut Reader<'_>, max: usize) -> Result<Vec<u8>, XdrError> {
    get_bytes(reader, max).map(<[u8]>::to_vec)
}

/// `opaque<max>` or `string<max>`.
pub fn put_opaque(bytes: &[u8], max: usize, out: &mut BytesMut) -> Result<(), XdrError> {
    out.reserve(bytes.len() + 8);
    put_length(bytes.len(), max, out)?;
    put_padded(bytes, out);
    Ok(())
}

/// `opaque[N]`.
#[inline]
pub fn get_fixed<const N: usize>(reader: &mut Reader<'_>) -> Result<[u8; N], XdrError> {
    if N.is_multiple_of(4) {
        return reader.array();
    }
    let mut fixed = [0; N];
    fixed.copy_from_slice(reader.padded(N)?);
    Ok(fixed)
}

/// `opaque[N]`.
pub fn put_padded(bytes: &[u8], out: &mut BytesMut) {
    out.put_slice(bytes);
    out.put_bytes(0, bytes.len().wrapping_neg() % 4);
}

/// `T *`: any tag but zero says that a value follows, as the XDR library of stock peers reads it; go-libvirt
/// writes one that is not 1.
#[inline]
pub fn get_optional<T>(
    reader: &mut Reader<'_>,
    read: impl FnOnce(&mut Reader<'_>) -> Result<T, XdrError>,
) -> Result<Option<T>, XdrError> {
    if reader.u32()? == 0 { Ok(None) } else { reader.nested(read).map(Some) }
}

/// `string<max> *`.
pub fn get_optional_string<S: From<String>>(
    reader: &mut Reader<'_>,
    max: usize,
) -> Result<Option<S>, XdrError> {
    get_optional(reader, |reader| get_string(reader, max))
}

/// `T *`.
#[inline]
pub fn put_optional<T>(
    value: Option<&T>,
    out: &mut BytesMut,
    write: impl FnOnce(&T, &mut BytesMut) -> Result<(), XdrError>,
) -> Result<(), XdrError> {
    out.put_u32(value.is_some().into());
    value.map_or(Ok(()), |value| write(value, out))
}

/// `T<max>`, each item of at least `min_size` bytes.
#[inline]
pub fn get_list<T>(
    reader: &mut Reader<'_>,
    max: usize,
    min_size: usize,
    mut read: impl FnMut(&mut Reader<'_>) -> Result<T, XdrError>,
) -> Result<Vec<T>, XdrError> {
    let count = get_length(reader, max)?;
    // An item of no bytes would let a count claim anything; counting it as one byte keeps the check simple.
    if count > reader.remaining() / min_size.max(1) {
        return Err(XdrError::Truncated);
    }
    reader.nested(|reader| {
        let mut list = Vec::with_capacity(count);
        for _ in 0..count {
            list.push(read(reader)?);
        }
        Ok(list)
    })
}

/// `T<max>`.
#[inline]
pub fn put_list<T>(
    list: &[T],
    max: usize,
    out: &mut BytesMut,
    mut write: impl FnMut(&T, &mut BytesMut) -> Result<(), XdrError>,
) -> Result<(), XdrError> {
    put_length(list.len(), max, out)?;
    list.iter().try_for_each(|item| write(item, out))
}

/// `T[N]`.
pub fn get_array<T: Decode + Copy + Default, const N: usize>(
    reader: &mut Reader<'_>,
) -> Result<[T; N], XdrError> {
    let mut array = [T::default(); N];
    for item in &mut array {
        *item = T::decode(reader)?;
    }
    Ok(array)
}

/// `T[N]`.
pub fn put_array<T: Encode>(array: &[T], out: &mut BytesMut) -> Result<(), XdrError> {
    array.iter().try_for_each(|item| item.encode(out))
}
