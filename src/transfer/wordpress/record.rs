//! What a WXR file holds, as it stands there: nothing is decided here.

/// The site that was exported. Any member may be missing (empty).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Channel {
    /// The site's name.
    pub title: String,
    /// The site's address.
    pub link: String,
    /// Its tagline.
    pub description: String,
    /// As WordPress writes it: `en-US`, `fr`, `pt_BR`.
    pub language: String,
    /// The address of the installation (of the network, on a multisite).
    pub base_site_url: String,
    /// The address of this blog.
    pub base_blog_url: String,
    /// `1.0`, `1.1` or `1.2`; empty when the file does not say.
    pub wxr_version: String,
}

/// One entry of the file, in file order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// `wp:author`
    Author(Author),
    /// `wp:category`, `wp:tag` or `wp:term`
    Term(Term),
    /// `item`
    Item(Box<Item>),
}

/// A user of the exported site. The e-mail address in the file is passed over: it is personal data that nobody asked to move.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Author {
    /// The user's id there; 0 when missing.
    pub id: u64,
    /// What items name in `dc:creator`.
    pub login: String,
    /// What readers saw.
    pub display_name: String,
    /// Given name, or empty.
    pub first_name: String,
    /// Family name, or empty.
    pub last_name: String,
}

/// A category, a tag or another term.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Term {
    /// The term's id there; 0 when missing.
    pub id: u64,
    /// `category`, `post_tag`, `nav_menu`, …
    pub taxonomy: String,
    /// As in the file, so possibly percent-encoded.
    pub slug: String,
    /// The **slug** of the term above it, or empty.
    pub parent: String,
    /// What readers saw.
    pub name: String,
    /// May hold HTML.
    pub description: String,
}

/// A term that an item carries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemTerm {
    /// The taxonomy: `category`, `post_tag`, `post_format`, `author` (co-authors), …
    pub domain: String,
    /// The term's slug, possibly percent-encoded; empty in old files.
    pub slug: String,
    /// The term's name.
    pub name: String,
}

/// A post, a page, an attachment, a menu's item: whatever the table of posts held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// Its place among the items of the file, from 1.
    pub number: u64,
    /// May hold HTML.
    pub title: String,
    /// The public address; `?p=ID` for what was never published.
    pub link: String,
    /// RFC 2822; nonsense for drafts.
    pub published: String,
    /// The **login** of its author; in files made by hand the name.
    pub creator: String,
    /// An identifier that often looks like an address and is none.
    pub guid: String,
    /// RSS's own description, empty in WordPress's exports.
    pub description: String,
    /// `post_content`: block markup, shortcodes, or text whose paragraphs are blank lines.
    pub content: String,
    /// `post_excerpt`; an attachment's caption.
    pub excerpt: String,
    /// 0 when missing.
    pub id: u64,
    /// In the site's own time, `YYYY-MM-DD HH:MM:SS`, without an offset.
    pub date: String,
    /// The same in UTC; `0000-00-00 00:00:00` for drafts.
    pub date_gmt: String,
    /// Last change, in the site's own time.
    pub modified: String,
    /// Last change in UTC.
    pub modified_gmt: String,
    /// The slug, possibly percent-encoded, possibly empty.
    pub slug: String,
    /// `publish`, `future`, `draft`, `pending`, `private`, `trash`, `inherit`, or a plugin's own.
    pub status: String,
    /// The id of the item above it, 0 for none.
    pub parent: u64,
    /// The order among its siblings.
    pub menu_order: i64,
    /// `post`, `page`, `attachment`, `nav_menu_item`, …
    pub post_type: String,
    /// Not empty: readers had to know it.
    pub password: String,
    /// Stuck to the top of the blog.
    pub is_sticky: bool,
    /// Where an attachment's file is.
    pub attachment_url: String,
    /// Its terms in file order.
    pub terms: Vec<ItemTerm>,
    /// Key and value in file order; a key may repeat.
    pub meta: Vec<(String, String)>,
    /// How many comments and pings it has. They are counted, never kept: names, addresses and IPs are personal data.
    pub comments: u64,
}

impl Item {
    /// The first value under a key that says something.
    #[must_use]
    pub fn meta(&self, key: &str) -> Option<&str> {
        self.meta.iter().find(|(name, value)| name == key && !value.trim().is_empty()).map(|(_, value)| value.trim())
    }

    /// What to call it in a message: its title, or its address, or its number.
    #[must_use]
    pub fn label(&self) -> String {
        let title = self.title.trim();
        let kind = if self.post_type.is_empty() { "item" } else { &self.post_type };
        let id = if self.id == 0 { format!("no. {} of the file", self.number) } else { self.id.to_string() };
        if title.is_empty() { format!("{kind} {id}") } else { format!("{kind} {id} “{}”", shortened(title)) }
    }
}

/// At most 60 characters of a title.
fn shortened(title: &str) -> String {
    match title.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &title[..end]),
        None => title.to_owned(),
    }
}
