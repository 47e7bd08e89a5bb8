//! Where our documents differ from stock libvirtd's, and why.
//!
//! Each rule changes both documents until what it is about is no difference any more; it sees the input as well, since
//! most of them are about what nobody wrote.

use crate::xml::{Element, Node};

/// A document to be changed.
type Doc = Element<'static>;

/// One difference.
struct Rule {
    /// What it is about, for a failure's message.
    name: &'static str,
    /// Why ours differs.
    why: &'static str,
    /// Takes it out of both documents; whether there was anything to take out.
    apply: fn(&Element<'_>, &mut Doc, &mut Doc) -> bool,
}

const RULES: &[Rule] = &[
    Rule {
        name: "the emulator",
        why: "the program that runs the guest is our own",
        apply: |_, stock, ours| {
            let both = [devices(stock), devices(ours)];
            both.into_iter().fold(false, |any, of| any | remove(of, |e| e.name == "emulator"))
        },
    },
    Rule {
        name: "no implicit PS/2 devices and audio backend",
        why: "what nobody asked for would not exist in the guest",
        apply: |input, stock, _| {
            let implied = |e: &Element<'_>| match &*e.name {
                "input" => {
                    e.attr("bus") == Some("ps2") && !has_ps2(input, e.attr("type").unwrap_or_default())
                }
                "audio" => !has(input, "audio"),
                _ => false,
            };
            remove(devices(stock), implied)
        },
    },
    Rule {
        name: "no implicit balloon, display, USB and SATA controllers",
        why: "what nobody asked for would not exist in the guest; the addresses behind it move up",
        apply: |input, stock, ours| {
            let kinds: Vec<_> = controllers(ours).collect();
            let implied = |e: &Element<'_>| match &*e.name {
                "memballoon" | "video" => !has(input, &e.name),
                "controller" => {
                    let kind = e.attr("type").unwrap_or_default();
                    matches!(kind, "usb" | "sata") && !kinds.iter().any(|ours| ours == kind)
                }
                _ => false,
            };
            let moved = remove(devices(stock), implied);
            if moved {
                forget_places(stock);
                forget_places(ours);
            }
            moved
        },
    },
    Rule {
        name: "no CPU model by default",
        why: "a domain that names no CPU gets the host's; a running one's live XML says so",
        apply: |input, stock, ours| match input.child("cpu") {
            None => remove(stock, |e| e.name == "cpu") | remove(ours, |e| e.name == "cpu"),
            Some(cpu) if cpu.child("model").is_none() && cpu.attr("mode").is_none() => {
                for document in [stock, ours] {
                    let cpu = child_mut(document, "cpu").unwrap();
                    cpu.attrs.clear();
                    remove(cpu, |e| e.name == "model");
                }
                true
            }
            Some(_) => false,
        },
    },
    Rule {
        name: "virtio is the default interface model",
        why: "stock's default is the oldest card it has, which is not emulated here",
        apply: |input, stock, ours| {
            let interfaces = input.child("devices").into_iter().flat_map(Element::elements);
            let without = interfaces.filter(|e| e.name == "interface" && e.child("model").is_none());
            let macs: Vec<_> = without.filter_map(|e| e.child("mac")?.attr("address")).collect();
            let unnamed = |e: &Element<'_>| {
                let mac = e.child("mac").and_then(|mac| mac.attr("address"));
                e.name == "interface" && mac.is_some_and(|mac| macs.contains(&mac))
            };
            let mut any = false;
            for interface in elements(devices(stock)).chain(elements(devices(ours))).filter(|e| unnamed(e)) {
                any |= remove(interface, |e| e.name == "model");
            }
            any
        },
    },
    Rule {
        name: "unknown elements are kept",
        why: "what was defined comes back as defined",
        apply: |_, _, ours| {
            let unknown = |e: &Element<'_>| e.name == "nosuch";
            remove(ours, unknown) | remove(devices(ours), unknown)
        },
    },
    Rule {
        name: "a source that the interface's type has no use for is kept",
        why: "what was defined comes back as defined",
        apply: |_, stock, ours| {
            let sources: Vec<bool> = elements(devices(stock))
                .filter(|e| e.name == "interface")
                .map(|e| e.child("source").is_some())
                .collect();
            let interfaces = elements(devices(ours)).filter(|e| e.name == "interface");
            let useless = interfaces.zip(sources).filter(|(_, stock_has)| !stock_has);
            useless.fold(false, |any, (interface, _)| any | remove(interface, |e| e.name == "source"))
        },
    },
    Rule {
        name: "metadata is verbatim",
        why: "stock drops comments, elements without a namespace, and all but the first of a namespace",
        apply: |input, stock, ours| {
            let Some(metadata) = input.child("metadata") else { return false };
            let untidy = metadata.children.iter().any(|node| matches!(node, Node::Comment(_)))
                || metadata.elements().any(|e| !e.name.contains(':') && e.attr("xmlns").is_none());
            if untidy {
                remove(stock, |e| e.name == "metadata");
                remove(ours, |e| e.name == "metadata");
            }
            untidy
        },
    },
    Rule {
        name: "no DAC label on running guests",
        why: "images are opened by the daemon, and nothing is relabelled",
        apply: |input, stock, _| input.child("seclabel").is_none() && remove(stock, |e| e.name == "seclabel"),
    },
    Rule {
        name: "no resource partition made up",
        why: "the guest's cgroup is the daemon's own affair",
        apply: |input, stock, _| input.child("resource").is_none() && remove(stock, |e| e.name == "resource"),
    },
];

/// Applies every rule; the names of those that changed something.
pub(super) fn apply(input: &Element<'_>, stock: &mut Doc, ours: &mut Doc) -> Vec<&'static str> {
    RULES.iter().filter(|rule| (rule.apply)(input, stock, ours)).map(|rule| rule.name).collect()
}

#[test]
fn every_difference_has_its_reason() {
    assert!(RULES.iter().all(|rule| !rule.why.is_empty()));
}

fn elements(of: &mut Doc) -> impl Iterator<Item = &mut Doc> {
    of.children.iter_mut().filter_map(|node| match node {
        Node::Element(element) => Some(element),
        _ => None,
    })
}

fn child_mut<'e>(of: &'e mut Doc, name: &str) -> Option<&'e mut Doc> {
    elements(of).find(|e| e.name == name)
}

fn devices(of: &mut Doc) -> &mut Doc {
    child_mut(of, "devices").unwrap()
}

fn controllers(of: &Element<'_>) -> impl Iterator<Item = String> {
    let devices = of.child("devices").into_iter().flat_map(Element::elements);
    devices.filter(|e| e.name == "controller").filter_map(|e| e.attr("type").map(str::to_owned))
}

fn has(input: &Element<'_>, name: &str) -> bool {
    input.child("devices").is_some_and(|devices| devices.child(name).is_some())
}

fn has_ps2(input: &Element<'_>, kind: &str) -> bool {
    let mut devices = input.child("devices").into_iter().flat_map(Element::elements);
    devices.any(|e| {
        e.name == "input" && e.attr("type") == Some(kind) && matches!(e.attr("bus"), None | Some("ps2"))
    })
}

fn remove(of: &mut Doc, which: impl Fn(&Element<'_>) -> bool) -> bool {
    let before = of.children.len();
    of.children.retain(|node| !matches!(node, Node::Element(e) if which(e)));
    of.children.len() != before
}

/// Drops PCI addresses and the root ports made for them.
fn forget_places(of: &mut Doc) {
    let devices = devices(of);
    remove(devices, |e| e.name == "controller" && e.attr("model") == Some("pcie-root-port"));
    for device in elements(devices) {
        remove(device, |e| e.name == "address" && e.attr("type") == Some("pci"));
    }
}
