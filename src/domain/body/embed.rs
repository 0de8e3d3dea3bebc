//! Who may be embedded: the hosts whose frames are kept, and the names by which clients know them.

use url::Url;

/// Host (itself or any subdomain), the beginning of the path, and the provider's name.
const FRAMES: &[(&str, &str, &str)] = &[
    ("youtube.com", "/embed/", "youtube"),
    ("youtube-nocookie.com", "/embed/", "youtube"),
    ("player.vimeo.com", "/", "vimeo"),
    ("dailymotion.com", "/embed/", "dailymotion"),
    ("geo.dailymotion.com", "/", "dailymotion"),
    ("open.spotify.com", "/embed", "spotify"),
    ("embed.podcasts.apple.com", "/", "apple_podcasts"),
    ("w.soundcloud.com", "/player", "soundcloud"),
    ("mixcloud.com", "/widget/", "mixcloud"),
    ("bandcamp.com", "/EmbeddedPlayer", "bandcamp"),
    ("embed.bsky.app", "/", "bluesky"),
    ("platform.twitter.com", "/", "x"),
    ("platform.x.com", "/", "x"),
    ("instagram.com", "/", "instagram"),
    ("facebook.com", "/plugins/", "facebook"),
    ("tiktok.com", "/", "tiktok"),
    ("datawrapper.dwcdn.net", "/", "datawrapper"),
    ("flo.uri.sh", "/", "flourish"),
    ("google.com", "/maps/embed", "google_maps"),
    ("maps.google.com", "/maps", "google_maps"),
    ("openstreetmap.org", "/export/embed", "openstreetmap"),
    ("giphy.com", "/embed/", "giphy"),
    ("streamable.com", "/", "streamable"),
    ("player.twitch.tv", "/", "twitch"),
    ("clips.twitch.tv", "/embed", "twitch"),
    ("ted.com", "/", "ted"),
    ("archive.org", "/embed/", "internet_archive"),
    ("documentcloud.org", "/", "documentcloud"),
    ("infogram.com", "/", "infogram"),
    ("scribd.com", "/embeds/", "scribd"),
    ("rutube.ru", "/play/embed/", "rutube"),
    ("vk.com", "/video_ext.php", "vk"),
    ("t.me", "/", "telegram"),
];

/// The classes of script embeds, and their providers.
const CLASSES: &[(&str, &str)] = &[
    ("bluesky-embed", "bluesky"),
    ("fb-post", "facebook"),
    ("fb-video", "facebook"),
    ("flourish-embed", "flourish"),
    ("imgur-embed-pub", "imgur"),
    ("instagram-media", "instagram"),
    ("mastodon-embed", "mastodon"),
    ("reddit-embed-bq", "reddit"),
    ("tiktok-embed", "tiktok"),
    ("twitter-tweet", "x"),
    ("twitter-video", "x"),
];

/// The provider of a frame's address; `None` when it is not one that may be embedded.
///
/// Only https counts. An address that names no scheme is taken for https.
pub(super) fn frame_provider(address: &str) -> Option<&'static str> {
    let url = match address.strip_prefix("//") {
        Some(rest) => Url::parse(&format!("https://{rest}")).ok()?,
        None => Url::parse(address).ok()?,
    };
    // A port or a user name is no part of any provider's addresses, and a classic way to look like one.
    if url.scheme() != "https" || url.port().is_some() || !url.username().is_empty() {
        return None;
    }
    let host = url.host_str()?;
    FRAMES
        .iter()
        .find(|(known, path, _)| {
            let is_host = host == *known || host.strip_suffix(known).is_some_and(|front| front.ends_with('.'));
            is_host && url.path().starts_with(path)
        })
        .map(|(_, _, provider)| *provider)
}

/// The provider of a script embed, by the classes of its placeholder.
pub(super) fn class_provider(class: &str) -> Option<&'static str> {
    CLASSES.iter().find(|(known, _)| class.split_ascii_whitespace().any(|word| word == *known)).map(|(_, provider)| *provider)
}

#[cfg(test)]
mod tests {
    use super::{class_provider, frame_provider};

    #[test]
    fn known_players_are_named() {
        for (address, provider) in [
            ("https://www.youtube.com/embed/abc", "youtube"),
            ("//www.youtube-nocookie.com/embed/abc?start=3", "youtube"),
            ("https://player.vimeo.com/video/1", "vimeo"),
            ("https://www.google.com/maps/embed?pb=1", "google_maps"),
            ("https://www.facebook.com/plugins/post.php?href=x", "facebook"),
        ] {
            assert_eq!(frame_provider(address), Some(provider), "{address}");
        }
        assert_eq!(class_provider("wide twitter-tweet"), Some("x"));
    }

    #[test]
    fn look_alikes_are_refused() {
        for address in [
            "http://www.youtube.com/embed/abc",
            "https://notyoutube.com/embed/abc",
            "https://youtube.com.evil.example/embed/abc",
            "https://youtube.com@evil.example/embed/abc",
            "https://user@youtube.com/embed/abc",
            "https://youtube.com:8443/embed/abc",
            "https://www.google.com/search?q=x",
            "javascript://youtube.com/embed/%0aalert(1)",
            "/embed/abc",
        ] {
            assert_eq!(frame_provider(address), None, "{address}");
        }
        assert_eq!(class_provider("twitter-tweeters"), None);
    }
}
