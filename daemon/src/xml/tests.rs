use proptest::prelude::*;

use super::*;

fn reason(document: &str) -> String {
    read(document).unwrap_err().reason
}

fn written(document: &str) -> String {
    let mut w = Writer::new();
    w.element(&read(document).unwrap());
    w.finish()
}

fn verbatim(document: &str) -> String {
    let mut w = Writer::new();
    w.verbatim(&read(document).unwrap());
    w.finish()
}

#[test]
fn a_document_becomes_a_tree() {
    let root =
        read("<?xml version='1.0'?>\n<!-- x -->\n<a b='1' c=\"2\"><d/>text &lt;&#x41;&gt;</a>\n").unwrap();
    assert_eq!((&*root.name, root.attr("b"), root.attr("c")), ("a", Some("1"), Some("2")));
    assert_eq!(root.child("d").unwrap().name, "d");
    assert_eq!(root.text(), "text <A>");
    assert_eq!(root.offset, 33);
}

#[test]
fn names_and_values_borrow_from_the_document() {
    let root = read("<a b='plain'>text</a>").unwrap();
    let borrowed = |value: &std::borrow::Cow<'_, str>| matches!(value, std::borrow::Cow::Borrowed(_));
    assert!(borrowed(&root.name) && borrowed(&root.attrs[0].value) && borrowed(&root.text()));
}

#[test]
fn layout_is_dropped_and_text_is_kept() {
    assert_eq!(written("<a>\n  <b/>\n  <c> </c>\n</a>"), "<a>\n  <b/>\n  <c> </c>\n</a>\n");
    assert_eq!(written("<a> mixed <b/> text </a>"), "<a> mixed <b/> text </a>\n");
    assert_eq!(read("<a>&#32;<b/></a>").unwrap().children.len(), 2);
}

#[test]
fn values_are_written_with_libvirts_quotes() {
    let document = "<a b=\"it's &lt;&quot;&amp;&#10;\">'x' &gt; \"y\"</a>";
    let text = "<a b='it&apos;s &lt;&quot;&amp;&#10;'>&apos;x&apos; &gt; &quot;y&quot;</a>\n";
    assert_eq!(written(document), text);
    assert_eq!(read(text).unwrap().attrs, read(document).unwrap().attrs);
}

#[test]
fn metadata_is_written_with_libxml2s_quotes() {
    let document = "<a b='it&apos;s \"x\"'>\n<c>'x' <d/></c><!-- note --><e/><?pi data?></a>";
    let text =
        "<a b=\"it's &quot;x&quot;\">\n  <c>'x' <d/></c>\n  <!-- note -->\n  <e/>\n  <?pi data?>\n</a>\n";
    assert_eq!(verbatim(document), text);
}

#[test]
fn white_space_in_values_is_normalised_as_xml_has_it() {
    assert_eq!(read("<a b='1\n2\t3\r\n4'/>").unwrap().attr("b"), Some("1 2 3 4"));
    assert_eq!(read("<a>1\r\n2\r3</a>").unwrap().text(), "1\n2\n3");
}

#[test]
fn what_is_not_xml_is_told_in_libxml2s_words() {
    let cases = [
        ("", "Document is empty"),
        ("  \n", "Start tag expected, '<' not found"),
        ("hello", "Start tag expected, '<' not found"),
        ("<a>", "Premature end of data in tag a line 1"),
        ("<a></b>", "Opening and ending tag mismatch: a line 1 and b"),
        ("<a/><b/>", "Extra content at the end of the document"),
        ("<a/>text", "Extra content at the end of the document"),
        ("<a/></a>", "Extra content at the end of the document"),
        ("<a b=1/>", "AttValue: \" or ' expected"),
        ("<a b/>", "Specification mandates value for attribute b"),
        ("<a b='1' b='2'/>", "Attribute b redefined"),
        ("<a b='1'c='2'/>", "attributes construct error"),
        ("<a b='<'/>", "Unescaped '<' not allowed in attributes values"),
        ("<1a/>", "StartTag: invalid element name"),
        ("<a>&foo;</a>", "Entity 'foo' not defined"),
        ("<a b='&foo;'/>", "Entity 'foo' not defined"),
        ("<a>x & y</a>", "xmlParseEntityRef: no name"),
        ("<a>&lt </a>", "EntityRef: expecting ';'"),
        ("<a>&#0;</a>", "xmlParseCharRef: invalid xmlChar value 0"),
        ("<a>&#x110000;</a>", "xmlParseCharRef: invalid xmlChar value 1114112"),
        ("<a>\u{1}</a>", "PCDATA invalid Char value 1"),
        ("<a><!-- x -- y --></a>", "Double hyphen within comment: <!-- x "),
        ("<a><!-- x", "Comment not terminated"),
        ("<a><![CDATA[x", "CData section not finished"),
        ("<a", "Couldn't find end of Start Tag a line 1"),
        (" <?xml version='1.0'?><a/>", "XML or text declaration not at start of entity"),
        ("<?xml version='1.0' encoding='latin1'?><a>é</a>", "Unsupported encoding latin1"),
    ];
    for (document, expected) in cases {
        assert_eq!(reason(document), expected, "{document:?}");
    }
}

#[test]
fn an_error_shows_its_line_and_points_at_the_place() {
    let error = read("<a>\n  <b x=1/>\n</a>").unwrap_err();
    assert_eq!(error.to_string(), "2: AttValue: \" or ' expected\n  <b x=1/>\n-------^");
}

#[test]
fn a_long_line_is_not_sent_back_whole() {
    let document = format!("<a>{}&</a>", "é".repeat(1 << 20));
    assert!(read(&document).unwrap_err().to_string().len() < 4096);
}

#[test]
fn a_document_type_is_refused() {
    let bomb = "<!DOCTYPE a [<!ENTITY b 'bbb'><!ENTITY c '&b;&b;'>]><a>&c;</a>";
    assert_eq!(reason(bomb), "a document type definition is not accepted");
}

#[test]
fn documents_cost_no_more_than_their_limits() {
    let deep = |depth: usize| "<a>".repeat(depth) + &"</a>".repeat(depth);
    assert!(read(&deep(MAX_DEPTH)).is_ok());
    assert_eq!(reason(&deep(MAX_DEPTH + 1)), "Excessive depth in document: 256");
    let wide = |count: usize| format!("<a>{}</a>", "<b/>".repeat(count));
    assert!(read(&wide(MAX_NODES - 1)).is_ok());
    assert!(reason(&wide(MAX_NODES)).starts_with("more than 65536 "));
    let attributes = |count: usize| {
        let all: String = (0..count).map(|n| format!(" a{n}=''")).collect();
        format!("<a{all}/>")
    };
    assert!(read(&attributes(MAX_ATTRIBUTES)).is_ok());
    assert!(reason(&attributes(MAX_ATTRIBUTES + 1)).starts_with("more than 128 "));
    let long = format!("<a>{}</a>", "x".repeat(MAX_DOCUMENT));
    assert!(reason(&long).starts_with("document longer than "));
}

#[test]
fn numbers_are_read_as_strtoul_reads_them() {
    for (text, base, value) in [
        ("12", 10, Some(12)),
        (" +12", 10, Some(12)),
        ("0x1f", 0, Some(31)),
        ("017", 0, Some(15)),
        ("0", 0, Some(0)),
        ("1f", 16, Some(31)),
        ("-1", 10, None),
        ("+-1", 10, None),
        ("12 ", 10, None),
        ("", 10, None),
        ("0x", 0, None),
        ("18446744073709551616", 10, None),
    ] {
        assert_eq!(parse_unsigned(text, base), value, "{text:?}");
    }
    assert_eq!(parse_signed("-9223372036854775808"), Some(i64::MIN));
    assert_eq!((parse_signed("--1"), parse_signed("9223372036854775808")), (None, None));
}

#[test]
fn an_element_is_taken_apart_and_the_rest_is_kept() {
    let mut fields = Fields::new(read("<a x='1' y='2'><b/><c>t</c><b n='2'/><d/></a>").unwrap());
    assert_eq!(fields.uint::<u32>("x").unwrap(), Some(1));
    assert_eq!(fields.text_of("c").as_deref(), Some("t"));
    // The second of a kind that may stand once is dropped.
    assert!(fields.flag("b"));
    let (attrs, children) = fields.rest();
    assert_eq!((attrs.len(), &*attrs[0].name), (1, "y"));
    assert_eq!((children.len(), &*children[0].name), (1, "d"));
}

/// Any tree that can be written: names of letters, texts of anything XML allows.
fn tree() -> impl Strategy<Value = Element<'static>> {
    let name = "[a-z][a-z0-9_-]{0,8}";
    let text = "[^\\p{Cc}\u{fffe}\u{ffff}]{1,20}|[\t\n ]{0,3}[a-z<>&'\"]{1,5}[\t\n ]{0,3}";
    let attrs = move || prop::collection::btree_map(name, text, 0..4);
    let element =
        |(name, attrs, children): (String, std::collections::BTreeMap<String, String>, _)| Element {
            attrs: attrs
                .into_iter()
                .map(|(name, value)| Attr { name: name.into(), value: value.into() })
                .collect(),
            children,
            ..Element::new(name)
        };
    let leaf = (name, attrs(), prop::option::of(text)).prop_map(move |(name, attrs, text)| {
        element((name, attrs, text.into_iter().map(|text| Node::Text(text.into())).collect::<Vec<_>>()))
    });
    leaf.prop_recursive(4, 40, 5, move |inner| {
        let children = prop::collection::vec(inner.prop_map(Node::Element), 1..5);
        (name, attrs(), children).prop_map(element)
    })
}

/// The tree without what only a document has.
fn forget_offsets(element: &mut Element<'_>) {
    element.offset = 0;
    for node in &mut element.children {
        if let Node::Element(child) = node {
            forget_offsets(child);
        }
    }
}

proptest! {
    #[test]
    fn what_was_written_reads_back(tree in tree()) {
        let mut w = Writer::new();
        w.element(&tree);
        let single = w.finish();
        let mut w = Writer::new();
        w.verbatim(&tree);
        for text in [single, w.finish()] {
            let mut again = read(&text).unwrap().into_owned();
            forget_offsets(&mut again);
            prop_assert_eq!(&again, &tree, "{}", text);
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "[<>/a!?='\"&;#x \n\\[\\]CDATA-]{0,80}") {
        let _ = read(&text);
    }
}
