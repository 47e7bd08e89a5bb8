//! Every type of the wire comes back as it went, in many shapes.
//!
//! Nobody writes values of nine hundred types by hand: they are grown. Zeros are a value of every type; putting a
//! number or a text in place of a word, and room after it, gives other values, and those grow further.

mod common;

use common::{Half, recode};
use vireo_protocol::table::{PROCEDURES, QEMU_PROCEDURES};
use vireo_protocol::{qemu, remote};

/// Values that one type is grown to at most.
const POPULATION: usize = 400;

/// Longest grown value, in bytes.
const LONGEST: usize = 400;

/// What may stand in place of one word: a number, a short text, one item or a present pointer and room for it.
fn replacements() -> Vec<Vec<u8>> {
    let word = |number: u32| number.to_be_bytes().to_vec();
    let mut all = vec![word(1), word(7), word(u32::MAX), word(0x1234)];
    all.push([&word(3)[..], b"vda\0"].concat());
    all.push([&word(6)[..], "größe".as_bytes(), &[0, 0][..1]].concat());
    for room in 1..=12 {
        all.push([word(1), vec![0; 4 * room]].concat());
    }
    // A parameter of each type, in a list of one.
    for kind in 1..=7u32 {
        let value = if matches!(kind, 3..=5) { 8 } else { 4 };
        all.push([word(1), word(1), b"a\0\0\0".to_vec(), word(kind), vec![0; value]].concat());
    }
    all
}

fn grow(program: u32, number: i32, half: Half, replacements: &[Vec<u8>]) -> usize {
    let again = |bytes: &[u8]| recode(program, number, half, bytes).expect("the procedure is in the table");
    let seed = (0..LONGEST).step_by(4).find(|length| again(&[0; LONGEST][..*length]).is_ok());
    let mut values = vec![vec![0; seed.expect("zeros are a value of every type")]];
    let mut grown = 0;
    while grown < values.len() && values.len() < POPULATION {
        let value = values[grown].clone();
        grown += 1;
        for place in (0..value.len()).step_by(4) {
            for replacement in replacements {
                let next = [&value[..place], replacement, &value[place + 4..]].concat();
                if next.len() > LONGEST || values.contains(&next) {
                    continue;
                }
                if let Ok(bytes) = again(&next) {
                    // Only the tag of a pointer is written in another form than it may be read in: as 1.
                    let alike = bytes
                        .chunks(4)
                        .zip(next.chunks(4))
                        .all(|(out, given)| out == given || out == [0, 0, 0, 1]);
                    assert!(bytes.len() == next.len() && alike, "{program:x}, {number}, {half:?}: {next:?}");
                    assert_eq!(again(&bytes).unwrap(), bytes);
                    values.push(next);
                }
            }
        }
    }
    values.len()
}

#[test]
fn values_grown_from_zeros_come_back_as_they_went() {
    let replacements = replacements();
    let numbers = PROCEDURES.iter().map(|row| (remote::PROGRAM, row.number));
    let numbers = numbers.chain(QEMU_PROCEDURES.iter().map(|row| (qemu::PROGRAM, row.number)));
    let mut values = 0;
    for (program, number) in numbers {
        for half in [Half::Arguments, Half::Reply] {
            values += grow(program, number, half, &replacements);
        }
    }

    assert!(values > 50_000, "only {values} values were grown");
}
