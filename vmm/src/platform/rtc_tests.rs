use std::cell::Cell;

use super::*;

thread_local! {
    static NOW: Cell<i64> = const { Cell::new(0) };
}

fn rtc(now: i64, offset: i64) -> (Rtc, EventFd) {
    NOW.set(now);
    let irq = EventFd::new(libc::EFD_NONBLOCK).unwrap();
    let wake = EventFd::new(libc::EFD_NONBLOCK).unwrap();
    (Rtc::with_clock(offset, irq.try_clone().unwrap(), wake, || NOW.get()), irq)
}

fn read(rtc: &Rtc, register: u8) -> u8 {
    rtc.write(0, &[register]);
    let mut data = [0];
    rtc.read(1, &mut data);
    data[0]
}

fn write(rtc: &Rtc, register: u8, value: u8) {
    rtc.write(0, &[register]);
    rtc.write(1, &[value]);
}

/// 2026-11-23 21:08:09, a Monday.
const DATE: i64 = 1_795_468_089;

#[test]
fn it_shows_the_offset_date_in_bcd() {
    let (rtc, _) = rtc(DATE - 3600, 3600);
    let shown =
        [CENTURY, YEAR, MONTH, DAY, WEEKDAY, HOURS, MINUTES, SECONDS].map(|register| read(&rtc, register));
    assert_eq!(shown, [0x20, 0x26, 0x11, 0x23, 0x02, 0x21, 0x08, 0x09]);
    assert_eq!(read(&rtc, STATUS_D), D_BATTERY_GOOD);
}

#[test]
fn it_shows_binary_and_twelve_hours_when_told() {
    let (rtc, _) = rtc(DATE, 0);
    write(&rtc, STATUS_B, B_BINARY);
    assert_eq!(read(&rtc, HOURS), 9 | HOUR_PM);
    assert_eq!(read(&rtc, YEAR), 26);
}

#[test]
fn what_the_guest_sets_runs_on_from_there() {
    let (rtc, _) = rtc(DATE, 0);
    write(&rtc, STATUS_B, B_HOLD | B_24_HOURS);
    write(&rtc, MINUTES, 0x30);
    write(&rtc, YEAR, 0x30);
    NOW.set(DATE + 5);
    assert_eq!(read(&rtc, SECONDS), 0x09);
    write(&rtc, STATUS_B, B_24_HOURS);
    NOW.set(DATE + 6);
    assert_eq!([YEAR, MINUTES, SECONDS].map(|register| read(&rtc, register)), [0x30, 0x30, 0x10]);
}

#[test]
fn the_alarm_interrupts_once_until_it_is_read() {
    let (rtc, irq) = rtc(DATE, 0);
    assert_eq!(rtc.due(), None);
    write(&rtc, SECONDS_ALARM, 0x11);
    write(&rtc, MINUTES_ALARM, 0xff);
    write(&rtc, HOURS_ALARM, 0xff);
    write(&rtc, STATUS_B, B_ALARM | B_24_HOURS);
    NOW.set(DATE + 1);
    assert!(rtc.due().is_some());
    assert!(irq.read().is_err());
    NOW.set(DATE + 3);
    rtc.due();
    assert_eq!(irq.read().unwrap(), 1);
    assert_eq!(read(&rtc, STATUS_C), C_IRQ | C_ALARM | C_UPDATE);
    assert_eq!(read(&rtc, STATUS_C), 0);
    NOW.set(DATE + 4);
    rtc.due();
    assert!(irq.read().is_err());
}

#[test]
fn the_update_interrupt_comes_every_second() {
    let (rtc, irq) = rtc(DATE, 0);
    write(&rtc, STATUS_B, B_UPDATE | B_24_HOURS);
    for second in 1..4 {
        NOW.set(DATE + second);
        rtc.due();
        assert_eq!(irq.read().unwrap(), 1);
        assert_eq!(read(&rtc, STATUS_C) & C_IRQ, C_IRQ);
    }
    rtc.reset();
    assert_eq!(rtc.due(), None);
}

#[test]
fn nothing_the_guest_writes_makes_it_panic() {
    let (rtc, _) = rtc(DATE, i64::MAX);
    for register in 0..=255 {
        for value in 0..=255 {
            write(&rtc, register, value);
            read(&rtc, register);
            rtc.due();
        }
    }
}
