//! From the item of an attachment to what is kept of it.

use super::convert::external_id;
use super::dates;
use super::library::Attachment;
use super::markup::plain;
use super::names::address;
use super::php::Php;
use super::record::Item;

/// Reads an attachment; none when it has no address.
pub(super) fn attachment(item: &Item) -> Option<Attachment> {
    // Files made by other tools leave the address out and put it into the guid, as WordPress itself does.
    let url = address(&item.attachment_url).or_else(|| address(&item.guid).filter(|url| mime_type(url).is_some()))?;
    let metadata = item.meta("_wp_attachment_metadata").and_then(Php::parse);
    let number = |key: &str| metadata.as_ref().and_then(|metadata| metadata.get(key)).and_then(Php::as_i64);
    let pixels = |key: &str| number(key).and_then(|number| i32::try_from(number).ok()).filter(|number| *number > 0);
    let of_image = |key: &str| {
        let text = metadata.as_ref()?.get("image_meta")?.get(key)?.as_str()?;
        Some(plain(text)).filter(|text| !text.is_empty() && text != "0")
    };
    let credit = ["_media_credit", "media_credit", "_credit", "credit", "_wp_attachment_credit", "photographer", "_photographer"]
        .into_iter()
        .find_map(|key| item.meta(key).map(plain))
        .filter(|credit| !credit.is_empty())
        .or_else(|| of_image("credit"))
        .or_else(|| of_image("copyright"))
        .unwrap_or_default();
    let (width, height) = (pixels("width"), pixels("height"));
    Some(Attachment {
        id: item.id,
        parent: item.parent,
        mime_type: mime_type(&url),
        title: shortened(&plain(&item.title), 300),
        alt: shortened(&item.meta("_wp_attachment_image_alt").map(plain).unwrap_or_default(), 1000),
        caption: shortened(&plain(&item.excerpt), 2000),
        credit: shortened(&credit, 300),
        // One without the other says nothing of the shape.
        width: height.and(width),
        height: width.and(height),
        size_bytes: number("filesize").filter(|bytes| *bytes > 0),
        order: item.menu_order,
        external_id: external_id(item),
        uploaded_at: dates::moment(&item.date_gmt, &item.date, &item.published, (&item.modified_gmt, &item.modified))
            .map(|moment| moment.at),
        url,
        media_id: None,
    })
}

/// At most so many characters.
pub(super) fn shortened(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => {
            // Between words, where there are any.
            let cut = text[..end].trim_end();
            let cut = cut.rfind(' ').filter(|at| *at > cut.len() / 2).map_or(cut, |at| &cut[..at]);
            let mut cut: String = cut.chars().take(longest.saturating_sub(1)).collect();
            cut.push('…');
            cut
        }
        None => text.to_owned(),
    }
}

/// The media type of a file, by the ending of its address.
pub(super) fn mime_type(url: &str) -> Option<&'static str> {
    let path = url.split(['?', '#']).next()?;
    let name = path.rsplit('/').next()?;
    let (_, ending) = name.rsplit_once('.')?;
    Some(match ending.to_ascii_lowercase().as_str() {
        "jpg" | "jpeg" | "jpe" | "jfif" => "image/jpeg",
        "png" => "image/png",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "svg" => "image/svg+xml",
        "bmp" => "image/bmp",
        "tif" | "tiff" => "image/tiff",
        "heic" => "image/heic",
        "ico" => "image/x-icon",
        "mp4" | "m4v" => "video/mp4",
        "webm" => "video/webm",
        "ogv" => "video/ogg",
        "mov" | "qt" => "video/quicktime",
        "avi" => "video/x-msvideo",
        "wmv" => "video/x-ms-wmv",
        "mpg" | "mpeg" => "video/mpeg",
        "3gp" => "video/3gpp",
        "mp3" => "audio/mpeg",
        "m4a" => "audio/mp4",
        "ogg" | "oga" => "audio/ogg",
        "wav" => "audio/wav",
        "flac" => "audio/flac",
        "wma" => "audio/x-ms-wma",
        "pdf" => "application/pdf",
        "zip" => "application/zip",
        "doc" => "application/msword",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xls" => "application/vnd.ms-excel",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "ppt" => "application/vnd.ms-powerpoint",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "csv" => "text/csv",
        "txt" => "text/plain",
        "rtf" => "application/rtf",
        "epub" => "application/epub+zip",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_a_picture_is_found() {
        let item = Item {
            id: 50,
            attachment_url: "https://gazette.example/quay.JPG?x=1".into(),
            excerpt: "The <b>quay</b> &amp; more".into(),
            meta: vec![
                ("_wp_attachment_image_alt".into(), "A quay".into()),
                (
                    "_wp_attachment_metadata".into(),
                    "a:3:{s:5:\"width\";i:1600;s:6:\"height\";i:900;s:10:\"image_meta\";a:1:{s:6:\"credit\";s:2:\"MA\";}}".into(),
                ),
            ],
            ..Item::default()
        };
        let read = attachment(&item).unwrap_or_default();
        assert_eq!((read.width, read.height, read.mime_type), (Some(1600), Some(900), Some("image/jpeg")));
        assert_eq!((read.caption.as_str(), read.alt.as_str(), read.credit.as_str()), ("The quay & more", "A quay", "MA"));
        assert_eq!(attachment(&Item { attachment_url: "javascript:alert(1)".into(), ..Item::default() }), None);
        assert!(attachment(&Item { guid: "https://gazette.example/a.png".into(), ..Item::default() }).is_some());
        assert_eq!(attachment(&Item { guid: "https://gazette.example/?p=1".into(), ..Item::default() }), None);
    }

    #[test]
    fn long_texts_end_between_words() {
        assert_eq!(shortened("one two three", 9), "one two…");
        assert_eq!(shortened("one", 9), "one");
        assert_eq!(shortened("äöüäöüäöüäöü", 5), "äöüä…");
    }
}
