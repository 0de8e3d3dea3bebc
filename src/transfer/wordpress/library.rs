//! The pictures, sounds and reusable blocks that bodies refer to by number, looked up while they are converted.

use std::collections::HashMap;

use uuid::Uuid;

/// An attachment: what its item in the file says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
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
    /// The id of the media record made of it; none while nothing is stored.
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
    attachments: HashMap<u64, Attachment>,
    /// Attachments by the post they belong to, each list in the order of a gallery.
    children: HashMap<u64, Vec<u64>>,
    reusable_blocks: HashMap<u64, String>,
}

impl Library {
    /// Takes an attachment in. One without a number cannot be referred to.
    pub fn add(&mut self, attachment: Attachment) {
        if attachment.id == 0 || self.attachments.contains_key(&attachment.id) {
            return;
        }
        if attachment.parent != 0 {
            self.children.entry(attachment.parent).or_default().push(attachment.id);
        }
        self.attachments.insert(attachment.id, attachment);
    }

    /// Takes a reusable block (`wp_block`) in.
    pub fn add_reusable_block(&mut self, id: u64, content: String) {
        self.reusable_blocks.entry(id).or_insert(content);
    }

    /// Says which media record was made of an attachment.
    pub fn set_media_id(&mut self, id: u64, media_id: Uuid) {
        if let Some(attachment) = self.attachments.get_mut(&id) {
            attachment.media_id = Some(media_id);
        }
    }

    /// An attachment by its number.
    pub fn attachment(&self, id: u64) -> Option<&Attachment> {
        self.attachments.get(&id)
    }

    /// The attachments uploaded to a post, as a gallery without `ids` shows them: by order, then number.
    pub fn attached_to(&self, post: u64) -> Vec<&Attachment> {
        let ids = self.children.get(&post).map(Vec::as_slice).unwrap_or_default();
        let mut found: Vec<&Attachment> = ids.iter().filter_map(|id| self.attachments.get(id)).collect();
        found.sort_by_key(|attachment| (attachment.order, attachment.id));
        found
    }

    /// The content of a reusable block.
    pub fn reusable_block(&self, id: u64) -> Option<&str> {
        self.reusable_blocks.get(&id).map(String::as_str)
    }
}
