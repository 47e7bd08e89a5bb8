//! Numbers, and types that wrap others.

use bytes::{BufMut, BytesMut};

use crate::{Decode, Encode, Reader, XdrError};

macro_rules! numbers {
    ($($type:ty, $put:ident;)*) => { $(
        impl Encode for $type {
            fn encode(&self, out: &mut BytesMut) -> Result<(), XdrError> {
                out.$put(*self);
                Ok(())
            }
        }

        impl Decode for $type {
            const MIN_SIZE: usize = size_of::<$type>();

            fn decode(reader: &mut Reader<'_>) -> Result<Self, XdrError> {
                reader.array().map(<$type>::from_be_bytes)
            }
        }
    )* };
}

numbers! {
    i32, put_i32;
    u32, put_u32;
    i64, put_i64;
    u64, put_u64;
    f64, put_f64;
}

macro_rules! small_numbers {
    ($($type:ty),*) => { $(
        impl Encode for $type {
            fn encode(&self, out: &mut BytesMut) -> Result<(), XdrError> {
                out.put_i32((*self).into());
                Ok(())
            }
        }

        impl Decode for $type {
            const MIN_SIZE: usize = 4;

            fn decode(reader: &mut Reader<'_>) -> Result<Self, XdrError> {
                i32::decode(reader)?.try_into().map_err(|_| XdrError::Range)
            }
        }
    )* };
}

small_numbers!(u8, i8, u16);

impl Encode for bool {
    fn encode(&self, out: &mut BytesMut) -> Result<(), XdrError> {
        out.put_u32((*self).into());
        Ok(())
    }
}

impl Decode for bool {
    const MIN_SIZE: usize = 4;

    fn decode(reader: &mut Reader<'_>) -> Result<Self, XdrError> {
        match reader.u32()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(XdrError::Range),
        }
    }
}

impl Encode for () {
    fn encode(&self, _: &mut BytesMut) -> Result<(), XdrError> {
        Ok(())
    }
}

impl Decode for () {
    const MIN_SIZE: usize = 0;

    fn decode(_: &mut Reader<'_>) -> Result<Self, XdrError> {
        Ok(())
    }
}

impl<T: Encode + ?Sized> Encode for &T {
    fn encode(&self, out: &mut BytesMut) -> Result<(), XdrError> {
        (**self).encode(out)
    }
}

impl<T: Encode + ?Sized> Encode for Box<T> {
    fn encode(&self, out: &mut BytesMut) -> Result<(), XdrError> {
        (**self).encode(out)
    }
}

impl<T: Decode> Decode for Box<T> {
    const MIN_SIZE: usize = T::MIN_SIZE;

    fn decode(reader: &mut Reader<'_>) -> Result<Self, XdrError> {
        T::decode(reader).map(Box::new)
    }
}

impl<T: Encode> Encode for Option<T> {
    #[inline]
    fn encode(&self, out: &mut BytesMut) -> Result<(), XdrError> {
        out.put_u32(self.is_some().into());
        self.as_ref().map_or(Ok(()), |value| value.encode(out))
    }
}

impl<T: Decode> Decode for Option<T> {
    const MIN_SIZE: usize = 4;

    #[inline]
    fn decode(reader: &mut Reader<'_>) -> Result<Self, XdrError> {
        crate::codec::get_optional(reader, T::decode)
    }
}
