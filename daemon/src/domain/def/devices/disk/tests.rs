//! Disks by their names.

use super::target::split_name;

#[test]
fn names_are_numbered_by_their_letters() {
    for (name, index) in [("vda", 0), ("vdz", 25), ("sdaa", 26), ("hdb1", 1), ("xvdc", 2)] {
        assert_eq!(split_name(name).map(|(_, index)| index), Some(index), "{name}");
    }
    for name in ["", "vd", "vd1", "foo", "vdA", "vdzzzzzzzzzzzz"] {
        assert_eq!(split_name(name), None, "{name}");
    }
}
