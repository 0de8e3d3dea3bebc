//! The pictures, sounds and reusable blocks that bodies refer to by number, looked up while they are converted.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

/// An attachment: what its item in the file says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Attachment {
    /// Its post id.
    pub id: u64,
    /// The post that it was uploaded to, 0 for none.
    pub parent: u64,
    /// Where the file is.
    pub url: String,
    /// Plain text; often the file's name.
    pub title: String,
    /// Plain text for those who do not see it, or empty.
    pub alt: String,
    /// Plain text, or empty.
    pub caption: String,
    /// Who made it, or empty.
    pub credit: String,
    /// In pixels.
    pub width: Option<i32>,
    /// In pixels.
    pub height: Option<i32>,
    /// In bytes.
    pub size_bytes: Option<i64>,
    /// By the ending of its address.
    pub mime_type: Option<&'static str>,
    /// The place among the attachments of its post.
    pub order: i64,
    /// How an import knows it again.
    pub external_id: String,
    /// When it was uploaded.
    pub uploaded_at: Option<DateTime<Utc>>,
    /// The id of the media record made of it; none while nothing is stored.
    #[serde(skip)]
    pub media_id: Option<Uuid>,
}

impl Attachment {
    /// Whether it is a picture (also when nothing says what it is).
    pub fn is_image(&self) -> bool {
        self.mime_type.is_none_or(|kind| kind.starts_with("image/"))
    }
}

/// What bodies refer to.
#[derive(Clone, Debug, Default)]
pub struct Library {
    attachments: Vec<Attachment>,
    by_id: HashMap<u64, usize>,
    /// Attachments by the post they belong to.
    children: HashMap<u64, Vec<usize>>,
    reusable_blocks: HashMap<u64, String>,
}

impl Library {
    /// Takes an attachment in. One without a number cannot be referred to; of two with one number the first is meant.
    pub fn add(&mut self, attachment: Attachment) {
        let place = self.attachments.len();
        if attachment.id != 0 {
            self.by_id.entry(attachment.id).or_insert(place);
            if attachment.parent != 0 {
                self.children.entry(attachment.parent).or_default().push(place);
            }
        }
        self.attachments.push(attachment);
    }

    /// Takes a reusable block (`wp_block`) in.
    pub fn add_reusable_block(&mut self, id: u64, content: String) {
        self.reusable_blocks.entry(id).or_insert(content);
    }

    /// All attachments, in file order.
    pub fn attachments(&self) -> &[Attachment] {
        &self.attachments
    }

    /// Says which media record was made of the attachment at a place of that list.
    pub fn set_media_id(&mut self, place: usize, media_id: Uuid) {
        if let Some(attachment) = self.attachments.get_mut(place) {
            attachment.media_id = Some(media_id);
        }
    }

    /// Forgets the media record at a place unless `is_there`.
    pub fn keep_media_id(&mut self, place: usize, is_there: impl Fn(Uuid) -> bool) {
        if let Some(attachment) = self.attachments.get_mut(place) {
            attachment.media_id = attachment.media_id.filter(|id| is_there(*id));
        }
    }

    /// An attachment by its number.
    pub fn attachment(&self, id: u64) -> Option<&Attachment> {
        self.by_id.get(&id).and_then(|place| self.attachments.get(*place))
    }

    /// The attachments uploaded to a post, as a gallery without `ids` shows them: by order, then number.
    pub fn attached_to(&self, post: u64) -> Vec<&Attachment> {
        let places = self.children.get(&post).map(Vec::as_slice).unwrap_or_default();
        let mut found: Vec<&Attachment> = places.iter().filter_map(|place| self.attachments.get(*place)).collect();
        found.sort_by_key(|attachment| (attachment.order, attachment.id));
        found
    }

    /// The content of a reusable block.
    pub fn reusable_block(&self, id: u64) -> Option<&str> {
        self.reusable_blocks.get(&id).map(String::as_str)
    }
}
