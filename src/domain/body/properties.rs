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

/// Tricks that have worked against somebody: schemes in disguise, broken tags, handlers without quotes, and markup that
/// becomes something else when it is parsed a second time.
const TRICKS: &[&str] = &[
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<script/x>alert(1)</script\n>",
    "<<script>alert(1);//<</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)//",
    "<img \"\"\"><script>alert(1)</script>\">",
    "<img src=`javascript:alert(1)`>",
    "<img src=\"jav&#x09;ascript:alert(1)\">",
    "<img src=\"jav&#x0A;ascript:alert(1)\">",
    "<img src=\" &#14; javascript:alert(1)\">",
    "<img src=&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)>",
    "<img srcset=\"javascript:alert(1) 1x, data:text/html,x 2x\">",
    "<img dynsrc=javascript:alert(1) lowsrc=javascript:alert(1)>",
    "<a href=\"JaVaScRiPt:alert(1)\">x</a>",
    "<a href=\"java\0script:alert(1)\">x</a>",
    "<a href=\"\u{1}javascript:alert(1)\">x</a>",
    "<a href=\"javascript&colon;alert(1)\">x</a>",
    "<a href=\"javascript&#58alert(1)\">x</a>",
    "<a href=\"data:text/html;base64,PHNjcmlwdD4=\">x</a>",
    "<a href=\"vbscript:msgbox(1)\">x</a>",
    "<a href=\"feed:javascript:alert(1)\">x</a>",
    "<a xlink:href=javascript:alert(1)>x</a>",
    "<svg/onload=alert(1)>",
    "<svg><a xlink:href=\"javascript:alert(1)\"><text y=1>x</text></a></svg>",
    "<svg><animate xlink:href=#x attributeName=href values=javascript:alert(1) /><a id=x><text>x</text></a></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
    "<svg><desc><noscript><style></noscript><img src=x onerror=alert(1)></style></desc></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<math><mtext><mglyph><svg><mtext><style><path id=\"</style><img onerror=alert(1) src>\">",
    "<math><annotation-xml encoding=\"text/html\"><style><img src=x onerror=alert(1)></style></annotation-xml></math>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<textarea><img title=\"</textarea><img src=x onerror=alert(1)>\">",
    "<title><a title=\"</title><img src=x onerror=alert(1)>\">",
    "<xmp><a title=\"</xmp><img src=x onerror=alert(1)>\">",
    "<iframe><a title=\"</iframe><img src=x onerror=alert(1)>\">",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\" src=https://www.youtube.com/embed/a></iframe>",
    "<iframe src=\"https://www.youtube.com/embed/a\" onload=alert(1)></iframe>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<body onload=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "<video><source onerror=alert(1)></video>",
    "<video poster=javascript:alert(1) src=/a.mp4></video>",
    "<audio src=x onerror=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<div style=\"background:url(javascript:alert(1))\">x</div>",
    "<p style=\"x:expression(alert(1))\">x</p>",
    "<table background=javascript:alert(1)><tr><td background=javascript:alert(1)>x</table>",
    "<isindex action=javascript:alert(1) type=image>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<blockquote cite=javascript:alert(1)>x</blockquote>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version=1?><script>alert(1)</script>",
    "<x onclick=alert(1)>x</x>",
    "<a href=x onclick\u{b}=alert(1)>x</a>",
    "<a/href=x/onclick=alert(1)>x</a>",
    "<template><script>alert(1)</script></template>",
    "<select><template><img src=x onerror=alert(1)></template></select>",
    "<frameset onload=alert(1)><frame src=javascript:alert(1)>",
    "<p id=\"x\" class=\"y\" onclick='alert(1)'>x",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
];

#[test]
fn no_known_trick_gets_through() {
    for trick in TRICKS {
        for html in [(*trick).to_owned(), format!("<p>a {trick} b</p>"), format!("<ul><li><table><tr><td>{trick}"), from_markdown(trick)] {
            let clean = sanitise(&html);
            assert!(!is_active(&clean), "{html} became {clean}");
            assert_eq!(sanitise(&clean), clean, "{html}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

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

/// Inputs that made the parser, the serialiser or the reader of Markdown take quadratic time, each made of so many parts.
const SLOW: &[fn(usize) -> String] = &[
    |parts| "<p><b><i><u><s>".repeat(parts / 4),
    |parts| (0..parts / 4).map(|n| format!("<b a{n}><p>x")).collect(),
    |parts| format!("<a {}>x", (0..parts * 4).map(|n| format!("a{n} ")).collect::<String>()),
    |parts| format!("<a {}>x", "b='c' ".repeat(parts * 4)),
    |parts| "<table><td>x".repeat(parts),
    |parts| "<a><table><a>".repeat(parts),
    |parts| "> ".repeat(parts),
    |parts| "* ".repeat(parts),
    |parts| "![[".repeat(parts),
    |parts| "&".repeat(parts * 2),
    |parts| "° ".repeat(parts * 2),
    |parts| format!("<img src=a alt='{}'>", "&".repeat(parts * 4)),
];

#[test]
fn known_ways_to_make_the_parser_slow_are_bounded() {
    for input in SLOW {
        // The better of two runs: other work on the machine is no fault of the input.
        let took = |parts| on_a_small_stack(input(parts)).min(on_a_small_stack(input(parts)));
        let (short, long) = (took(2_500), took(10_000));
        // Four times as long is linear, sixteen times quadratic.
        assert!(long < short * 10 || long < Duration::from_secs(1), "{:.40}: {short:?}, then {long:?}", input(10));
    }
}
