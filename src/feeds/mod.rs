//! Cards become JSON Feed, RSS and Atom: bytes out, no I/O, no clock. The same feed gives the same bytes.

mod atom;
mod json_feed;
mod rss;
mod text;

use chrono::{DateTime, Utc};

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
    /// Where older items are.
    pub next_url: Option<String>,
    /// The newest change of an item; none for an empty feed.
    pub updated: Option<DateTime<Utc>>,
    /// The newest first.
    pub entries: Vec<Entry>,
}

/// An item of a feed.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// A URI that never changes: `urn:uuid:…`.
    pub id: String,
    /// Where readers find it.
    pub url: String,
    /// Where the original is, if it comes from elsewhere.
    pub external_url: Option<String>,
    /// The headline, as plain text.
    pub title: String,
    /// The standfirst, as plain text.
    pub summary: Option<String>,
    /// Sanitised HTML.
    pub content_html: String,
    /// When it became visible.
    pub published: DateTime<Utc>,
    /// The last change that readers should know of.
    pub updated: DateTime<Utc>,
    /// Who signs it.
    pub authors: Vec<Author>,
    /// Section and tags.
    pub categories: Vec<String>,
    /// Its language (BCP 47).
    pub language: String,
    /// The image at the top.
    pub image: Option<Image>,
    /// Who it was taken from.
    pub source: Option<String>,
}

/// A name under an item.
#[derive(Clone, Debug, Default)]
pub struct Author {
    /// The name.
    pub name: String,
    /// Where readers find more of it.
    pub url: Option<String>,
}

/// The image of an item.
#[derive(Clone, Debug, Default)]
pub struct Image {
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
    /// In pixels.
    pub width: Option<i32>,
    /// In pixels.
    pub height: Option<i32>,
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
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Json, Self::Rss, Self::Atom];

    /// What an address ends in.
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Json => ".json",
            Self::Rss => ".rss",
            Self::Atom => ".atom",
        }
    }

    /// The media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/feed+json",
            Self::Rss => "application/rss+xml; charset=utf-8",
            Self::Atom => "application/atom+xml; charset=utf-8",
        }
    }

    /// Writes a feed.
    #[must_use]
    pub fn write(self, feed: &Feed) -> Vec<u8> {
        match self {
            Self::Json => json_feed::write(feed),
            Self::Rss => rss::write(feed),
            Self::Atom => atom::write(feed),
        }
    }
}

#[cfg(test)]
mod tests;
