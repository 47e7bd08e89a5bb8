use tempfile::NamedTempFile;

use super::*;

fn open(image: &NamedTempFile) -> File {
    File::options().read(true).write(true).open(image.path()).unwrap()
}

/// What the second one gets while the first holds the image.
fn meets(first: Access, second: Access) -> Result<(), LockError> {
    let image = NamedTempFile::new().unwrap();
    let (one, two) = (open(&image), open(&image));
    acquire(&one, first).unwrap();
    acquire(&two, second)
}

#[test]
fn who_can_be_together() {
    use Access::*;
    let together = [
        (Read, Read),
        (Read, ReadShared),
        (ReadShared, ReadShared),
        (ReadShared, Write),
        (ReadShared, WriteShared),
        (WriteShared, WriteShared),
        (Write, ReadShared),
        (WriteShared, ReadShared),
    ];
    for first in [Read, ReadShared, Write, WriteShared] {
        for second in [Read, ReadShared, Write, WriteShared] {
            let expected = together.contains(&(first, second)) || together.contains(&(second, first));
            assert_eq!(meets(first, second).is_ok(), expected, "{first:?} then {second:?}");
        }
    }
}

#[test]
fn the_holder_is_named() {
    let image = NamedTempFile::new().unwrap();
    let (one, two) = (open(&image), open(&image));
    acquire(&one, Access::Write).unwrap();
    let Err(LockError::Written(Some(holder))) = acquire(&two, Access::Read) else { panic!("not refused") };
    assert_eq!(holder.pid, std::process::id() as i32);
    let error = acquire(&two, Access::WriteShared).unwrap_err();
    assert!(error.to_string().contains(&format!("process {}", holder.pid)), "{error}");
}

#[test]
fn what_is_refused_holds_nothing() {
    let image = NamedTempFile::new().unwrap();
    let (one, two, three) = (open(&image), open(&image), open(&image));
    acquire(&one, Access::Read).unwrap();
    acquire(&two, Access::Write).unwrap_err();
    release(&one);
    acquire(&three, Access::Write).unwrap();
}

#[test]
fn locks_live_as_long_as_a_copy_of_the_descriptor() {
    let image = NamedTempFile::new().unwrap();
    let one = open(&image);
    acquire(&one, Access::Write).unwrap();
    let copy = one.try_clone().unwrap();
    drop(one);
    assert!(check(&open(&image), Access::Write).is_err());
    drop(copy);
    check(&open(&image), Access::Write).unwrap();
}
