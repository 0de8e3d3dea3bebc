//! Articles become JSON Feed, RSS, Atom and ninjs: bytes out, no I/O, no clock. The same feed gives the same bytes.
//!
//! What is in a feed, and how much of it, was decided where it was read: a format shows all that it is given.

mod atom;
mod json_feed;
pub mod json_ld;
mod ninjs;
mod rss;
pub mod sitemap;
mod text;

use chrono::{DateTime, Utc};

use crate::domain::{
    article::{BylineRole, Kind, SourceKind, SourceRights},
    author::AuthorKind,
    media::MediaKind,
};

/// A feed in no format yet.
#[derive(Clone, Debug, Default)]
pub struct Feed {
    /// What the feed is called.
    pub title: String,
    /// What it is about.
    pub description: Option<String>,
    /// Its language (BCP 47).
    pub language: String,
    /// Where readers find the same.
    pub home_page_url: String,
    /// Where this very feed is, in this format.
    pub feed_url: String,
    /// Where its other pages are.
    pub pages: Pages,
    /// The newest change of an item; none for an empty feed.
    pub updated: Option<DateTime<Utc>>,
    /// Whose feed it is.
    pub publisher: Publisher,
    /// The newest first.
    pub entries: Vec<Entry>,
    /// What used to be in it, the last to go first.
    pub withdrawn: Vec<Withdrawal>,
}

/// Where the other pages of a feed are (RFC 5005 §3).
#[derive(Clone, Debug, Default)]
pub struct Pages {
    /// The newest items, unless they are here.
    pub first: Option<String>,
    /// The next newer ones.
    pub previous: Option<String>,
    /// The next older ones.
    pub next: Option<String>,
}

impl Pages {
    /// Each of them with the name of its relation (RFC 8288).
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = [("first", &self.first), ("previous", &self.previous), ("next", &self.next)];
        all.into_iter().filter_map(|(rel, url)| Some((rel, url.as_deref()?)))
    }
}

/// The publication that writes a feed.
#[derive(Clone, Debug, Default)]
pub struct Publisher {
    /// What it is called.
    pub name: String,
    /// Where readers find it, without a trailing slash.
    pub url: String,
    /// Its mark.
    pub logo: Option<Media>,
}

/// An item of a feed.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// A URI that never changes: `urn:uuid:…`.
    pub id: String,
    /// How often it was changed.
    pub version: i64,
    /// Where readers find it.
    pub url: String,
    /// What the end of its address is.
    pub slug: String,
    /// Where search engines should look for it, if not at `url`.
    pub canonical_url: Option<String>,
    /// The genre.
    pub kind: Kind,
    /// The headline, as plain text.
    pub title: String,
    /// The small label over the headline, as plain text.
    pub kicker: Option<String>,
    /// The standfirst, as plain text.
    pub summary: Option<String>,
    /// Sanitised HTML; empty where the text is not given.
    pub content_html: String,
    /// The words of the body.
    pub word_count: i32,
    /// When it became visible.
    pub published: DateTime<Utc>,
    /// Until when nobody may show it who gets it in advance.
    pub embargoed_until: Option<DateTime<Utc>>,
    /// When it was visible for the first time.
    pub first_published: DateTime<Utc>,
    /// The last change that readers should know of.
    pub updated: DateTime<Utc>,
    /// It is happening now.
    pub is_breaking: bool,
    /// The newsroom is proud of it.
    pub is_featured: bool,
    /// Somebody paid for it.
    pub is_sponsored: bool,
    /// Who signs it.
    pub authors: Vec<Author>,
    /// Where it stands: the primary section first.
    pub sections: Vec<Term>,
    /// What it is about.
    pub tags: Vec<Term>,
    /// Its language (BCP 47).
    pub language: String,
    /// The image (or video) at the top.
    pub lead: Option<Media>,
    /// Images and files besides it.
    pub media: Vec<Media>,
    /// Who it was taken from.
    pub source: Option<Source>,
    /// What was put right, the oldest first.
    pub corrections: Vec<Correction>,
    /// The same in other languages.
    pub translations: Vec<Translation>,
}

impl Entry {
    /// The text, where it is given.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        Some(self.content_html.as_str()).filter(|html| !html.is_empty())
    }

    /// The names of its sections and tags, each once: a tag is often called as its section is.
    #[must_use]
    pub fn categories(&self) -> Vec<&str> {
        let mut seen = std::collections::HashSet::new();
        let names = self.sections.iter().take(1).chain(&self.tags).map(|term| term.name.as_str());
        names.filter(|name| seen.insert(*name)).collect()
    }

    /// The lead, if it is a picture.
    #[must_use]
    pub fn image(&self) -> Option<&Media> {
        self.lead.as_ref().filter(|media| media.kind == MediaKind::Image)
    }

    /// What whoever takes it from a feed must know of its rights. Nothing is said of the publication's own.
    #[must_use]
    pub fn usage_terms(&self, publisher: &Publisher) -> Option<String> {
        let Source { name, rights, .. } = self.source.as_ref()?;
        Some(match rights {
            SourceRights::Syndication => format!("From {name}, who is to be named wherever it is shown."),
            SourceRights::NoSyndication => format!("From {name}, to be read at {} and not to be passed on.", publisher.name),
        })
    }
}

/// A name under an item.
#[derive(Clone, Debug, Default)]
pub struct Author {
    /// A URI that never changes: `urn:uuid:…`.
    pub id: String,
    /// The name.
    pub name: String,
    /// Where readers find more of it.
    pub url: Option<String>,
    /// Whether it is a person.
    pub kind: AuthorKind,
    /// What they did.
    pub role: BylineRole,
}

/// A section or a tag.
#[derive(Clone, Debug, Default)]
pub struct Term {
    /// A URI that never changes: `urn:uuid:…`.
    pub id: String,
    /// The name.
    pub name: String,
    /// The path of a section, the slug of a tag.
    pub path: String,
    /// Where readers find more of it.
    pub url: String,
}

/// An image or a file.
#[derive(Clone, Debug, Default)]
pub struct Media {
    /// A URI that never changes: `urn:uuid:…`.
    pub id: String,
    /// What it is.
    pub kind: MediaKind,
    /// Where it is.
    pub url: String,
    /// Its media type.
    pub mime_type: Option<String>,
    /// What it shows.
    pub alt: String,
    /// What stands below it.
    pub caption: Option<String>,
    /// Whose it is.
    pub credit: Option<String>,
    /// In bytes.
    pub size: Option<i64>,
    /// In pixels.
    pub width: Option<i32>,
    /// In pixels.
    pub height: Option<i32>,
    /// What must stay in view, as fractions of width and height.
    pub focal_point: Option<(f64, f64)>,
    /// The same in other sizes.
    pub renditions: Vec<Rendition>,
}

impl Media {
    /// What stands below it, or else what it shows.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.caption.as_deref().or(Some(self.alt.as_str())).filter(|text| !text.is_empty())
    }
}

/// A picture in another size.
#[derive(Clone, Debug, Default)]
pub struct Rendition {
    /// What it is for.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// In pixels.
    pub width: i32,
    /// In pixels.
    pub height: i32,
}

/// The outlet that an item was taken from.
#[derive(Clone, Debug)]
pub struct Source {
    /// A URI that never changes: `urn:uuid:…`.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Where the original is.
    pub url: Option<String>,
    /// How it came to be the publication's.
    pub kind: SourceKind,
    /// Whether it may be passed on.
    pub rights: SourceRights,
}

/// What was put right in an item.
#[derive(Clone, Debug)]
pub struct Correction {
    /// When.
    pub at: DateTime<Utc>,
    /// What was wrong and what is right, as plain text.
    pub text: String,
}

/// The same item in another language.
#[derive(Clone, Debug)]
pub struct Translation {
    /// A URI that never changes: `urn:uuid:…`.
    pub id: String,
    /// Its language (BCP 47).
    pub language: String,
    /// The headline, as plain text.
    pub title: String,
}

/// An item that readers no longer see.
#[derive(Clone, Debug)]
pub struct Withdrawal {
    /// The URI that it had: `urn:uuid:…`.
    pub id: String,
    /// Since when.
    pub at: DateTime<Utc>,
    /// Why, where it was said.
    pub reason: Option<String>,
}

/// The formats that a feed can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON Feed 1.1.
    Json,
    /// RSS 2.0.
    Rss,
    /// Atom (RFC 4287).
    Atom,
    /// IPTC ninjs 3.1.
    Ninjs,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Json, Self::Rss, Self::Atom, Self::Ninjs];

    /// What an address ends in.
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Json => ".json",
            Self::Rss => ".rss",
            Self::Atom => ".atom",
            Self::Ninjs => ".ninjs",
        }
    }

    /// The media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/feed+json",
            Self::Rss => "application/rss+xml; charset=utf-8",
            Self::Atom => "application/atom+xml; charset=utf-8",
            // IPTC has registered no type of its own.
            Self::Ninjs => "application/json",
        }
    }

    /// Writes a feed.
    #[must_use]
    pub fn write(self, feed: &Feed) -> Vec<u8> {
        match self {
            Self::Json => json_feed::write(feed),
            Self::Rss => rss::write(feed),
            Self::Atom => atom::write(feed),
            Self::Ninjs => ninjs::write(feed),
        }
    }

    /// Whether it has a way to say that an item is gone.
    #[must_use]
    pub const fn tells_withdrawals(self) -> bool {
        matches!(self, Self::Atom | Self::Ninjs)
    }
}

#[cfg(test)]
mod tests;
