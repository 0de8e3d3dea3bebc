//! The reader: an export in, one [`Record`] at a time out. Never more than one item is in memory.

use std::io::{BufRead, Cursor, Read};

use super::encoding::{Decoded, sniff};
use super::place::Place;
use super::record::{Author, Channel, Item, ItemTerm, Record, Term};
use super::xml::{Events, Family, ReadError, Step, broken};

/// How much the reader takes and forgives.
#[derive(Clone, Copy, Debug)]
pub struct ReadOptions {
    /// The largest item, in bytes of the file.
    pub item_bytes: u64,
    /// Drop control characters that XML forbids, instead of refusing the file.
    pub drop_control_characters: bool,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self { item_bytes: 32 * 1024 * 1024, drop_control_characters: false }
    }
}

/// An export being read.
pub struct WxrReader<R> {
    events: Events<Decoded<std::io::Chain<Cursor<Vec<u8>>, R>>>,
    channel: Channel,
    items: u64,
    is_open: bool,
    is_done: bool,
    is_wordpress: bool,
}

impl<R: BufRead> WxrReader<R> {
    /// Looks at the first bytes; refuses what is no XML.
    pub fn new(mut input: R, options: ReadOptions) -> Result<Self, ReadError> {
        let mut start = Vec::new();
        input.by_ref().take(1024).read_to_end(&mut start).map_err(|source| ReadError::Io { place: Place::default(), source })?;
        let (encoding, mark) = sniff(&start).map_err(ReadError::Foreign)?;
        start.drain(..mark);
        // Some hosts' exports begin with empty lines; XML wants the declaration first, people do not care.
        let input = Decoded::new(Cursor::new(start).chain(input), encoding);
        Ok(Self {
            events: Events::new(input, options.item_bytes, options.drop_control_characters),
            channel: Channel::default(),
            items: 0,
            is_open: false,
            is_done: false,
            is_wordpress: false,
        })
    }

    /// What is known of the site so far; all of it once `next_record` has given `None`.
    pub fn channel(&self) -> &Channel {
        &self.channel
    }

    /// Where the next record begins; `byte` tells how far the file is read.
    pub fn place(&self) -> Place {
        self.events.place()
    }

    /// How many forbidden control characters were dropped so far.
    pub fn dropped_control_characters(&self) -> u64 {
        self.events.dropped_controls
    }

    /// The next record, or `None` at the end of a file that is whole.
    pub fn next_record(&mut self) -> Result<Option<Record>, ReadError> {
        if self.is_done {
            return Ok(None);
        }
        if !self.is_open {
            self.open_channel()?;
            self.is_open = true;
        }
        loop {
            self.events.refill();
            self.events.text.clear();
            self.events.has_cdata = false;
            let place = self.events.place();
            match self.events.step()? {
                Step::Open(family, name) => {
                    if let Some(record) = self.read_entry(family, &name, place)? {
                        return Ok(Some(record));
                    }
                }
                Step::Close => break,
                Step::Text => {}
                Step::End => return Ok(None),
            }
        }
        self.close_channel()?;
        Ok(None)
    }

    /// Reads on to the inside of `<rss><channel>`.
    fn open_channel(&mut self) -> Result<(), ReadError> {
        match self.events.step()? {
            Step::Open(Family::Rss, name) if name == "rss" => {}
            Step::Open(_, name) => return Err(ReadError::Foreign(format!("its root element is <{name}>, and an export's is <rss>"))),
            Step::Close | Step::Text | Step::End => return Err(ReadError::Foreign("the file holds no element".into())),
        }
        loop {
            match self.events.step()? {
                Step::Open(Family::Rss, name) if name == "channel" => return Ok(()),
                Step::Open(..) => self.events.skip()?,
                Step::Text => self.events.text.clear(),
                Step::Close | Step::End => return Err(ReadError::Foreign("its <rss> holds no <channel>".into())),
            }
        }
    }

    /// Reads from the end of the channel to the end of the file, which must be whole.
    fn close_channel(&mut self) -> Result<(), ReadError> {
        loop {
            match self.events.step()? {
                Step::Open(Family::Rss, name) if name == "channel" => {
                    return Err(broken(self.events.place(), "a second <channel> follows the first (two exports in one file?)".into()));
                }
                Step::Open(..) => self.events.skip()?,
                Step::Text | Step::Close => {}
                Step::End => break,
            }
        }
        self.is_done = true;
        if self.is_wordpress { Ok(()) } else { Err(no_export()) }
    }

    fn read_entry(&mut self, family: Family, name: &str, place: Place) -> Result<Option<Record>, ReadError> {
        if family == Family::WordPress {
            self.is_wordpress = true;
        }
        match (family, name) {
            (Family::Rss, "item") => return self.read_item(place).map(|item| Some(Record::Item(Box::new(item)))),
            (Family::WordPress, "author") => return self.read_author().map(|author| Some(Record::Author(author))),
            (Family::WordPress, "category" | "tag" | "term") => return self.read_term(name).map(|term| Some(Record::Term(term))),
            (Family::Rss, "title") => self.channel.title = self.value()?,
            (Family::Rss, "link") => self.channel.link = self.value()?,
            (Family::Rss, "description") => self.channel.description = self.value()?,
            (Family::Rss, "language") => self.channel.language = self.value()?,
            (Family::WordPress, "wxr_version") => self.channel.wxr_version = self.version()?,
            (Family::WordPress, "base_site_url") => self.channel.base_site_url = self.value()?,
            (Family::WordPress, "base_blog_url") => self.channel.base_blog_url = self.value()?,
            _ => self.events.skip()?,
        }
        Ok(None)
    }

    fn version(&mut self) -> Result<String, ReadError> {
        let place = self.events.place();
        let version = self.value()?;
        if version.is_empty() || version.starts_with("1.") || version == "1" {
            return Ok(version);
        }
        Err(broken(place, format!("this export has the format's version {version}; 1.0, 1.1 and 1.2 are known")))
    }

    fn value(&mut self) -> Result<String, ReadError> {
        Ok(self.events.text_of()?.trim().to_owned())
    }

    /// Each element directly in the one that was just opened: `take` reads it by `value` or `events`.
    fn each(&mut self, mut take: impl FnMut(&mut Self, Family, &str) -> Result<(), ReadError>) -> Result<(), ReadError> {
        loop {
            match self.events.step()? {
                Step::Open(family, name) => take(self, family, &name)?,
                Step::Text => self.events.text.clear(),
                Step::Close | Step::End => return Ok(()),
            }
        }
    }

    fn read_author(&mut self) -> Result<Author, ReadError> {
        let mut author = Author::default();
        self.each(|reader, _, name| {
            match name {
                "author_id" => author.id = number(&reader.value()?),
                "author_login" => author.login = reader.value()?,
                "author_display_name" => author.display_name = reader.value()?,
                "author_first_name" => author.first_name = reader.value()?,
                "author_last_name" => author.last_name = reader.value()?,
                _ => reader.events.skip()?,
            }
            Ok(())
        })?;
        Ok(author)
    }

    fn read_term(&mut self, element: &str) -> Result<Term, ReadError> {
        let taxonomy = match element {
            "category" => "category",
            "tag" => "post_tag",
            _ => "",
        };
        let mut term = Term { taxonomy: taxonomy.into(), ..Term::default() };
        self.each(|reader, _, name| {
            match name {
                "term_id" => term.id = number(&reader.value()?),
                "term_taxonomy" => term.taxonomy = reader.value()?,
                "category_nicename" | "tag_slug" | "term_slug" => term.slug = reader.value()?,
                "category_parent" | "term_parent" => term.parent = reader.value()?,
                "cat_name" | "tag_name" | "term_name" => term.name = reader.value()?,
                "category_description" | "tag_description" | "term_description" => term.description = reader.value()?,
                _ => reader.events.skip()?,
            }
            Ok(())
        })?;
        Ok(term)
    }

    fn read_item(&mut self, place: Place) -> Result<Item, ReadError> {
        self.items += 1;
        let mut item = Item { number: self.items, ..Item::default() };
        self.events.context = format!("item {}, which begins at {place}", self.items);
        self.each(|reader, family, name| {
            if family == Family::WordPress {
                reader.is_wordpress = true;
            }
            reader.read_item_member(&mut item, family, name)
        })?;
        self.events.context.clear();
        // A blog's feed is RSS too, and may be endless: say so at once.
        if self.is_wordpress { Ok(item) } else { Err(no_export()) }
    }

    fn read_item_member(&mut self, item: &mut Item, family: Family, name: &str) -> Result<(), ReadError> {
        match (family, name) {
            (Family::Rss, "title") => {
                item.title = self.value()?;
                self.events.context = format!("{}; {}", item.label(), self.events.context);
            }
            (Family::Rss, "link") => item.link = self.value()?,
            (Family::Rss, "pubDate") => item.published = self.value()?,
            (Family::Rss, "guid") => item.guid = self.value()?,
            (Family::Rss, "description") => item.description = self.value()?,
            (Family::Rss, "category") => {
                let domain = self.events.attribute("domain").unwrap_or("category").trim().to_owned();
                let slug = self.events.attribute("nicename").unwrap_or_default().trim().to_owned();
                let name = self.value()?;
                item.terms.push(ItemTerm { domain, slug, name });
            }
            (Family::DublinCore, "creator") => item.creator = self.value()?,
            (Family::Content, "encoded") => item.content = self.events.text_of()?,
            (Family::Excerpt, "encoded") => item.excerpt = self.events.text_of()?,
            (Family::WordPress, "comment") => {
                item.comments += 1;
                self.events.skip()?;
            }
            (Family::WordPress, "postmeta") => {
                let (mut key, mut value) = (String::new(), String::new());
                self.each(|reader, _, name| {
                    match name {
                        "meta_key" => key = reader.value()?,
                        "meta_value" => value = reader.events.text_of()?,
                        _ => reader.events.skip()?,
                    }
                    Ok(())
                })?;
                if !key.is_empty() {
                    item.meta.push((key, value));
                }
            }
            (Family::WordPress, name) => return self.read_post_member(item, name),
            _ => self.events.skip()?,
        }
        Ok(())
    }

    fn read_post_member(&mut self, item: &mut Item, name: &str) -> Result<(), ReadError> {
        match name {
            "post_id" => item.id = number(&self.value()?),
            "post_date" => item.date = self.value()?,
            "post_date_gmt" => item.date_gmt = self.value()?,
            "post_modified" => item.modified = self.value()?,
            "post_modified_gmt" => item.modified_gmt = self.value()?,
            "post_name" => item.slug = self.value()?,
            "status" => item.status = self.value()?,
            "post_parent" => item.parent = number(&self.value()?),
            "menu_order" => item.menu_order = self.value()?.parse().unwrap_or_default(),
            "post_type" => item.post_type = self.value()?,
            // Not trimmed: a password of blanks is one.
            "post_password" => item.password = self.events.text_of()?,
            "is_sticky" => item.is_sticky = number(&self.value()?) > 0,
            "attachment_url" => item.attachment_url = self.value()?,
            _ => self.events.skip()?,
        }
        Ok(())
    }
}

fn number(text: &str) -> u64 {
    text.parse().unwrap_or_default()
}

fn no_export() -> ReadError {
    ReadError::Foreign("it is an RSS feed without WordPress's own elements (`wp:…`); in WordPress use Tools → Export".into())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
    use super::*;

    const GAZETTE: &str = include_str!("../../../tests/fixtures/wordpress/gazette.xml");

    fn read_with(text: &[u8], options: ReadOptions) -> Result<(Channel, Vec<Record>), ReadError> {
        let mut reader = WxrReader::new(text, options)?;
        let mut records = Vec::new();
        while let Some(record) = reader.next_record()? {
            records.push(record);
        }
        Ok((reader.channel().clone(), records))
    }

    fn read(text: &str) -> Result<(Channel, Vec<Record>), ReadError> {
        read_with(text.as_bytes(), ReadOptions::default())
    }

    fn items(text: &str) -> Vec<Item> {
        read(text).unwrap().1.into_iter().filter_map(|record| if let Record::Item(item) = record { Some(*item) } else { None }).collect()
    }

    fn export(items: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?>\n<rss xmlns:wp=\"http://wordpress.org/export/1.2/\"><channel>\n<wp:wxr_version>1.2</wp:wxr_version>\n{items}</channel></rss>"
        )
    }

    #[test]
    fn every_member_of_an_export_is_read() {
        let (channel, records) = read(GAZETTE).unwrap();
        assert_eq!(channel.link, "https://gazette.example", "atom:link is another element");
        assert_eq!((channel.title.as_str(), channel.language.as_str(), channel.wxr_version.as_str()), ("Harbour Gazette", "en-GB", "1.2"));
        assert_eq!(records.iter().filter(|record| matches!(record, Record::Author(_))).count(), 2);
        assert_eq!(records.iter().filter(|record| matches!(record, Record::Term(_))).count(), 7);
        let items = items(GAZETTE);
        assert_eq!(items.len(), 8);
        let first = &items[0];
        assert_eq!((first.id, first.slug.as_str(), first.comments, first.is_sticky), (101, "port-reopens", 1, true));
        assert_eq!(first.terms[5].slug, "%d1%88%d1%82%d0%be%d1%80%d0%bc");
        assert_eq!(first.meta("_thumbnail_id"), Some("50"));
        assert!(first.content.contains("may say ]]> and go on [1]"), "split CDATA is one text");
        assert!(first.excerpt.starts_with("Ferries ran again"));
    }

    #[test]
    fn nothing_personal_is_kept() {
        let kept = format!("{:?}", read(GAZETTE).unwrap());
        for secret in ["@mail.example", "@gazette.example", "198.51.100.7", "A reader"] {
            assert!(!kept.contains(secret), "{secret}");
        }
    }

    #[test]
    fn a_file_cut_anywhere_is_refused() {
        let start = GAZETTE.find("<wp:author>").unwrap();
        let middle = GAZETTE.find("<item>").unwrap();
        let small = format!("{}{}", &GAZETTE[..start], &GAZETTE[middle..]);
        let small = format!("{}</item></channel></rss>", &small[..small.find("</item>").unwrap()]);
        assert_eq!(items(&small).len(), 1);
        for length in 0..small.len() {
            let fault = read_with(&small.as_bytes()[..length], ReadOptions::default()).expect_err(&format!("cut after {length} bytes"));
            if length > small.find("<rss").unwrap() {
                assert!(matches!(&fault, ReadError::Broken { what, .. } if what.contains("cut off")), "{length}: {fault}");
            }
        }
    }

    #[test]
    fn a_cut_says_where_and_in_what() {
        let cut = GAZETTE.find("We waited").unwrap();
        let message = read(&GAZETTE[..cut]).unwrap_err().to_string();
        assert!(message.contains("cut off inside <content:encoded>"), "{message}");
        assert!(message.contains("post 101") || message.contains("Port reopens"), "{message}");
        let line = GAZETTE[..cut].matches('\n').count() + 1;
        let column = GAZETTE[GAZETTE[..cut].rfind('\n').unwrap()..cut].chars().count();
        assert!(message.ends_with(&format!("it ends, at line {line}, column {column} (byte {cut})")), "{message}");
    }

    #[test]
    fn any_prefix_and_any_version_of_the_uris_will_do() {
        for (from, to) in [
            ("http://wordpress.org/export/1.2/", "https://wordpress.org/export/1.0/"),
            ("\txmlns:wp=\"http://wordpress.org/export/1.2/\"\n", ""),
            ("\txmlns:excerpt=\"http://wordpress.org/export/1.2/excerpt/\"\n", ""),
        ] {
            assert!(GAZETTE.contains(from));
            assert_eq!(items(&GAZETTE.replace(from, to)), items(GAZETTE), "{from}");
        }
        let renamed = GAZETTE
            .replace("wp:", "press:")
            .replace("xmlns:wp=", "xmlns:press=")
            .replace("excerpt:", "short:")
            .replace("xmlns:excerpt=", "xmlns:short=");
        let renamed: Vec<String> = items(&renamed).into_iter().map(|item| item.excerpt).collect();
        assert_eq!(renamed, items(GAZETTE).into_iter().map(|item| item.excerpt).collect::<Vec<_>>());
    }

    #[test]
    fn marks_line_ends_and_other_encodings_are_understood() {
        let marked = [b"\xEF\xBB\xBF", GAZETTE.as_bytes()].concat();
        assert_eq!(read_with(&marked, ReadOptions::default()).unwrap().1, read(GAZETTE).unwrap().1);
        assert_eq!(items(&GAZETTE.replace('\n', "\r\n")), items(GAZETTE));
        let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><rss><channel><item><title>Caf\xE9</title><wp:post_id>1</wp:post_id></item></channel></rss>";
        let (_, records) = read_with(latin, ReadOptions::default()).unwrap();
        assert!(matches!(&records[0], Record::Item(item) if item.title == "Café"));
    }

    #[test]
    fn blanks_around_cdata_are_layout() {
        let text = export("<item><content:encoded>\n <![CDATA[one ]]><![CDATA[two]]>\n</content:encoded></item>");
        assert_eq!(items(&text)[0].content, "one two");
        let text = export("<item><content:encoded> one &amp; <![CDATA[two]]></content:encoded></item>");
        assert_eq!(items(&text)[0].content, " one & two");
    }

    #[test]
    fn what_is_not_well_formed_is_refused_with_its_place() {
        for (item, what, line) in [
            ("<item><title>a\u{8}b</title></item>", "U+0008", 4),
            ("<item><title>\n<![CDATA[a\u{B}b]]></title></item>", "U+000B", 5),
            ("<item><title>&#2;</title></item>", "U+0002", 4),
            ("<item><title>a&nbsp;b</title></item>", "`&nbsp;`", 4),
            ("<item><title>a & b</title></item>", "bare `&`", 4),
            ("<item><title>a ]]> b</title></item>", "`]]>`", 4),
            ("<item><title>a <3 b</title></item>", "bare `<`", 4),
            ("<item><title>\na</item>", "closes <title>", 5),
            ("<item a='1' a='2'/>", "<item>", 4),
            ("<item><!DOCTYPE x></item>", "DOCTYPE", 4),
            ("<item><title>&#xD800;</title></item>", "no character", 4),
        ] {
            let fault = read(&export(item)).unwrap_err();
            let ReadError::Broken { place, what: found } = &fault else { panic!("{item}: {fault}") };
            assert!(found.contains(what), "{item}: {found}");
            assert_eq!(place.line, line, "{item}: {fault}");
        }
    }

    #[test]
    fn control_characters_can_be_dropped() {
        let options = ReadOptions { drop_control_characters: true, ..ReadOptions::default() };
        let text = export("<item><title>a\u{8}b&#x1;c</title><content:encoded><![CDATA[\u{1F}x]]></content:encoded></item>");
        let (_, records) = read_with(text.as_bytes(), options).unwrap();
        assert!(matches!(&records[0], Record::Item(item) if item.title == "abc" && item.content == "x"));
    }

    #[test]
    fn bytes_that_are_no_utf8_are_refused_with_their_place() {
        let text = export("<item><title>né ~</title></item>").replace('~', "\u{1}");
        let bytes: Vec<u8> = text.bytes().map(|byte| if byte == 1 { 0xFF } else { byte }).collect();
        let ReadError::Broken { place, .. } = read_with(&bytes, ReadOptions::default()).unwrap_err() else { panic!() };
        assert_eq!((place.line, place.column), (4, 17));
    }

    #[test]
    fn a_doctype_is_refused() {
        let text = GAZETTE.replacen("<rss", "<!DOCTYPE rss [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>\n<rss", 1);
        assert!(read(&text).unwrap_err().to_string().contains("DOCTYPE"));
    }

    #[test]
    fn what_is_no_export_is_said_in_a_line() {
        for (text, what) in [
            ("<rss version='2.0'><channel><title>t</title><item><title>x</title></item></channel></rss>", "RSS feed"),
            ("<rss version='2.0'><channel><title>t</title></channel></rss>", "RSS feed"),
            ("<feed xmlns='http://www.w3.org/2005/Atom'></feed>", "<feed>"),
            ("<rss></rss>", "no <channel>"),
            ("{\"db\":[]}", "JSON"),
        ] {
            let fault = read(text).unwrap_err();
            assert!(matches!(fault, ReadError::Foreign(_)), "{text}: {fault}");
            assert!(fault.to_string().contains(what), "{fault}");
        }
        assert!(read(&export("").replace("1.2<", "2.0<")).unwrap_err().to_string().contains("version 2.0"));
    }

    #[test]
    fn what_follows_the_end_is_refused() {
        for tail in ["<rss/>", "<?xml version='1.0'?><rss><channel/></rss>", "junk", "&amp;"] {
            assert!(read(&format!("{GAZETTE}{tail}")).is_err(), "{tail}");
        }
        assert!(read(&format!("{GAZETTE}\n\n<!-- served in 0.3 s -->\n")).is_ok());
    }

    #[test]
    fn an_item_without_end_is_refused_before_memory_is() {
        let text =
            export(&format!("<item><title>Big</title><content:encoded><![CDATA[{}]]></content:encoded></item>", "x".repeat(100_000)));
        let options = ReadOptions { item_bytes: 50_000, ..ReadOptions::default() };
        let message = read_with(text.as_bytes(), options).unwrap_err().to_string();
        assert!(message.contains("larger") && message.contains("line 4"), "{message}");
        let many = export(&"<item><title>Small</title></item>".repeat(10_000));
        assert_eq!(read_with(many.as_bytes(), options).unwrap().1.len(), 10_000, "the budget is each item's own");
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(cut in 0..GAZETTE.len(), byte: u8) {
            let mut bytes = GAZETTE.as_bytes().to_vec();
            bytes[cut] = byte;
            let _ = read_with(&bytes, ReadOptions::default());
        }

        #[test]
        fn any_text_survives_cdata_and_escapes(text in "[^\\p{Cc}\u{FFFE}\u{FFFF}]{0,60}") {
            let split = text.replace("]]>", "]]]]><![CDATA[>");
            let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            let read = items(&export(&format!("<item><content:encoded><![CDATA[{split}]]></content:encoded></item><item><content:encoded>{escaped}</content:encoded></item>")));
            proptest::prop_assert_eq!(&read[0].content, &text);
            proptest::prop_assert_eq!(&read[1].content, &text);
        }
    }
}
