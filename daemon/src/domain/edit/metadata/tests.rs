//! What stock libvirtd 9.0 makes of the same calls.

use super::*;
use crate::domain::def::{FormatOptions, ParseFlags};

fn def(metadata: &str) -> DomainDef {
    let xml = format!(
        "<domain type='kvm'><name>web</name><memory>1024</memory><os><type>hvm</type></os>{metadata}</domain>"
    );
    DomainDef::parse(&xml, ParseFlags::default()).unwrap()
}

fn set(def: &mut DomainDef, document: &str, prefix: &str, uri: &str) -> Result<()> {
    SetMetadata::element(uri, document, prefix)?.apply(def)
}

fn element(def: &DomainDef, uri: &str) -> String {
    get(def, Kind::Element, Some(uri)).unwrap()
}

/// The `<metadata>` of the definition's own document, which must read back as the same.
fn written(def: &DomainDef) -> String {
    let text = def.format(&FormatOptions::STORE);
    let again = DomainDef::parse(&text, ParseFlags::default()).unwrap();
    assert_eq!(again.format(&FormatOptions::STORE), text);
    let Some(start) = text.find("  <metadata") else { return String::new() };
    let end = text.find("\n  </metadata>").unwrap();
    text[start..end]
        .lines()
        .skip(1)
        .map(|line| line.strip_prefix("    ").unwrap_or(line))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn an_element_gets_the_prefix_and_is_shown_without() {
    let mut def = def("");
    for (document, kept, shown) in [
        ("<a/>", "<k:a xmlns:k=\"urn:y\"/>", "<a/>"),
        ("<a><b>0</b></a>", "<k:a xmlns:k=\"urn:y\">\n  <k:b>0</k:b>\n</k:a>", "<a>\n  <b>0</b>\n</a>"),
        (
            "<a b='1' xmlns:z='urn:q' z:c=\"2&quot;'&lt;\" d='t&#9;n&#10;'>x&amp;y&lt;&gt;\"'</a>",
            "<k:a xmlns:z=\"urn:q\" xmlns:k=\"urn:y\" b=\"1\" z:c=\"2&quot;'&lt;\" d=\"t&#9;n&#10;\">x&amp;y&lt;&gt;\"'</k:a>",
            "<a xmlns:z=\"urn:q\" b=\"1\" z:c=\"2&quot;'&lt;\" d=\"t&#9;n&#10;\">x&amp;y&lt;&gt;\"'</a>",
        ),
        (
            "<a><b xmlns='urn:d'><c/></b><d><e/></d></a>",
            "<k:a xmlns:k=\"urn:y\">\n  <b xmlns=\"urn:d\">\n    <c/>\n  </b>\n  <k:d>\n    <k:e/>\n  </k:d>\n</k:a>",
            "<a>\n  <b xmlns=\"urn:d\">\n    <c/>\n  </b>\n  <d>\n    <e/>\n  </d>\n</a>",
        ),
        ("<a><![CDATA[x<y]]></a>", "<k:a xmlns:k=\"urn:y\"><![CDATA[x<y]]></k:a>", "<a><![CDATA[x<y]]></a>"),
        (
            "<a xmlns:p='urn:y'><p:b/><c/></a>",
            "<k:a xmlns:p=\"urn:y\" xmlns:k=\"urn:y\">\n  <p:b/>\n  <k:c/>\n</k:a>",
            "<a xmlns:k=\"urn:y\">\n  <b/>\n  <c/>\n</a>",
        ),
        (
            "<p:a xmlns:p='urn:y'><p:b/><c/></p:a>",
            "<p:a xmlns:p=\"urn:y\" xmlns:k=\"urn:y\">\n  <p:b/>\n  <k:c/>\n</p:a>",
            "<a xmlns:k=\"urn:y\">\n  <b/>\n  <c/>\n</a>",
        ),
    ] {
        set(&mut def, document, "k", "urn:y").unwrap();
        assert_eq!(written(&def), kept, "{document}");
        assert_eq!(element(&def, "urn:y"), shown, "{document}");
    }
}

#[test]
fn there_is_one_element_of_a_namespace_and_others_stay() {
    let mut def =
        def("<metadata xmlns:o='urn:o'><o:p x='1'><o:q/></o:p><n/><!-- c --><o:p second='1'/></metadata>");
    assert_eq!(element(&def, "urn:o"), "<p x=\"1\">\n  <q/>\n</p>");
    set(&mut def, "<z/>", "z", "urn:o").unwrap();
    assert_eq!(written(&def), "<n/>\n<!-- c -->\n<z:z xmlns:z=\"urn:o\"/>");
    set(&mut def, "<b/>", "z", "urn:2").unwrap();
    assert_eq!(element(&def, "urn:o"), "<z/>");
    assert_eq!(element(&def, "urn:2"), "<b/>");
    for uri in ["urn:o", "urn:2", "urn:never"] {
        SetMetadata::Element { uri: uri.to_owned(), new: None }.apply(&mut def).unwrap();
    }
    assert_eq!(written(&def), "<n/>\n<!-- c -->");
}

#[test]
fn without_elements_nothing_is_found() {
    let mut def = def("");
    SetMetadata::Element { uri: "urn:y".into(), new: None }.apply(&mut def).unwrap();
    assert!(def.metadata.is_none());
    set(&mut def, "<a/>", "k", "urn:y").unwrap();
    SetMetadata::Element { uri: "urn:y".into(), new: None }.apply(&mut def).unwrap();
    assert!(def.format(&FormatOptions::STORE).contains("  <metadata/>\n"));
    let error = get(&def, Kind::Element, Some("urn:y")).unwrap_err();
    assert_eq!(error.message(), "metadata not found: Requested metadata element is not present");
}

#[test]
fn an_element_of_another_namespace_is_not_the_one_asked_for() {
    let mut def = def("");
    set(&mut def, "<q:a xmlns:q='urn:z' at='1'/>", "k", "urn:y").unwrap();
    assert_eq!(written(&def), "<q:a xmlns:q=\"urn:z\" xmlns:k=\"urn:y\" at=\"1\"/>");
    assert!(get(&def, Kind::Element, Some("urn:y")).is_err());
    assert_eq!(element(&def, "urn:z"), "<a xmlns:k=\"urn:y\" at=\"1\"/>");
}

#[test]
fn what_makes_no_document_is_refused_and_changes_nothing() {
    let mut def = def("");
    set(&mut def, "<a/>", "k", "urn:y").unwrap();
    let prefix = "internal error: failed to validate prefix for a new XML namespace";
    let taken = "internal error: failed to create a new XML namespace";
    for (document, key, message) in [
        ("<b/>", "bad name", prefix),
        ("<b/>", "", prefix),
        ("<b/>", "1a", prefix),
        ("<b/>", "k:x", prefix),
        ("<b xmlns:k='urn:y'/>", "k", taken),
        ("<b><c xmlns:k='urn:y'/></b>", "k", taken),
        ("<b/>", "xmlns", taken),
        ("<b/>", "xml", taken),
        ("<u:b/>", "k", "Namespace prefix u on b is not defined"),
        ("<b><c u:d=''/></b>", "k", "Namespace prefix u on d is not defined"),
        ("<a", "k", "(metadata_xml):1: Couldn't find end of Start Tag a line 1\n<a\n--^"),
        ("", "k", "(metadata_xml):1: Document is empty\n(null)\n^"),
    ] {
        let error = set(&mut def, document, key, "urn:y").unwrap_err();
        assert_eq!(error.message(), message, "{document}");
        assert_eq!(element(&def, "urn:y"), "<a/>");
    }
}

#[test]
fn an_empty_text_is_none() {
    let mut def = def("");
    for (text, kept) in [(Some("one\n two"), Some("one\n two")), (Some(""), None), (None, None)] {
        SetMetadata::Description(text.map(str::to_owned)).apply(&mut def).unwrap();
        assert_eq!(def.description.as_deref(), kept);
        SetMetadata::Title(text.map(str::to_owned)).apply(&mut def).unwrap();
        assert_eq!(get(&def, Kind::Title, None).ok().as_deref(), kept);
    }
}

#[test]
fn a_document_of_many_names_and_prefixes_costs_little() {
    let prefixes: String = (0..120).map(|n| format!(" xmlns:p{n}='urn:{n}'")).collect();
    let document =
        format!("{}{}{}", format!("<a{prefixes}>").repeat(240), "<p7:b/>".repeat(30_000), "</a>".repeat(240));
    let started = std::time::Instant::now();
    let mut def = def("");
    set(&mut def, &document, "k", "urn:y").unwrap();
    assert!(element(&def, "urn:y").contains("<p7:b/>"));
    assert!(started.elapsed() < std::time::Duration::from_secs(5), "{:?}", started.elapsed());
}
