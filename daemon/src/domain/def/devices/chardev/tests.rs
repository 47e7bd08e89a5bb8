//! Ports and models where they are not named.

use super::{SerialTargetType, target::next_port};

#[test]
fn every_serial_target_has_a_model_of_its_own() {
    for kind in [
        SerialTargetType::IsaSerial,
        SerialTargetType::UsbSerial,
        SerialTargetType::PciSerial,
        SerialTargetType::SystemSerial,
        SerialTargetType::SpaprVioSerial,
        SerialTargetType::SclpSerial,
        SerialTargetType::IsaDebug,
    ] {
        assert_eq!(SerialTargetType::of_model(kind.default_model()), Some(kind));
    }
    assert_eq!(SerialTargetType::SystemSerial.default_model(), "pl011");
    assert_eq!(SerialTargetType::SclpSerial.default_model(), "sclpconsole");
    assert_eq!(SerialTargetType::of_model("16550a"), Some(SerialTargetType::SystemSerial));
    assert_eq!(SerialTargetType::of_model("16550"), None);
}

#[test]
fn a_port_that_is_not_named_is_behind_the_others() {
    assert_eq!(next_port([].into_iter()), 0);
    assert_eq!(next_port([3, 1].into_iter()), 4);
    assert_eq!(next_port([u32::MAX].into_iter()), u32::MAX);
}
