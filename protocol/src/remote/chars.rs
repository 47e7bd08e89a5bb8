//! The protocol's `char` arrays: each character takes four bytes, and what reads them stops at a NUL.

/// Characters for `char<max>`, with the NUL at their end that clients expect, cut to fit.
pub fn list(text: &str, max: usize) -> Vec<i8> {
    let cut = &text.as_bytes()[..text.len().min(max.saturating_sub(1))];
    cut.iter().copied().chain([0]).map(|byte| byte as i8).collect()
}

/// Characters for `char[N]`, cut to leave a NUL at the end.
pub fn array<const N: usize>(text: &str) -> [i8; N] {
    let mut chars = [0; N];
    for (char, byte) in chars.iter_mut().take(N.saturating_sub(1)).zip(text.bytes()) {
        *char = byte as i8;
    }
    chars
}

/// The text of characters, up to the first NUL.
pub fn text(chars: &[i8]) -> String {
    let bytes: Vec<u8> = chars.iter().map(|char| *char as u8).take_while(|byte| *byte != 0).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The bytes of characters that are data and not text.
pub fn bytes(chars: &[i8]) -> Vec<u8> {
    chars.iter().map(|char| *char as u8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_ends_at_its_nul_and_fits() {
        assert_eq!(list("none", 257), [b'n' as i8, b'o' as i8, b'n' as i8, b'e' as i8, 0]);
        assert_eq!(list("none", 3), [b'n' as i8, b'o' as i8, 0]);
        assert_eq!(array::<4>("x86_64"), [b'x' as i8, b'8' as i8, b'6' as i8, 0]);
        assert_eq!(text(&array::<32>("x86_64")), "x86_64");
        assert_eq!(text(&list("é", 9)), "é");
        assert_eq!(bytes(&[-1, 0, 1]), [255, 0, 1]);
    }
}
