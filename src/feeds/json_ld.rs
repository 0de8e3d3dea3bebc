//! An article for search engines and other readers of pages: schema.org, as JSON-LD.
//!
//! Nothing is claimed that is not known: whether a page is free to read, or who pays for it, is the site's to add.

use serde_json::{Map, Value, json};

use super::{Author, Entry, Media, Publisher, Source};
use crate::domain::{
    article::{BylineRole, Kind, SourceKind},
    author::AuthorKind,
    media::MediaKind,
};

/// The article as an object of schema.org.
#[must_use]
pub fn of(entry: &Entry, publisher: &Publisher) -> Value {
    let page = entry.canonical_url.as_ref().unwrap_or(&entry.url);
    let house = house(publisher);
    let by = |role: BylineRole| some(entry.authors.iter().filter(|author| author.role == role).map(party).collect());
    let modified = entry.updated.max(entry.published);
    let videos = entry.lead.iter().chain(&entry.media).filter(|media| media.kind == MediaKind::Video);
    let (reprinted, translated): (Vec<&Source>, Vec<&Source>) = entry.source.iter().partition(|source| source.kind == SourceKind::Reprint);
    let members = [
        ("@context", Some(json!("https://schema.org"))),
        ("@type", Some(types(entry))),
        ("@id", Some(json!(entry.id))),
        ("mainEntityOfPage", Some(json!({"@type": "WebPage", "@id": page}))),
        ("url", Some(json!(entry.url))),
        ("headline", Some(json!(entry.title))),
        ("description", entry.summary.as_ref().map(|text| json!(text))),
        ("image", some(images(entry))),
        ("video", some(videos.map(|video| object(video, entry)).collect())),
        ("datePublished", Some(json!(time(entry.first_published)))),
        ("dateModified", Some(json!(time(modified)))),
        ("coverageStartTime", (entry.kind == Kind::Live).then(|| json!(time(entry.first_published)))),
        // Who signs nothing is the publication.
        ("author", by(BylineRole::Author).or_else(|| Some(json!([house])))),
        ("translator", by(BylineRole::Translator)),
        ("editor", by(BylineRole::Editor)),
        ("contributor", contributors(entry)),
        ("publisher", Some(house.clone())),
        ("copyrightHolder", entry.source.as_ref().map(outlet)),
        ("isPartOf", Some(json!({"@type": "WebSite", "name": publisher.name, "url": format!("{}/", publisher.url)}))),
        ("articleSection", some(entry.sections.iter().map(|section| json!(section.name)).collect())),
        ("keywords", some(entry.tags.iter().map(|tag| json!(tag.name)).collect())),
        ("inLanguage", Some(json!(entry.language))),
        ("wordCount", Some(json!(entry.word_count))),
        ("correction", some(corrections(entry))),
        ("isBasedOn", reprinted.first().map(|source| original(source))),
        ("translationOfWork", translated.first().map(|source| original(source))),
        ("workTranslation", some(translations(entry))),
    ];
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect::<Map<_, _>>().into()
}

/// The most exact type beside the one that every reader knows.
fn types(entry: &Entry) -> Value {
    if entry.is_sponsored {
        return json!("AdvertiserContentArticle");
    }
    match entry.kind {
        Kind::News | Kind::Interview | Kind::Feature => json!(["NewsArticle", "ReportageNewsArticle"]),
        Kind::Opinion => json!(["NewsArticle", "OpinionNewsArticle"]),
        Kind::Analysis => json!(["NewsArticle", "AnalysisNewsArticle"]),
        Kind::Live => json!(["NewsArticle", "LiveBlogPosting"]),
        Kind::Video | Kind::Gallery => json!("NewsArticle"),
        // What somebody else wrote about themselves is no reporting.
        Kind::PressRelease => json!("Article"),
    }
}

/// Every picture, and of the one at the top every size: search engines want several shapes to choose from.
fn images(entry: &Entry) -> Vec<Value> {
    let image = |media: &Media| {
        let members = [
            ("@type", Some(json!("ImageObject"))),
            ("url", Some(json!(media.url))),
            ("width", media.width.map(pixels)),
            ("height", media.height.map(pixels)),
            ("caption", media.description().map(|text| json!(text))),
            ("creditText", media.credit.as_ref().map(|credit| json!(credit))),
        ];
        members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect::<Map<_, _>>().into()
    };
    let sizes = entry.image().into_iter().flat_map(|image| &image.renditions);
    let sizes =
        sizes.map(|size| json!({"@type": "ImageObject", "url": size.url, "width": pixels(size.width), "height": pixels(size.height)}));
    let others = entry.media.iter().filter(|media| media.kind == MediaKind::Image).map(image);
    entry.image().map(image).into_iter().chain(sizes).chain(others).collect()
}

/// A bare number has no place there: E37 is UN/CEFACT's code for pixels.
fn pixels(number: i32) -> Value {
    json!({"@type": "QuantitativeValue", "value": number, "unitCode": "E37"})
}

fn object(video: &Media, entry: &Entry) -> Value {
    let thumbnails: Vec<&String> = video.renditions.iter().map(|rendition| &rendition.url).collect();
    let mut object = json!({
        "@type": "VideoObject",
        "name": video.description().unwrap_or(&entry.title),
        "contentUrl": video.url,
        "uploadDate": time(entry.first_published),
    });
    if !thumbnails.is_empty() {
        object["thumbnailUrl"] = json!(thumbnails);
    }
    if let Some(mime_type) = &video.mime_type {
        object["encodingFormat"] = json!(mime_type);
    }
    object
}

fn party(author: &Author) -> Value {
    let kind = match author.kind {
        AuthorKind::Person => "Person",
        AuthorKind::Organisation => "Organization",
    };
    match &author.url {
        Some(url) => json!({"@type": kind, "name": author.name, "url": url}),
        None => json!({"@type": kind, "name": author.name}),
    }
}

fn contributors(entry: &Entry) -> Option<Value> {
    let helped = |author: &&Author| matches!(author.role, BylineRole::Photographer | BylineRole::Contributor);
    some(entry.authors.iter().filter(helped).map(party).collect())
}

fn house(publisher: &Publisher) -> Value {
    let mut house = json!({"@type": "NewsMediaOrganization", "name": publisher.name, "url": format!("{}/", publisher.url)});
    if let Some(logo) = &publisher.logo {
        house["logo"] = json!({"@type": "ImageObject", "url": logo.url});
    }
    house
}

fn outlet(source: &Source) -> Value {
    json!({"@type": "Organization", "name": source.name})
}

fn original(source: &Source) -> Value {
    let mut original = json!({"@type": "CreativeWork", "publisher": outlet(source)});
    if let Some(url) = &source.url {
        original["url"] = json!(url);
    }
    original
}

fn corrections(entry: &Entry) -> Vec<Value> {
    let comment = |correction: &super::Correction| json!({"@type": "CorrectionComment", "text": correction.text, "datePublished": time(correction.at)});
    entry.corrections.iter().map(comment).collect()
}

fn translations(entry: &Entry) -> Vec<Value> {
    let other = |other: &super::Translation| json!({"@type": "NewsArticle", "@id": other.id, "headline": other.title, "inLanguage": other.language});
    entry.translations.iter().map(other).collect()
}

fn some(values: Vec<Value>) -> Option<Value> {
    (!values.is_empty()).then_some(Value::Array(values))
}

fn time(at: chrono::DateTime<chrono::Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
