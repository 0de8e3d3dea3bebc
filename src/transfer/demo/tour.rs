//! What the demo has to show.

/// What is to be seen, and the path under which it is. A test tries each.
pub const TOUR: &[(&str, &str)] = &[
    ("the newest, as cards", "/v1/articles?limit=5&fields=title,standfirst,section.name,published_at"),
    ("a whole article page in one call", "/v1/articles/port-reopens-after-ottilie?include=related,more_in_section,breadcrumbs"),
    ("the same article for a native app", "/v1/articles/port-reopens-after-ottilie?body=blocks"),
    ("the section tree", "/v1/sections"),
    ("a section with all below it", "/v1/articles?section=news/transport"),
    ("in Turkish", "/v1/articles?language=tr"),
    ("the front page, in the editors' order", "/v1/collections/front-page"),
    ("the menu of the header", "/v1/menus/header"),
    ("search", "/v1/search?q=sea+gate"),
    ("for feed readers", "/v1/feeds/latest.json"),
    ("a section for feed readers", "/v1/feeds/sections/news/transport.rss"),
];
