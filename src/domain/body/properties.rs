//! What must hold for any body: nothing active survives, nothing of the text is lost, every form tells the same.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::block::{Block, Caption, Image, List};
use super::dom::{Data, ROOT};
use super::parse::parse;
use super::{blocks, from_markdown, sanitise, to_markdown, to_text, word_count};

/// The letters and digits of a text in order: what must survive every change of form.
fn ink(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The text nodes of a fragment.
fn text_nodes(html: &str) -> String {
    let dom = parse(html);
    let texts = dom.descendants(ROOT).filter_map(|id| match dom.data(id) {
        Data::Text(text) => Some(&**text),
        _ => None,
    });
    texts.collect::<Vec<_>>().join(" ")
}

fn caption(caption: &Option<Caption>) -> String {
    caption.as_ref().map_or_else(String::new, |caption| format!(" {}", caption.text))
}

fn image(image: &Image) -> String {
    caption(&image.caption) + " " + image.credit.as_deref().unwrap_or_default()
}

fn list(list: &List) -> String {
    list.items.iter().map(|item| item.text.clone() + " " + &item.children.as_ref().map_or_else(String::new, self::list) + " ").collect()
}

/// All text of some blocks in order.
fn block_text(blocks: &[Block]) -> String {
    let text = |block: &Block| match block {
        Block::Paragraph(block) => block.text.clone(),
        Block::Heading(block) => block.text.clone(),
        Block::Image(block) => image(block),
        Block::Gallery(block) => block.images.iter().map(image).collect::<String>() + &caption(&block.caption),
        Block::Quote(block) => block.text.clone() + &caption(&block.attribution),
        Block::List(block) => list(block),
        Block::Embed(block) => block.text.clone().unwrap_or_default() + &caption(&block.caption),
        Block::Table(block) => {
            let cells = block.header.iter().chain(block.rows.iter().flatten());
            caption(&block.caption) + " " + &cells.map(|cell| cell.text.clone() + " ").collect::<String>()
        }
        Block::Code(block) => block.text.clone(),
        Block::Video(block) => caption(&block.caption),
        Block::Audio(block) => caption(&block.caption),
        Block::Divider(_) => String::new(),
        Block::Html(block) => block.text.clone(),
    };
    blocks.iter().map(|block| text(block) + " ").collect()
}

/// Pieces of markup as attackers and broken editors write them.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-zäə中 ]{1,8}",
        1 => "\\PC{0,6}",
        1 => any::<char>().prop_map(String::from),
        8 => prop::sample::select(&[
            "<p>", "</p>", "<div>", "</div>", "<b>", "</b>", "<i>", "</i>", "<a href=x>", "</a>", "<a href='javascript:alert(1)'>", "<h1>", "</h1>",
            "<h2 id=x>", "</h2>", "<ul>", "</ul>", "<ol start=3>", "</ol>", "<li>", "</li>", "<dl>", "<dt>", "<dd>", "</dl>", "<table>", "</table>",
            "<caption>", "<thead>", "<tbody>", "<tr>", "</tr>", "<td>", "</td>", "<th scope=col>", "<figure>", "</figure>", "<figcaption>",
            "</figcaption>", "<img src=x onerror=alert(1)>", "<img src=/a.jpg alt=b>", "<picture>", "</picture>", "<source srcset=/a.webp>", "<pre>",
            "</pre>", "<code>", "</code>", "<blockquote>", "</blockquote>", "<blockquote class=twitter-tweet>", "<aside>", "</aside>", "<details>",
            "<summary>", "</summary>", "</details>", "<br>", "<hr>", "<span>", "</span>", "<svg>", "</svg>", "<math>", "</math>", "<mtext>",
            "<mglyph>", "<style>", "</style>", "<script>", "</script>", "<title>", "</title>", "<textarea>", "</textarea>", "<noscript>",
            "</noscript>", "<template>", "</template>", "<iframe src=https://www.youtube.com/embed/a>", "<iframe src=//evil.example>", "</iframe>",
            "<video src=/a.mp4>", "</video>", "<audio>", "<source src=/a.mp3>", "</audio>", "<form>", "</form>", "<input>", "<select>", "<option>",
            "</select>", "<button>", "</button>", "<object data=http://a>", "</object>", "<embed src=http://a>", "<foreignObject>", "<desc>", "<ruby>",
            "<rt>", "</ruby>", "<font color=red>", "</font>", "<nobr>", "<s>", "<u>", "<small>", "<cite>", "<q>", "</q>", "<sub>", "</sub>",
            "<!--", "-->", "<![CDATA[", "]]>", "<?", "&lt;script&gt;", "&#0;", "&#x1;", "&", "&amp", "&nbsp;", "\0", "\u{b}", "\"", "'", "<", ">",
            "</", "<p ", "onclick=x ", "style='x' ", "`", "=", "\n\n", "  ", "\u{FEFF}", "<plaintext>", "<xmp>", "</xmp>", "<frameset>", "<body onload=x>",
            "<html>", "<marquee>", "<isindex>", "<image src=x>", "<a><table><a>", "<p><math><mi><p><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
        ][..]).prop_map(str::to_owned),
    ]
}

fn soup() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 0..24).prop_map(|pieces| pieces.concat())
}

/// Words with every character that means something to Markdown.
fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-zäə中0-9]{1,6}( [a-zäə中]{1,6}){0,3}",
        2 => "[a-c1\\*_~`\\[\\]()!#+.:>|\\\\^=\"“”’$/{}@%-]{1,8}( [a-c1\\*_~`\\[\\]()!#+.:>|\\\\^=\"-]{1,4}){0,2}",
        1 => Just("1. a".to_owned()),
        1 => Just("- a".to_owned()),
        1 => Just("&copy; &amp;".to_owned()),
    ]
    .prop_map(|text| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
}

fn line() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        6 => words(),
        1 => Just("<br>".to_owned()),
        1 => Just("<img src=\"/a_b*(c).jpg\" alt=\"d]e\">".to_owned()),
        1 => Just(" ".to_owned()),
        1 => words().prop_map(|text| format!("<code>{text}</code>")),
    ];
    let nested = leaf.prop_recursive(3, 12, 4, |inner| {
        let tags = &["b", "em", "strong", "i", "del", "sub", "u", "q", "mark", "small"][..];
        (prop::sample::select(tags), prop::collection::vec(inner.clone(), 1..4))
            .prop_map(|(tag, parts)| format!("<{tag}>{}</{tag}>", parts.concat()))
            .boxed()
            .prop_union(
                prop::collection::vec(inner, 1..3)
                    .prop_map(|parts| format!("<a href=\"/x_(y)?a=1&amp;copy=2\" title='t\"*'>{}</a>", parts.concat()))
                    .boxed(),
            )
    });
    prop::collection::vec(nested, 1..5).prop_map(|parts| parts.concat())
}

/// Bodies as editors write them.
fn body() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        4 => line().prop_map(|line| format!("<p>{line}</p>")),
        1 => line().prop_map(|line| format!("<h3>{line}</h3>")),
        1 => words().prop_map(|text| format!("<pre><code class=language-c>{text}\n\n  ``` {text}</code></pre>")),
        1 => Just("<hr>".to_owned()),
        1 => line().prop_map(|line| format!("<figure><img src=/a.jpg alt=b><figcaption>{line}<small>C. D</small></figcaption></figure>")),
        1 => line().prop_map(|line| format!("<figure><figcaption>{line}</figcaption><iframe src=https://www.youtube.com/embed/a></iframe></figure>")),
        1 => (line(), line(), line()).prop_map(|(a, b, c)| format!("<table><caption>{a}</caption><tr><th>{b}</th><th>x</th></tr><tr><td>{c}</td></tr></table>")),
        1 => (line(), line()).prop_map(|(a, b)| format!("<table><tr><td>{a}</td><td>{b}</td></tr></table>")),
        1 => (line(), line()).prop_map(|(a, b)| format!("<dl><dt>{a}</dt><dd>{b}</dd></dl>")),
        1 => line().prop_map(|line| format!("<blockquote class=twitter-tweet><p>{line}</p></blockquote>")),
        1 => Just("<video src=/a.mp4></video>".to_owned()),
    ];
    let block = leaf.prop_recursive(4, 24, 4, |inner| {
        let item = prop_oneof![
            3 => line().prop_map(|line| format!("<li>{line}</li>")),
            1 => (line(), prop::collection::vec(inner.clone(), 1..3)).prop_map(|(line, blocks)| format!("<li>{line}{}</li>", blocks.concat())),
            1 => prop::collection::vec(inner.clone(), 1..3).prop_map(|blocks| format!("<li>{}</li>", blocks.concat())),
        ];
        let items = prop::collection::vec(item, 1..4).prop_map(|items| items.concat());
        prop_oneof![
            2 => (prop::sample::select(&["ul", "ol", "ol start=7"][..]), items)
                .prop_map(|(tag, items)| format!("<{tag}>{items}</{}>", &tag[..2])),
            1 => prop::collection::vec(inner.clone(), 1..3).prop_map(|blocks| format!("<blockquote>{}</blockquote>", blocks.concat())),
            1 => prop::collection::vec(inner.clone(), 1..3).prop_map(|blocks| format!("<aside>{}</aside>", blocks.concat())),
            1 => (line(), inner).prop_map(|(line, block)| format!("<details><summary>{line}</summary>{block}</details>")),
        ]
    });
    prop::collection::vec(block, 0..5).prop_map(|blocks| blocks.concat())
}

/// Whether markup holds anything that a browser would run. Looked for in the parsed tree, and in the text itself.
fn is_active(html: &str) -> bool {
    let dom = parse(html);
    let has_active_node = dom.descendants(ROOT).any(|id| match dom.data(id) {
        Data::Element(name, attributes) => {
            let is_frame = &*name.local == "iframe";
            let is_bad_name = dom.name(id).is_none()
                || matches!(
                    &*name.local,
                    "script" | "style" | "object" | "embed" | "form" | "input" | "base" | "meta" | "link" | "template"
                );
            is_bad_name
                || attributes.iter().any(|attribute| {
                    let value = attribute.value.to_ascii_lowercase();
                    let value: String = value.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
                    attribute.name.local.starts_with("on")
                        || matches!(&*attribute.name.local, "style" | "srcdoc" | "formaction")
                        || matches!(&*attribute.name.local, "href" | "src" | "srcset" | "cite" | "poster")
                            && ["javascript:", "data:", "vbscript:", "file:"].iter().any(|scheme| value.starts_with(scheme))
                        || is_frame && &*attribute.name.local == "src" && !value.contains("youtube")
                })
        }
        _ => false,
    });
    has_active_node || html.to_ascii_lowercase().contains("<script")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn nothing_active_survives_and_cleaning_twice_changes_nothing(html in soup()) {
        let clean = sanitise(&html);
        prop_assert!(!is_active(&clean), "{:?} became {:?}", html, clean);
        prop_assert_eq!(sanitise(&clean), clean.clone());
        prop_assert!(!clean.contains(|c: char| c.is_control() && c != '\n' && c != '\t'));
    }

    #[test]
    fn blocks_hold_all_the_text(html in soup()) {
        let clean = sanitise(&html);
        prop_assert_eq!(ink(&block_text(&blocks(&clean))), ink(&text_nodes(&clean)), "{}", clean);
    }

    #[test]
    fn the_text_of_wellformed_bodies_survives_every_form(html in body()) {
        let clean = sanitise(&html);
        prop_assert_eq!(ink(&text_nodes(&clean)), ink(&text_nodes(&html)), "sanitise: {}", clean);
        prop_assert_eq!(ink(&block_text(&blocks(&clean))), ink(&text_nodes(&clean)), "blocks: {}", clean);
    }

    #[test]
    fn markdown_reads_back_as_the_same_text(html in body()) {
        let clean = sanitise(&html);
        let markdown = to_markdown(&clean);
        let again = from_markdown(&markdown);
        let words = |html: &str| to_text(html).split_whitespace().collect::<Vec<_>>().join(" ");
        prop_assert_eq!(words(&again), words(&clean), "\n{}\n---\n{}\n---\n{}", clean, markdown, again);
    }

    #[test]
    fn no_input_panics(html in soup(), text in "\\PC*") {
        for input in [&html, &text] {
            let _ = (blocks(input), to_text(input), to_markdown(input), word_count(input), from_markdown(input));
        }
    }
}

/// Runs on the stack of an ordinary thread, and says how long it took.
fn on_a_small_stack(html: String) -> Duration {
    let work = move || {
        let start = Instant::now();
        let clean = sanitise(&html);
        let _ = (blocks(&html), to_text(&html), to_markdown(&html), word_count(&html), from_markdown(&html), blocks(&clean));
        start.elapsed()
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(work);
    thread.ok().and_then(|thread| thread.join().ok()).unwrap_or(Duration::MAX)
}

#[test]
fn absurd_nesting_neither_overflows_nor_takes_long() {
    for tag in [
        "div",
        "b",
        "p",
        "ul><li",
        "table><tr><td",
        "blockquote",
        "svg",
        "a href=x",
        "font",
        "select",
        "template",
        "span",
        "ruby",
        "button",
        "details",
        "figure",
    ] {
        let html = format!("<{tag}>").repeat(if tag == "div" { 100_000 } else { 10_000 });
        let took = on_a_small_stack(html + "end");
        assert!(took < Duration::from_secs(20), "{tag}: {took:?}");
    }
    assert_eq!(sanitise(&("<div>".repeat(100_000) + "end")), "<p>end</p>");
    assert_eq!(to_text(&("<b>".repeat(100_000) + "end")), "end");
}

#[test]
fn known_ways_to_make_the_parser_slow_are_bounded() {
    for html in [
        "<p><b><i><u><s>".repeat(20_000),
        (0..20_000).map(|n| format!("<b a{n}><p>x")).collect(),
        format!("<a {}>x", (0..100_000).map(|n| format!("a{n} ")).collect::<String>()),
        format!("<a {}>x", "b='c' ".repeat(50_000)),
        "<table><td>x".repeat(20_000),
        "<a><table><a>".repeat(10_000),
        "> ".repeat(50_000),
        "* ".repeat(50_000),
        "![[".repeat(50_000),
        "&".repeat(100_000),
        "° ".repeat(50_000),
        format!("<img src=a alt='{}'>", "&".repeat(100_000)),
    ] {
        let start: String = html.chars().take(40).collect();
        let took = on_a_small_stack(html);
        assert!(took < Duration::from_secs(20), "{start}: {took:?}");
    }
}
