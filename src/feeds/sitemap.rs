//! Sitemaps (sitemaps.org 0.9) with Google's extensions for news and images, and `hreflang` alternates.

use chrono::{DateTime, SecondsFormat, Utc};
use quick_xml::escape::escape;

use super::text::xml;

/// The media type.
pub const MEDIA_TYPE: &str = "application/xml; charset=utf-8";

/// A page of the publication.
#[derive(Clone, Debug, Default)]
pub struct Url {
    /// Where it is.
    pub location: String,
    /// When it last changed, where that is known.
    pub changed_at: Option<DateTime<Utc>>,
    /// The language that it is in (BCP 47), if there are others.
    pub language: Option<String>,
    /// The same in other languages: language and address.
    pub alternates: Vec<(String, String)>,
    /// The picture at its top.
    pub image: Option<String>,
    /// For what is new.
    pub news: Option<News>,
}

/// What Google News is told of an article.
#[derive(Clone, Debug, Default)]
pub struct News {
    /// What the publication is called.
    pub publication: String,
    /// The language of the article (BCP 47).
    pub language: String,
    /// When it was published for the first time.
    pub published_at: DateTime<Utc>,
    /// The headline.
    pub title: String,
}

/// A file of pages.
#[must_use]
pub fn write(urls: &[Url]) -> Vec<u8> {
    let mut out = String::with_capacity(256 + urls.len() * 320);
    out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"");
    for (prefix, uri, is_used) in [
        ("news", "http://www.google.com/schemas/sitemap-news/0.9", urls.iter().any(|url| url.news.is_some())),
        ("image", "http://www.google.com/schemas/sitemap-image/1.1", urls.iter().any(|url| url.image.is_some())),
        ("xhtml", "http://www.w3.org/1999/xhtml", urls.iter().any(|url| !url.alternates.is_empty())),
    ] {
        if is_used {
            out.push_str(&format!(" xmlns:{prefix}=\"{uri}\""));
        }
    }
    out.push('>');
    urls.iter().for_each(|url| write_url(&mut out, url));
    out.push_str("\n</urlset>\n");
    out.into_bytes()
}

/// A file of files: where each is, and when something in it last changed.
#[must_use]
pub fn write_index(files: &[(String, Option<DateTime<Utc>>)]) -> Vec<u8> {
    let mut out =
        String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">");
    for (location, changed_at) in files {
        out.push_str("\n<sitemap>");
        element(&mut out, "loc", location);
        if let Some(at) = changed_at {
            element(&mut out, "lastmod", &time(*at));
        }
        out.push_str("</sitemap>");
    }
    out.push_str("\n</sitemapindex>\n");
    out.into_bytes()
}

fn write_url(out: &mut String, url: &Url) {
    out.push_str("\n<url>");
    element(out, "loc", &url.location);
    if let Some(at) = url.changed_at {
        element(out, "lastmod", &time(at));
    }
    if !url.alternates.is_empty() {
        // Each page names itself too, or its others are not believed.
        let itself = url.language.iter().map(|language| (language, &url.location));
        for (language, location) in itself.chain(url.alternates.iter().map(|(language, location)| (language, location))) {
            let (language, location) = (escape(xml(language)).into_owned(), escape(xml(location)).into_owned());
            out.push_str(&format!("<xhtml:link rel=\"alternate\" hreflang=\"{language}\" href=\"{location}\"/>"));
        }
    }
    if let Some(news) = &url.news {
        out.push_str("<news:news><news:publication>");
        element(out, "news:name", &news.publication);
        element(out, "news:language", &news_language(&news.language));
        out.push_str("</news:publication>");
        element(out, "news:publication_date", &time(news.published_at));
        element(out, "news:title", &news.title);
        out.push_str("</news:news>");
    }
    if let Some(image) = &url.image {
        out.push_str("<image:image>");
        element(out, "image:loc", image);
        out.push_str("</image:image>");
    }
    out.push_str("</url>");
}

fn element(out: &mut String, name: &str, text: &str) {
    out.push_str(&format!("<{name}>{}</{name}>", escape(xml(text))));
}

/// ISO 639 without more, but Chinese by its script.
fn news_language(tag: &str) -> String {
    let tag = tag.to_ascii_lowercase();
    let mut parts = tag.split('-');
    match parts.next() {
        Some("zh") if parts.any(|part| matches!(part, "hant" | "tw" | "hk" | "mo")) => "zh-tw".to_owned(),
        Some("zh") => "zh-cn".to_owned(),
        language => language.unwrap_or_default().to_owned(),
    }
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn url() -> Url {
        Url {
            location: "https://example.org/news/port?a=1&b=2".to_owned(),
            changed_at: Some("2026-03-02T09:00:00Z".parse().unwrap()),
            language: Some("en".to_owned()),
            alternates: vec![("az".to_owned(), "https://example.org/xeberler/liman".to_owned())],
            image: Some("https://images.example.org/port.jpg".to_owned()),
            news: Some(News {
                publication: "Courier & Sons".to_owned(),
                language: "zh-Hant".to_owned(),
                published_at: "2026-03-02T06:10:00Z".parse().unwrap(),
                title: "Port <reopens>".to_owned(),
            }),
        }
    }

    #[test]
    fn a_page_is_told_with_all_that_is_known_of_it() {
        let written = String::from_utf8(write(&[url()])).unwrap();
        let expected = "<url><loc>https://example.org/news/port?a=1&amp;b=2</loc><lastmod>2026-03-02T09:00:00Z</lastmod>\
            <xhtml:link rel=\"alternate\" hreflang=\"en\" href=\"https://example.org/news/port?a=1&amp;b=2\"/>\
            <xhtml:link rel=\"alternate\" hreflang=\"az\" href=\"https://example.org/xeberler/liman\"/>\
            <news:news><news:publication><news:name>Courier &amp; Sons</news:name><news:language>zh-tw</news:language></news:publication>\
            <news:publication_date>2026-03-02T06:10:00Z</news:publication_date><news:title>Port &lt;reopens&gt;</news:title></news:news>\
            <image:image><image:loc>https://images.example.org/port.jpg</image:loc></image:image></url>";
        assert!(written.contains(expected), "{written}");
        let plain = String::from_utf8(write(&[Url { location: "https://example.org/".to_owned(), ..Url::default() }])).unwrap();
        assert!(plain.contains("<url><loc>https://example.org/</loc></url>") && !plain.contains("xmlns:"), "{plain}");
    }

    #[test]
    fn languages_are_what_google_knows() {
        for (tag, expected) in
            [("en", "en"), ("pt-BR", "pt"), ("az-Latn-AZ", "az"), ("zh", "zh-cn"), ("zh-Hans-SG", "zh-cn"), ("zh-TW", "zh-tw")]
        {
            assert_eq!(news_language(tag), expected);
        }
    }

    proptest! {
        /// Whatever a headline holds, what is written can be read.
        #[test]
        fn no_text_makes_a_sitemap_ill_formed(title in any::<String>(), location in any::<String>()) {
            let mut url = url();
            url.news.as_mut().unwrap().title = title;
            url.alternates[0].1.clone_from(&location);
            for written in [write(&[url]), write_index(&[(location, None)])] {
                let mut reader = quick_xml::Reader::from_reader(&written[..]);
                reader.config_mut().check_end_names = true;
                let mut buffer = Vec::new();
                while reader.read_event_into(&mut buffer).unwrap() != quick_xml::events::Event::Eof {
                    buffer.clear();
                }
            }
        }
    }
}
