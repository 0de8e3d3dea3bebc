//! From `post_content` to HTML: blocks or paragraphs, shortcodes, embeds, pictures. Not yet sanitised.

use super::blocks::{has_blocks, unwrapped};
use super::images::tied;
use super::library::Library;
use super::paragraphs::paragraphs;
use super::shortcode::{Findings, Scene, expand};

/// A converted body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// HTML that has still to be sanitised.
    pub html: String,
    /// The attachments whose pictures stand in it, by number, in order.
    pub pictures: Vec<u64>,
}

/// Converts the content of a post; what could not be taken over is added to `findings`.
pub fn convert(content: &str, post: u64, library: &Library, findings: &mut Findings) -> Body {
    let mut scene = Scene { library, post, findings };
    let html = if has_blocks(content) {
        let html = unwrapped(content, &mut scene);
        expand(&html, &mut scene)
    } else {
        paragraphs(&expand(content, &mut scene))
    };
    let (html, pictures) = tied(&html, library);
    Body { html, pictures }
}
