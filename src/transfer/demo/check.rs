//! Whether the files agree with each other, and the publication has all that a front end should meet.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::publication::{Article, MenuItem, Publication, Section};
use crate::domain::{
    article::{Kind, SourceRights, Status},
    author::AuthorKind,
    language,
};

fn publication() -> Publication {
    Publication::read().unwrap()
}

fn paths(sections: &[Section], above: &str, into: &mut BTreeSet<String>) {
    for section in sections {
        let path = if above.is_empty() { section.slug.clone() } else { format!("{above}/{}", section.slug) };
        paths(&section.children, &path, into);
        assert!(into.insert(path), "{} is there twice", section.slug);
    }
}

fn unique<'a>(slugs: impl Iterator<Item = &'a String>) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    for slug in slugs {
        assert!(seen.insert(slug.as_str()), "{slug} is there twice");
        assert!(slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{slug} is no slug");
    }
    seen
}

/// The names that follow `scheme` in a text.
fn links<'a>(text: &'a str, scheme: &str) -> Vec<&'a str> {
    text.split(&format!("]({scheme}:")).skip(1).map(|rest| rest.split(')').next().unwrap()).collect()
}

fn visible(article: &Article) -> bool {
    article.head.status == Status::Published && article.head.withdrawn_hours_ago.is_none()
}

#[test]
fn every_reference_resolves() {
    let Publication { structure, pages, articles } = publication();
    let mut sections = BTreeSet::new();
    paths(&structure.sections, "", &mut sections);
    let tags = unique(structure.tags.iter().map(|tag| &tag.slug));
    let authors = unique(structure.authors.iter().map(|author| &author.slug));
    let media = unique(structure.media.iter().map(|item| &item.slug));
    let sources = unique(structure.sources.iter().map(|source| &source.slug));
    let page_slugs = unique(pages.iter().map(|page| &page.slug));
    let slugs = unique(articles.iter().map(|article| &article.slug));

    assert!(media.contains(structure.site.logo.as_str()));
    for author in &structure.authors {
        assert!(author.portrait.iter().all(|slug| media.contains(slug.as_str())), "{}", author.slug);
    }
    for collection in &structure.collections {
        unique(collection.articles.iter());
        for slug in &collection.articles {
            assert!(articles.iter().any(|article| article.slug == *slug && visible(article)), "{}: {slug}", collection.slug);
        }
    }
    let mut items: Vec<&MenuItem> = structure.menus.iter().flat_map(|menu| &menu.items).collect();
    while let Some(item) = items.pop() {
        items.extend(&item.children);
        let targets = [&item.url, &item.section, &item.page, &item.article, &item.tag].iter().filter(|target| target.is_some()).count();
        assert!(targets == 1 || targets == 0 && !item.children.is_empty(), "{}", item.label);
        assert!(item.section.iter().all(|path| sections.contains(path)), "{}", item.label);
        assert!(item.page.iter().all(|slug| page_slugs.contains(slug.as_str())), "{}", item.label);
        assert!(item.article.iter().all(|slug| slugs.contains(slug.as_str())), "{}", item.label);
        assert!(item.tag.iter().all(|slug| tags.contains(slug.as_str())), "{}", item.label);
    }
    for (slug, text) in pages.iter().map(|p| (&p.slug, &p.text)).chain(articles.iter().map(|a| (&a.slug, &a.text))) {
        assert!(links(text, "article").iter().all(|link| slugs.contains(link) && link != slug), "{slug} links to nothing or to itself");
        assert!(links(text, "page").iter().all(|link| page_slugs.contains(link)), "{slug} links to no page");
        assert!(links(text, "media").iter().all(|link| media.contains(link)), "{slug} shows no picture");
    }
    for Article { slug, head, .. } in &articles {
        assert!(sections.contains(&head.section), "{slug}: {}", head.section);
        assert!(head.sections.iter().all(|path| sections.contains(path) && *path != head.section), "{slug}: {:?}", head.sections);
        assert!(head.tags.iter().all(|tag| tags.contains(tag.as_str())), "{slug}: {:?}", head.tags);
        assert!(!head.byline.is_empty(), "{slug} is unsigned");
        assert!(head.signatures().unwrap().iter().all(|(author, _)| authors.contains(author)), "{slug}: {:?}", head.byline);
        assert!(head.lead_media.iter().all(|item| media.contains(item.as_str())), "{slug}: {:?}", head.lead_media);
        assert!(head.related.iter().all(|other| slugs.contains(other.as_str()) && other != slug), "{slug}: {:?}", head.related);
        assert!(head.source.iter().all(|source| sources.contains(source.as_str())), "{slug}: {:?}", head.source);
        assert!(language::parse(&head.language).is_ok_and(|tag| structure.site.languages.contains(&tag)), "{slug}");
    }
    for tag in tags {
        assert!(articles.iter().any(|article| article.head.tags.iter().any(|slug| slug == tag)), "nothing is tagged {tag}");
    }
    for section in &sections {
        let below = format!("{section}/");
        let stands = |path: &String| path == section || path.starts_with(&below);
        assert!(
            articles.iter().any(|a| visible(a) && (stands(&a.head.section) || a.head.sections.iter().any(stands))),
            "{section} is empty"
        );
    }
}

#[test]
fn times_tell_one_story() {
    let articles = publication().articles;
    let by_slug: BTreeMap<&str, &Article> = articles.iter().map(|article| (article.slug.as_str(), article)).collect();
    for Article { slug, head, text } in &articles {
        match head.status {
            Status::Published => assert!(head.published_hours_ago.is_some() && head.scheduled_in_hours.is_none(), "{slug}"),
            Status::Scheduled => assert!(head.published_hours_ago.is_none() && head.scheduled_in_hours.is_some(), "{slug}"),
            _ => assert!(head.published_hours_ago.is_none() && head.scheduled_in_hours.is_none(), "{slug}"),
        }
        assert_eq!(head.withdrawn_hours_ago.is_some(), head.withdrawal_reason.is_some(), "{slug}");
        let Some(published) = head.published_hours_ago else { continue };
        for later in head.updated_hours_ago.iter().chain(&head.withdrawn_hours_ago).chain(head.corrections.iter().map(|c| &c.hours_ago)) {
            assert!(*later <= published && *later > 0, "{slug}");
        }
        if let Some(original) = &head.translation_of {
            let original = by_slug[original.as_str()];
            assert!(original.head.published_hours_ago >= Some(published), "{slug} came before its original");
            assert_ne!(original.head.language, head.language, "{slug}");
        }
        // Who links to what came out later was updated since.
        let last = head.updated_hours_ago.unwrap_or(published);
        for link in links(text, "article") {
            assert!(by_slug[link].head.published_hours_ago >= Some(last), "{slug} ({last} h) knows of {link} too early");
        }
        assert!(!text.contains('\t') && !text.contains("  \n"), "{slug} has stray blanks");
    }
}

#[test]
fn it_has_all_that_a_front_end_should_meet() {
    let Publication { structure, articles, .. } = publication();
    let shown: Vec<&Article> = articles.iter().filter(|article| visible(article)).collect();
    let count = |language: &str| shown.iter().filter(|article| article.head.language == language).count();
    assert!(shown.len() >= 40, "{}", shown.len());
    assert!(count("tr") * 4 >= shown.len(), "{} of {}", count("tr"), shown.len());
    assert!(structure.tags.len() >= 25 && structure.authors.len() >= 10 && structure.media.len() >= 15);
    assert!(structure.authors.iter().any(|author| author.kind == AuthorKind::Organisation));
    assert!(shown.iter().filter(|article| article.head.translation_of.is_some()).count() >= 5);
    let restricted = structure.sources.iter().filter(|source| source.rights == SourceRights::NoSyndication);
    assert!(restricted.flat_map(|s| shown.iter().filter(|a| a.head.source.as_ref() == Some(&s.slug))).count() >= 1);
    let mut sections = BTreeSet::new();
    paths(&structure.sections, "", &mut sections);
    assert!(sections.iter().any(|path| path.matches('/').count() == 2));

    let hidden: HashSet<Status> = articles.iter().map(|article| article.head.status).filter(|s| *s != Status::Published).collect();
    assert_eq!(hidden, HashSet::from([Status::Draft, Status::InReview, Status::Scheduled]));
    assert!(articles.iter().any(|article| article.head.withdrawn_hours_ago.is_some()));

    let kinds: HashSet<Kind> = shown.iter().map(|article| article.head.kind).collect();
    assert_eq!(kinds.len(), 9, "{kinds:?}");
    for article in &shown {
        let words = article.text.split_whitespace().count();
        assert!((150..=560).contains(&words), "{}: {words} words", article.slug);
    }
    for (what, has) in [
        ("a table", "\n| --- |"),
        ("a numbered list", "\n1. "),
        ("a list", "\n- "),
        ("a quote", "\n> "),
        ("a subhead", "\n## "),
        ("a pull quote", "pullquote"),
        ("a picture", "](media:"),
    ] {
        assert!(shown.iter().any(|article| article.text.contains(has)), "no text has {what}");
    }
    for tag in ["storm-ottilie", "ferry-strike", "north-shoal", "aske-bridge"] {
        assert!(shown.iter().filter(|a| a.head.tags.iter().any(|slug| slug == tag)).count() >= 4, "{tag} is no cluster");
    }
}
