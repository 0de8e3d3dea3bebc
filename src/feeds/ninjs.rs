//! IPTC ninjs 3.1, News in JSON.
//!
//! 3.x is the line that IPTC recommends to who starts anew. 3.1 (May 2025) of it: an approved version, whose schema this was validated against, and
//! nothing that 3.2 adds (subtitles and other `resources` of a rendition) is known of media here.
//!
//! The standard describes one news object and has no envelope for many, so a feed is a `composite` object whose associations are its articles,
//! each a whole ninjs object of its own. What was withdrawn is among them with `pubStatus: canceled`. Members that the schema does not know
//! are refused by it, so there are none; where the other pages are is in the `Link` header.

use serde_json::{Map, Value, json};

use super::{Author, Entry, Feed, Media, Publisher, Term, Withdrawal};
use crate::domain::{
    article::{BylineRole, Kind, SourceKind, SourceRights},
    author::AuthorKind,
    media::MediaKind,
};

const VERSION: &str = "3.1";
const SCHEMA: &str = "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#";
/// IPTC's vocabulary of genres.
const GENRES: &str = "http://cv.iptc.org/newscodes/genre/";
/// The rights language of W3C.
const ODRL: &str = "http://www.w3.org/ns/odrl/2/";

pub(super) fn write(feed: &Feed) -> Vec<u8> {
    let articles = feed.entries.iter().map(|entry| {
        let mut item = item(entry, &feed.publisher);
        item["name"] = json!(entry.title);
        item["rel"] = json!("item");
        item
    });
    let withdrawn = feed.withdrawn.iter().map(canceled);
    let document = object([
        ("uri", Some(json!(feed.feed_url))),
        ("standard", Some(json!({"name": "ninjs", "version": VERSION, "schema": SCHEMA}))),
        ("type", Some(json!("composite"))),
        ("representationType", Some(json!("full"))),
        ("pubStatus", Some(json!("usable"))),
        ("versionCreated", feed.updated.map(|at| json!(time(at)))),
        ("language", Some(json!(feed.language))),
        ("title", Some(json!(feed.title))),
        ("descriptions", feed.description.as_ref().map(|text| json!([{"contentType": "text/plain", "value": text}]))),
        ("copyrightHolder", Some(json!(feed.publisher.name))),
        ("renditions", Some(json!([{"name": "web", "href": feed.home_page_url, "contentType": "text/html"}]))),
        ("associations", Some(articles.chain(withdrawn).collect())),
    ]);
    // Strings and numbers always serialise.
    serde_json::to_vec(&document).unwrap_or_default()
}

fn item(entry: &Entry, publisher: &Publisher) -> Value {
    let holder = entry.source.as_ref().map_or(&publisher.name, |source| &source.name);
    object([
        ("uri", Some(json!(entry.id))),
        ("type", Some(json!(class(entry.kind)))),
        ("representationType", Some(json!(if entry.text().is_some() || entry.word_count == 0 { "full" } else { "partial" }))),
        ("version", Some(json!(entry.version.to_string()))),
        ("firstCreated", Some(json!(time(entry.first_published)))),
        ("versionCreated", Some(json!(time(entry.updated.max(entry.published))))),
        ("pubStatus", Some(json!("usable"))),
        ("embargoedUntil", entry.embargoed_until.map(|at| json!(time(at)))),
        ("urgency", urgency(entry).map(|urgency| json!(urgency))),
        ("copyrightHolder", Some(json!(holder))),
        ("usageTerms", entry.usage_terms(publisher).map(|terms| json!(terms))),
        ("rightsInfo", rights(entry)),
        ("edNote", note(entry)),
        ("language", Some(json!(entry.language))),
        ("headlines", Some(headlines(entry))),
        ("descriptions", some(descriptions(entry))),
        (
            "bodies",
            entry.text().map(|html| json!([{"role": "main", "contentType": "text/html", "wordCount": entry.word_count, "value": html}])),
        ),
        ("by", Some(by(&entry.authors)).filter(|by| !by.is_empty()).map(Value::String)),
        ("slugline", Some(json!(entry.slug))),
        ("people", some(signed(entry, AuthorKind::Person))),
        ("organisations", some(signed(entry, AuthorKind::Organisation))),
        ("subjects", Some(subjects(entry))),
        ("genres", Some(genres(entry))),
        ("infoSources", Some(sources(entry, publisher))),
        ("altIds", Some(other_ids(entry))),
        ("renditions", Some(json!([{"name": "web", "href": entry.url, "contentType": "text/html", "title": entry.title}]))),
        ("associations", some(associations(entry))),
    ])
}

/// Nothing but that it must not be shown any more.
fn canceled(withdrawal: &Withdrawal) -> Value {
    object([
        ("uri", Some(json!(withdrawal.id))),
        ("name", Some(json!("Withdrawn"))),
        ("rel", Some(json!("item"))),
        ("representationType", Some(json!("partial"))),
        ("pubStatus", Some(json!("canceled"))),
        ("versionCreated", Some(json!(time(withdrawal.at)))),
        ("edNote", withdrawal.reason.as_ref().map(|reason| json!(reason))),
    ])
}

/// What the object is before anything else; a video or a gallery is text around media.
const fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::Video | Kind::Gallery => "composite",
        Kind::News | Kind::Opinion | Kind::Interview | Kind::Analysis | Kind::Feature | Kind::Live | Kind::PressRelease => "text",
    }
}

/// 1 is the most urgent. The newsroom says it of little, and of the rest nothing is said here.
const fn urgency(entry: &Entry) -> Option<u8> {
    match (entry.is_breaking, entry.kind, entry.is_featured) {
        (true, _, _) => Some(1),
        (false, Kind::Live, _) => Some(2),
        (false, _, true) => Some(3),
        (false, _, false) => None,
    }
}

/// What is said of passing it on, for a program: a policy in ODRL 2.2.
fn rights(entry: &Entry) -> Option<Value> {
    let source = entry.source.as_ref()?;
    let rule = json!([{"target": entry.id, "action": "distribute"}]);
    let mut policy = json!({"@context": "http://www.w3.org/ns/odrl.jsonld", "@type": "Set", "uid": format!("{}#rights", entry.id)});
    match source.rights {
        SourceRights::Syndication => policy["permission"] = rule,
        SourceRights::NoSyndication => policy["prohibition"] = rule,
    }
    Some(json!({"langId": ODRL, "encodedRights": policy.to_string()}))
}

/// What an editor who takes it must know at once.
fn note(entry: &Entry) -> Option<Value> {
    let corrected = entry.corrections.iter().map(|correction| format!("Corrected at {}: {}", time(correction.at), correction.text));
    let sponsored = entry.is_sponsored.then(|| "Sponsored: somebody paid for it.".to_owned());
    let lines: Vec<String> = corrected.chain(sponsored).collect();
    (!lines.is_empty()).then(|| json!(lines.join("\n")))
}

fn headlines(entry: &Entry) -> Value {
    let kicker = entry.kicker.iter().map(|kicker| json!({"role": "kicker", "contentType": "text/plain", "value": kicker}));
    std::iter::once(json!({"role": "main", "contentType": "text/plain", "value": entry.title})).chain(kicker).collect()
}

fn descriptions(entry: &Entry) -> Vec<Value> {
    let standfirst = entry.summary.iter().map(|text| ("standfirst", text));
    let corrections = entry.corrections.iter().map(|correction| ("correction", &correction.text));
    standfirst.chain(corrections).map(|(role, text)| json!({"role": role, "contentType": "text/plain", "value": text})).collect()
}

/// The line that is printed under the headline.
fn by(authors: &[Author]) -> String {
    let names: Vec<&str> = authors.iter().map(|author| author.name.as_str()).collect();
    names.join(", ")
}

fn signed(entry: &Entry, kind: AuthorKind) -> Vec<Value> {
    let of_this_kind = entry.authors.iter().filter(|author| author.kind == kind);
    of_this_kind.map(|author| json!({"name": author.name, "rel": role(author.role), "uri": author.id})).collect()
}

const fn role(role: BylineRole) -> &'static str {
    match role {
        BylineRole::Author => "author",
        BylineRole::Translator => "translator",
        BylineRole::Photographer => "photographer",
        BylineRole::Editor => "editor",
        BylineRole::Contributor => "contributor",
    }
}

/// Sections by their path and tags by their slug, under ids that outlive both.
fn subjects(entry: &Entry) -> Value {
    let subject = |rel: &str, term: &Term| json!({"name": term.name, "rel": rel, "uri": term.id, "literal": term.path});
    let sections = entry.sections.iter().map(|section| subject("section", section));
    sections.chain(entry.tags.iter().map(|tag| subject("about", tag))).collect()
}

fn genres(entry: &Entry) -> Value {
    let (literal, iptc) = match entry.kind {
        Kind::News => ("news", Some("Current")),
        Kind::Opinion => ("opinion", Some("Opinion")),
        Kind::Interview => ("interview", Some("Interview")),
        Kind::Analysis => ("analysis", Some("Analysis")),
        Kind::Feature => ("feature", Some("Feature")),
        Kind::PressRelease => ("press_release", Some("Press_Release")),
        Kind::Live => ("live", None),
        Kind::Video => ("video", None),
        Kind::Gallery => ("gallery", None),
    };
    let name = iptc.map_or_else(|| literal.to_owned(), |code| code.replace('_', " "));
    json!([object([
        ("name", Some(json!(name))),
        ("uri", iptc.map(|code| json!(format!("{GENRES}{code}")))),
        ("literal", Some(json!(literal))),
    ])])
}

fn sources(entry: &Entry, publisher: &Publisher) -> Value {
    let original = entry.source.iter().map(|source| {
        let role = match source.kind {
            SourceKind::Reprint => "reprinted from",
            SourceKind::Translation => "translated from",
        };
        json!({"name": source.name, "role": role, "uri": source.id})
    });
    original.chain([json!({"name": publisher.name, "role": "publisher", "uri": publisher.url})]).collect()
}

fn other_ids(entry: &Entry) -> Value {
    let original = entry.source.as_ref().and_then(|source| source.url.as_ref());
    let all = [("slug", Some(&entry.slug)), ("url", Some(&entry.url)), ("canonical", entry.canonical_url.as_ref()), ("original", original)];
    all.into_iter().filter_map(|(role, value)| Some(json!({"role": role, "value": value?}))).collect()
}

/// Its media, the lead first, and itself in other languages.
fn associations(entry: &Entry) -> Vec<Value> {
    let lead = entry.lead.iter().map(|media| picture(media, "lead"));
    let media = entry.media.iter().map(|media| picture(media, "media"));
    let translations = entry.translations.iter().map(|other| {
        json!({"name": other.title, "rel": "translation", "uri": other.id, "type": "text", "representationType": "partial",
            "language": other.language, "headlines": [{"role": "main", "contentType": "text/plain", "value": other.title}]})
    });
    lead.chain(media).chain(translations).collect()
}

fn picture(media: &Media, rel: &str) -> Value {
    let class = match media.kind {
        MediaKind::Image => Some("picture"),
        MediaKind::Video => Some("video"),
        MediaKind::Audio => Some("audio"),
        // A document or an archive is none of the classes that there are.
        MediaKind::File => None,
    };
    let texts = [("caption", media.caption.as_deref()), ("alt", Some(media.alt.as_str()).filter(|alt| !alt.is_empty()))];
    let descriptions =
        texts.into_iter().filter_map(|(role, text)| Some(json!({"role": role, "contentType": "text/plain", "value": text?}))).collect();
    // The standard counts in whole pixels from the upper left.
    let point = media.focal_point.zip(media.width.zip(media.height)).map(|((x, y), (width, height))| {
        let place = |fraction: f64, length: i32| (fraction * f64::from(length)).round() as i64;
        json!({"x": place(x, width), "y": place(y, height)})
    });
    let original = object([
        ("name", Some(json!("original"))),
        ("href", Some(json!(media.url))),
        ("contentType", media.mime_type.as_ref().map(|mime_type| json!(mime_type))),
        ("width", media.width.map(|width| json!(width))),
        ("height", media.height.map(|height| json!(height))),
        ("sizeInBytes", media.size.map(|size| json!(size))),
        ("poi", point),
    ]);
    let others =
        media.renditions.iter().map(|other| json!({"name": other.name, "href": other.url, "width": other.width, "height": other.height}));
    object([
        ("name", Some(json!(media.description().unwrap_or(rel)))),
        ("rel", Some(json!(rel))),
        ("uri", Some(json!(media.id))),
        ("type", class.map(|class| json!(class))),
        ("by", media.credit.as_ref().map(|credit| json!(credit))),
        ("descriptions", some(descriptions)),
        ("renditions", Some(std::iter::once(original).chain(others).collect())),
    ])
}

/// Members that are not there are left out: the schema knows no null.
fn object<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    let present = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(present.collect::<Map<_, _>>())
}

fn some(values: Vec<Value>) -> Option<Value> {
    (!values.is_empty()).then_some(Value::Array(values))
}

fn time(at: chrono::DateTime<chrono::Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
