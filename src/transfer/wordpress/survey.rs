//! The first reading of a file: everything but the bodies of posts. It settles what posts refer to (sections, authors, pictures
//! that may stand after them in the file), and finds out that the file is whole before anything is written.

use std::collections::HashSet;
use std::io::BufRead;

use super::attachment::attachment;
use super::authors::Authors;
use super::convert::{Keys, fingerprint};
use super::library::{Attachment, Library};
use super::menus::{Menus, PlannedMenu};
use super::read::{ReadOptions, WxrReader};
use super::record::{Channel, Item, Record};
use super::terms::{NO_CATEGORY, Terms};
use super::xml::ReadError;
use crate::domain::language;
use crate::transfer::report::Report;

/// Types of items that are read here and not as posts.
pub(super) const STRUCTURE: &[&str] = &["attachment", "nav_menu_item", "guest-author", "wp_block"];

/// What a file holds besides its posts.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    /// The site that was exported.
    pub channel: Channel,
    /// Who signed.
    pub authors: Authors,
    /// Categories.
    pub sections: Terms,
    /// Tags.
    pub tags: Terms,
    /// Pictures and reusable blocks.
    pub library: Library,
    /// Menus, settled.
    pub menus: Vec<PlannedMenu>,
    /// The posts whose titles menus show.
    pub posts_to_name: HashSet<u64>,
    keys: Keys,
    /// How many items there are.
    pub items: u64,
    /// The bytes of the file, decoded.
    pub bytes: u64,
}

impl Survey {
    /// Where the content comes from: the same for every export of one blog.
    pub fn origin(&self) -> String {
        let channel = &self.channel;
        // On a network all blogs share the site's address.
        let address = [&channel.base_blog_url, &channel.base_site_url, &channel.link].into_iter().find(|address| !address.is_empty());
        let address = address.map_or_else(|| channel.title.to_lowercase(), |address| address.trim_end_matches('/').to_lowercase());
        let address = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")).unwrap_or(&address).to_owned();
        format!("wordpress:{address}")
    }

    /// The language of the site, if it says one.
    pub fn language(&self) -> Option<String> {
        language_tag(&self.channel.language)
    }

    /// Whether an item is to become an article or a page.
    pub fn is_post(item: &Item, post_types: &[String]) -> bool {
        matches!(item.post_type.as_str(), "post" | "page" | "") || post_types.contains(&item.post_type)
    }
}

/// `pt_BR`, `en-US`, `de_DE_formal` as a language tag.
pub(super) fn language_tag(text: &str) -> Option<String> {
    let text = text.trim().replace('_', "-");
    let mut parts = text.split('-');
    let short = match (parts.next(), parts.next()) {
        (Some(language), Some(region)) => format!("{language}-{region}"),
        _ => text.clone(),
    };
    language::parse(&text).or_else(|_| language::parse(&short)).ok()
}

/// Reads a whole file. `progress` is told how many bytes are read.
pub fn survey(
    input: impl BufRead,
    options: ReadOptions,
    post_types: &[String],
    report: &mut Report,
    mut progress: impl FnMut(u64),
) -> Result<Survey, ReadError> {
    let mut reader = WxrReader::new(input, options)?;
    let mut survey = Survey::default();
    let mut menus = Menus::default();
    let mut comments = 0;
    while let Some(record) = reader.next_record()? {
        match record {
            Record::Author(author) => survey.authors.define(&author),
            Record::Term(term) => match term.taxonomy.as_str() {
                "category" => survey.sections.define(&term),
                "post_tag" => survey.tags.define(&term),
                "nav_menu" => menus.define(&term),
                // Their items tell what they are for.
                "post_format" | "author" | "language" | "term_language" | "post_translations" | "term_translations" | "link_category" => {}
                other => report.skip(format!("a term of the taxonomy `{other}`"), &term.name),
            },
            Record::Item(item) => {
                survey.items += 1;
                comments += item.comments;
                survey.take(&item, post_types, &mut menus, report);
            }
        }
        progress(reader.place().byte);
    }
    survey.bytes = reader.place().byte;
    survey.channel = reader.channel().clone();
    if comments > 0 {
        report.skipped.insert(
            "comments and pings, which Broadsheet does not hold".into(),
            crate::transfer::report::Counted { count: comments, examples: Vec::new() },
        );
    }
    report.warn_times("control characters dropped", reader.dropped_control_characters(), "");
    survey.settle(&menus, report);
    Ok(survey)
}

impl Survey {
    fn take(&mut self, item: &Item, post_types: &[String], menus: &mut Menus, report: &mut Report) {
        match item.post_type.as_str() {
            "attachment" => {
                if item.status == "trash" {
                    report.skip("in the trash", item.label());
                } else if let Some(mut attachment) = attachment(item) {
                    match self.keys.give(std::mem::take(&mut attachment.external_id), fingerprint(item)) {
                        Some(external_id) => self.library.add(Attachment { external_id, ..attachment }),
                        None => report.skip("repeated in the file: the first is taken", item.label()),
                    }
                } else {
                    report.skip("an attachment without an address", item.label());
                }
            }
            "nav_menu_item" => menus.add(item, report),
            "guest-author" => self.authors.define_guest(item),
            "wp_block" => self.library.add_reusable_block(item.id, item.content.clone()),
            _ if Self::is_post(item, post_types) && item.status != "trash" && item.status != "auto-draft" => {
                self.authors.meet(item);
                // Pages have no sections or tags here.
                if item.post_type != "page" {
                    if !item.terms.iter().any(|term| term.domain == "category") {
                        self.sections.ensure(NO_CATEGORY, "Uncategorized");
                    }
                    for term in &item.terms {
                        match term.domain.as_str() {
                            "category" => self.sections.meet(term),
                            "post_tag" | "tag" => self.tags.meet(term),
                            _ => {}
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn settle(&mut self, menus: &Menus, report: &mut Report) {
        self.sections.settle(report);
        self.tags.settle(report);
        self.posts_to_name = menus.posts_to_name();
        self.menus = menus.planned();
        if self.channel.wxr_version.is_empty() {
            report.warn("the file does not say which version of the format it has; read as 1.2", "");
        } else if !matches!(self.channel.wxr_version.as_str(), "1.0" | "1.1" | "1.2") {
            report.warn(format!("version {} of the format is newer than what is known (1.2)", self.channel.wxr_version), "");
        }
        if self.channel.base_blog_url.is_empty() && self.channel.base_site_url.is_empty() && self.channel.link.is_empty() {
            report.warn("the file does not say which site it comes from; it is known by its title", &self.channel.title);
        }
    }
}
