//! The pictures that stand in bodies, tied to the attachments that they are (`class="wp-image-50"`).

use super::library::Library;
use super::markup::{attribute, quoted, tag_end};

/// Marks each known picture with its media record, gives it the attachment's alternative text where it has none, and
/// lists the records in the order of the body.
pub(super) fn tied(html: &str, library: &Library) -> (String, Vec<u64>) {
    let mut out = String::with_capacity(html.len());
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = html[at..].find("<img") {
        let here = at + start;
        let Some(end) = tag_end(html, here) else { break };
        let tag = &html[here..end];
        out.push_str(&html[at..here]);
        at = end;
        let attachment = attribute(tag, "class")
            .and_then(|class| class.split(' ').find_map(|word| word.strip_prefix("wp-image-")?.parse().ok()))
            .and_then(|id| library.attachment(id));
        let Some(attachment) = attachment else {
            out.push_str(tag);
            continue;
        };
        if !found.contains(&attachment.id) {
            found.push(attachment.id);
        }
        out.push_str("<img");
        if let Some(media_id) = attachment.media_id {
            out.push_str(&format!(" data-media-id=\"{media_id}\""));
        }
        if !attachment.alt.is_empty() && attribute(tag, "alt").is_none_or(|alt| alt.is_empty()) {
            // The first of two attributes of one name is the one that counts.
            out.push_str(&format!(" alt=\"{}\"", quoted(&attachment.alt)));
        }
        out.push_str(&tag[4..]);
    }
    out.push_str(&html[at..]);
    (out, found)
}

#[cfg(test)]
mod tests {
    use super::super::library::Attachment;
    use super::*;

    #[test]
    fn known_pictures_are_tied_and_described() {
        let mut library = Library::default();
        library.add(Attachment { id: 50, alt: "A \"grey\" quay".into(), ..Attachment::default() });
        library.set_media_id(0, uuid::Uuid::nil());
        let (html, found) =
            tied("<p><img class=\"size-full wp-image-50\" src=\"a.jpg\" alt=\"\"/><img class=\"wp-image-7\" src=\"b.jpg\"></p>", &library);
        assert_eq!(found, [50]);
        assert!(html.contains("data-media-id=\"00000000-0000-0000-0000-000000000000\" alt=\"A &quot;grey&quot; quay\" class="), "{html}");
        assert!(html.ends_with("<img class=\"wp-image-7\" src=\"b.jpg\"></p>"));
    }
}
