//! Addresses that WordPress would have shown as a player or a post (oEmbed), made into what can be stored: the
//! provider's frame where its address follows from the page's, else a link. Nobody is asked over the network.

use url::Url;

use super::markup::{escaped, quoted};

/// The embed of an address, or `None` when no provider is known for it.
pub(super) fn embed(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let host = url.host_str()?.trim_start_matches("www.").trim_start_matches("m.").trim_start_matches("mobile.");
    let parts: Vec<&str> = url.path_segments().map(|parts| parts.filter(|part| !part.is_empty()).collect()).unwrap_or_default();
    let query = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let first = parts.first().copied().unwrap_or_default();
    let second = parts.get(1).copied().unwrap_or_default();
    match host {
        "youtube.com" | "youtube-nocookie.com" | "music.youtube.com" => {
            let id = match first {
                "embed" | "v" | "shorts" | "live" => second.to_owned(),
                "playlist" => {
                    return Some(frame(&format!("https://www.youtube.com/embed/videoseries?list={}", token(&query("list")?)?), "YouTube"));
                }
                _ => query("v")?,
            };
            youtube(&id, query("t").or_else(|| query("start")))
        }
        "youtu.be" => youtube(first, query("t")),
        "vimeo.com" | "player.vimeo.com" => {
            let place = parts.iter().rposition(|part| is_number(part))?;
            let hash = parts
                .get(place + 1)
                .copied()
                .map(str::to_owned)
                .or_else(|| query("h"))
                .and_then(|hash| token(&hash).map(|hash| format!("?h={hash}")));
            Some(frame(&format!("https://player.vimeo.com/video/{}{}", parts.get(place)?, hash.unwrap_or_default()), "Vimeo"))
        }
        "dailymotion.com" | "dai.ly" => {
            let id = if host == "dai.ly" { first } else { parts.last()?.split('_').next()? };
            Some(frame(&format!("https://www.dailymotion.com/embed/video/{}", token(id)?), "Dailymotion"))
        }
        "open.spotify.com" if !parts.is_empty() && first != "embed" => {
            // Localised pages begin with `intl-de`.
            let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.starts_with("intl-")).collect();
            Some(frame(&format!("https://open.spotify.com/embed/{}/{}", token(parts.first()?)?, token(parts.get(1)?)?), "Spotify"))
        }
        "soundcloud.com" => {
            let target: String = url::form_urlencoded::byte_serialize(address.as_bytes()).collect();
            Some(frame(&format!("https://w.soundcloud.com/player/?url={target}"), "SoundCloud"))
        }
        "ted.com" if first == "talks" => Some(frame(&format!("https://embed.ted.com/talks/{}", token(second)?), "TED")),
        "streamable.com" => Some(frame(&format!("https://streamable.com/e/{}", token(parts.last()?)?), "Streamable")),
        "mixcloud.com" => {
            let target: String = url::form_urlencoded::byte_serialize(url.path().as_bytes()).collect();
            Some(frame(&format!("https://www.mixcloud.com/widget/iframe/?feed={target}"), "Mixcloud"))
        }
        "archive.org" if first == "details" || first == "embed" => {
            Some(frame(&format!("https://archive.org/embed/{}", token(second)?), "Internet Archive"))
        }
        "twitter.com" | "x.com" => {
            let place = parts.iter().position(|part| matches!(*part, "status" | "statuses"))?;
            parts.get(place + 1).filter(|id| is_number(id))?;
            Some(quote("twitter-tweet", "", address))
        }
        "instagram.com" if matches!(first, "p" | "reel" | "tv") => {
            Some(quote("instagram-media", &format!(" data-instgrm-permalink=\"{}\"", quoted(address)), address))
        }
        "tiktok.com" => {
            let id = parts.iter().rfind(|part| is_number(part))?;
            Some(quote("tiktok-embed", &format!(" cite=\"{}\" data-video-id=\"{id}\"", quoted(address)), address))
        }
        "facebook.com" | "fb.watch" => {
            let is_video = host == "fb.watch" || parts.contains(&"videos") || first == "watch";
            let class = if is_video { "fb-video" } else { "fb-post" };
            Some(format!(
                "<div class=\"{class}\" data-href=\"{}\"><a href=\"{}\">{}</a></div>",
                quoted(address),
                quoted(address),
                escaped(address)
            ))
        }
        "reddit.com" if parts.contains(&"comments") => Some(quote("reddit-embed-bq", "", address)),
        "flickr.com" | "flic.kr" | "scribd.com" | "slideshare.net" | "imgur.com" | "kickstarter.com" | "issuu.com" | "speakerdeck.com"
        | "wordpress.tv" | "videopress.com" | "pinterest.com" | "tumblr.com" | "gist.github.com" | "bsky.app" | "threads.net" => {
            Some(link(address))
        }
        _ => None,
    }
}

/// A paragraph with the address as a link.
pub(super) fn link(address: &str) -> String {
    format!("<p><a href=\"{}\">{}</a></p>", quoted(address), escaped(address))
}

fn youtube(id: &str, start: Option<String>) -> Option<String> {
    let id = token(id)?;
    let start =
        start.as_deref().and_then(seconds).filter(|seconds| *seconds > 0).map(|seconds| format!("?start={seconds}")).unwrap_or_default();
    Some(frame(&format!("https://www.youtube.com/embed/{id}{start}"), "YouTube"))
}

/// `90`, `90s`, `1m30s`, `1h2m3s`.
fn seconds(text: &str) -> Option<u64> {
    let (mut total, mut number) = (0_u64, 0_u64);
    for character in text.chars() {
        match character {
            '0'..='9' => number = number.checked_mul(10)?.checked_add(u64::from(character.to_digit(10)?))?,
            'h' => (total, number) = (total.checked_add(number.checked_mul(3600)?)?, 0),
            'm' => (total, number) = (total.checked_add(number.checked_mul(60)?)?, 0),
            's' => (total, number) = (total.checked_add(number)?, 0),
            _ => return None,
        }
    }
    total.checked_add(number)
}

fn frame(address: &str, title: &str) -> String {
    format!("<figure><iframe src=\"{}\" title=\"{title}\" loading=\"lazy\" allowfullscreen></iframe></figure>", quoted(address))
}

/// What the provider's script turns into the post, and what is readable without it.
fn quote(class: &str, attributes: &str, address: &str) -> String {
    format!("<blockquote class=\"{class}\"{attributes}><p><a href=\"{}\">{}</a></p></blockquote>", quoted(address), escaped(address))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// An id that may go into an address.
fn token(text: &str) -> Option<&str> {
    (!text.is_empty() && text.len() <= 100 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')))
        .then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_pages_become_frames() {
        for (page, frame) in [
            ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=1m5s", "https://www.youtube.com/embed/dQw4w9WgXcQ?start=65"),
            ("http://youtu.be/dQw4w9WgXcQ", "https://www.youtube.com/embed/dQw4w9WgXcQ"),
            ("https://m.youtube.com/shorts/abc_-1", "https://www.youtube.com/embed/abc_-1"),
            ("https://www.youtube.com/playlist?list=PL1", "https://www.youtube.com/embed/videoseries?list=PL1"),
            ("https://vimeo.com/22439234", "https://player.vimeo.com/video/22439234"),
            ("https://vimeo.com/channels/staffpicks/22439234", "https://player.vimeo.com/video/22439234"),
            ("https://vimeo.com/22439234/a1b2", "https://player.vimeo.com/video/22439234?h=a1b2"),
            ("https://www.dailymotion.com/video/x7abc_some-title", "https://www.dailymotion.com/embed/video/x7abc"),
            ("https://open.spotify.com/track/4uL?si=1", "https://open.spotify.com/embed/track/4uL"),
        ] {
            let html = embed(page).unwrap_or_default();
            assert!(html.contains(&format!("src=\"{frame}\"")), "{page}: {html}");
        }
    }

    #[test]
    fn posts_become_what_their_scripts_look_for() {
        assert!(embed("https://twitter.com/a/status/1").is_some_and(|html| html.contains("twitter-tweet")));
        assert!(
            embed("https://www.instagram.com/p/Ab1/")
                .is_some_and(|html| html.contains("data-instgrm-permalink=\"https://www.instagram.com/p/Ab1/\""))
        );
        assert!(embed("https://www.tiktok.com/@a/video/77").is_some_and(|html| html.contains("data-video-id=\"77\"")));
    }

    #[test]
    fn what_is_no_embed_stays_alone() {
        for page in
            ["https://example.org/", "https://twitter.com/a", "https://www.youtube.com/@channel", "https://vimeo.com/about", "nonsense"]
        {
            assert_eq!(embed(page), None, "{page}");
        }
        assert_eq!(embed("https://youtu.be/%22%3E%3Cscript%3E"), None);
    }
}
