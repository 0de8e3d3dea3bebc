//! Body → typed blocks.

use super::block::{
    Audio, Block, Caption, Code, Divider, Embed, Gallery, Heading, Html, Image, List, ListItem, Paragraph, Quote, Table, TableCell, Video,
};
use super::dom::{Data, Dom, Id, ROOT};
use super::embed;
use super::parse::parse;
use super::text::{preformatted, start, text_of};
use super::tidy::{self, Role, role};

/// The body as a list of typed blocks, in order.
///
/// Made for bodies that [`sanitise`](super::sanitise) returned. None of the text is lost: what fits no kind is a
/// [`Block::Html`]. Pictures that stand within a paragraph become blocks of their own between its parts.
pub fn blocks(html: &str) -> Vec<Block> {
    let dom = parse(html);
    let reader = Reader { dom: &dom };
    reader.blocks(&dom.children(ROOT).collect::<Vec<_>>())
}

struct Reader<'d> {
    dom: &'d Dom,
}

impl Reader<'_> {
    fn name(&self, id: Id) -> &str {
        self.dom.name(id).map_or("", |name| &**name)
    }

    fn children(&self, id: Id) -> Vec<Id> {
        self.dom.children(id).collect()
    }

    /// Whether a node is only white space between others, or a comment.
    fn is_blank(&self, id: Id) -> bool {
        match self.dom.data(id) {
            Data::Text(text) => text.chars().all(|c| c.is_ascii_whitespace()),
            Data::Nothing => true,
            Data::Element(..) => self.dom.name(id).is_none(),
        }
    }

    fn blocks(&self, nodes: &[Id]) -> Vec<Block> {
        let mut out = Vec::new();
        let mut line = Vec::new();
        for &node in nodes {
            let name = self.name(node);
            let is_inline = match role(name) {
                _ if self.dom.name(node).is_none() => true,
                Role::Inline | Role::Transparent => true,
                _ => matches!(name, "br" | "wbr" | "img" | "picture"),
            };
            if is_inline {
                line.push(node);
                continue;
            }
            self.paragraph(&std::mem::take(&mut line), &mut out);
            self.block(node, name, &mut out);
        }
        self.paragraph(&line, &mut out);
        out
    }

    fn block(&self, id: Id, name: &str, out: &mut Vec<Block>) {
        let children = self.children(id);
        match name {
            "p" => self.paragraph(&children, out),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => out.push(self.heading(id, name)),
            "figure" => self.figure(id, out),
            "blockquote" => out.push(self.quote(id)),
            "aside" if self.dom.attribute(id, "class").is_some_and(|c| c.contains("pullquote")) => {
                out.push(self.quote(id));
            }
            "ul" | "ol" | "menu" | "dir" => self.list_or_gallery(id, out),
            "table" => out.push(self.table(id)),
            "pre" | "listing" | "xmp" => out.push(self.code(id)),
            "hr" => out.push(Block::Divider(Divider {})),
            "iframe" => out.extend(self.frame(id)),
            "video" => out.push(Block::Video(Video {
                url: self.source(id),
                poster: self.text_attribute(id, "poster"),
                width: self.number(id, "width"),
                height: self.number(id, "height"),
                html: tidy::flow(self.dom, &[id]),
                caption: None,
            })),
            "audio" => out.push(Block::Audio(Audio { url: self.source(id), html: tidy::flow(self.dom, &[id]), caption: None })),
            "div" if self.class_provider(id).is_some() => out.push(self.script_embed(id)),
            "aside" | "details" | "dl" => {
                let html = tidy::flow(self.dom, &[id]);
                if !html.is_empty() {
                    out.push(Block::Html(Html { text: text_of(self.dom, [id]), html }));
                }
            }
            _ if role(name) == Role::Dropped => {}
            // A body that was not sanitised.
            _ => out.extend(self.blocks(&children)),
        }
    }

    /// A run of inline nodes: a paragraph, or several with pictures between them.
    fn paragraph(&self, nodes: &[Id], out: &mut Vec<Block>) {
        let mut from = 0;
        for (place, &node) in nodes.iter().enumerate() {
            if let Some(image) = self.image(node) {
                self.words(&nodes[from..place], out);
                out.push(Block::Image(image));
                from = place + 1;
            }
        }
        self.words(&nodes[from..], out);
    }

    fn words(&self, nodes: &[Id], out: &mut Vec<Block>) {
        if nodes.iter().all(|&node| self.is_blank(node)) {
            return;
        }
        let html = tidy::inline(self.dom, nodes);
        if !html.is_empty() {
            let text = text_of(self.dom, nodes.iter().copied());
            out.push(Block::Paragraph(Paragraph { text, html }));
        }
    }

    /// The picture that a node is: itself, or all that a link holds.
    fn image(&self, id: Id) -> Option<Image> {
        match self.name(id) {
            "img" => {
                let srcset = self.text_attribute(id, "srcset");
                let first = srcset.as_deref().and_then(|all| all.split_ascii_whitespace().next());
                let url = self.text_attribute(id, "src").or_else(|| first.map(|url| url.trim_end_matches(',').to_owned()))?;
                Some(Image {
                    url,
                    alt: self.dom.attribute(id, "alt").unwrap_or_default().to_owned(),
                    caption: None,
                    credit: None,
                    width: self.number(id, "width"),
                    height: self.number(id, "height"),
                    srcset,
                    media_id: self.text_attribute(id, "data-media-id"),
                    link: None,
                })
            }
            "picture" => self.dom.descendants(id).find_map(|child| (self.name(child) == "img").then(|| self.image(child)).flatten()),
            "a" => {
                let mut seen = self.dom.children(id).filter(|&child| !self.is_blank(child));
                let (first, None) = (seen.next()?, seen.next()) else { return None };
                let image = self.image(first)?;
                Some(Image { link: self.text_attribute(id, "href").or(image.link.clone()), ..image })
            }
            _ => None,
        }
    }

    fn heading(&self, id: Id, name: &str) -> Block {
        let children = self.children(id);
        let level = name.as_bytes().get(1).map_or(2, |digit| (digit - b'0').max(2));
        Block::Heading(Heading {
            level,
            text: text_of(self.dom, children.iter().copied()),
            html: tidy::inline(self.dom, &children),
            anchor: self.text_attribute(id, "id"),
        })
    }

    fn caption(&self, nodes: &[Id]) -> Option<Caption> {
        let html = tidy::inline(self.dom, nodes);
        (!html.is_empty()).then(|| Caption { text: text_of(self.dom, nodes.iter().copied()), html })
    }

    /// A figure is its content with a caption where one fits, else with a paragraph beside it.
    fn figure(&self, id: Id, out: &mut Vec<Block>) {
        let children = self.children(id);
        let place = children.iter().position(|&child| self.name(child) == "figcaption");
        let Some(place) = place else {
            out.extend(self.gathered(id, self.blocks(&children)));
            return;
        };
        let (before, after) = (&children[..place], &children[place + 1..]);
        let is_first = before.iter().all(|&node| self.is_blank(node));
        let rest: Vec<Id> = before.iter().chain(after).copied().collect();
        let mut words = self.children(children[place]);
        let mut content = self.gathered(id, self.blocks(&rest));
        let is_between = !is_first && !after.iter().all(|&node| self.is_blank(node));
        if is_between {
            content = self.gathered(id, self.blocks(before));
        }
        if let [block] = content.as_mut_slice() {
            if let Block::Image(image) = block {
                image.credit = self.credit(&mut words);
            }
            let caption = self.caption(&words);
            let slot = match block {
                Block::Image(image) => Some(&mut image.caption),
                Block::Video(video) => Some(&mut video.caption),
                Block::Audio(audio) => Some(&mut audio.caption),
                // The order of the words is that of the page.
                Block::Gallery(gallery) if !is_first => Some(&mut gallery.caption),
                Block::Embed(embed) if !is_first || embed.text.is_none() => Some(&mut embed.caption),
                Block::Quote(quote) if !is_first => Some(&mut quote.attribution),
                Block::Table(table) if is_first => Some(&mut table.caption),
                _ => None,
            };
            if let Some(slot @ None) = slot {
                *slot = caption;
                words.clear();
            }
        }
        if is_first {
            self.paragraph(&words, out);
            out.append(&mut content);
        } else {
            out.append(&mut content);
            self.paragraph(&words, out);
        }
        if is_between {
            out.extend(self.gathered(id, self.blocks(after)));
        }
    }

    /// Pictures alone, two or more, make a gallery.
    fn gathered(&self, figure: Id, blocks: Vec<Block>) -> Vec<Block> {
        let is_gallery = self.dom.attribute(figure, "class").is_some_and(|c| c.contains("gallery"));
        let least = if is_gallery { 1 } else { 2 };
        if blocks.len() < least || !blocks.iter().all(|block| matches!(block, Block::Image(_))) {
            return blocks;
        }
        let images = blocks.into_iter().filter_map(|block| match block {
            Block::Image(image) => Some(image),
            _ => None,
        });
        vec![Block::Gallery(Gallery { images: images.collect(), caption: None })]
    }

    /// Takes the credit off the end of a caption: its last element, if that is `<small>` or `<cite>`.
    fn credit(&self, words: &mut Vec<Id>) -> Option<String> {
        let last = words.iter().rposition(|&node| !self.is_blank(node))?;
        if !matches!(self.name(words[last]), "small" | "cite") {
            return None;
        }
        let credit = text_of(self.dom, [words[last]]);
        words.truncate(last);
        Some(credit)
    }

    fn quote(&self, id: Id) -> Block {
        if self.class_provider(id).is_some() {
            return self.script_embed(id);
        }
        let mut children = self.children(id);
        let mut attribution = None;
        if let Some(last) = children.iter().rposition(|&node| !self.is_blank(node))
            && last > 0
        {
            let inside = self.children(children[last]);
            let is_credit = match self.name(children[last]) {
                "cite" => true,
                "p" => matches!(inside[..], [only] if self.name(only) == "cite"),
                _ => false,
            };
            if is_credit {
                let words = if let [only] = inside[..]
                    && self.name(only) == "cite"
                {
                    self.children(only)
                } else {
                    inside
                };
                attribution = self.caption(&words);
                children.truncate(last);
            }
        }
        Block::Quote(Quote {
            text: text_of(self.dom, children.iter().copied()),
            html: tidy::flow(self.dom, &children),
            attribution,
            cite: self.text_attribute(id, "cite"),
            is_pull_quote: self.dom.attribute(id, "class").is_some_and(|c| c.contains("pullquote")),
        })
    }

    fn list_or_gallery(&self, id: Id, out: &mut Vec<Block>) {
        let items: Vec<Vec<Block>> = self
            .dom
            .children(id)
            .filter(|&item| !self.is_blank(item))
            .map(|item| {
                let children = self.children(item);
                let has_image = self.dom.descendants(item).any(|node| self.name(node) == "img");
                if has_image { self.blocks(&children) } else { Vec::new() }
            })
            .collect();
        if items.len() > 1 && items.iter().all(|item| matches!(item[..], [Block::Image(_)])) {
            let blocks = items.into_iter().flatten().collect();
            out.extend(self.gathered(id, blocks));
        } else {
            let list = self.list(id);
            if !list.items.is_empty() {
                out.push(Block::List(list));
            }
        }
    }

    fn list(&self, id: Id) -> List {
        let ordered = self.name(id) == "ol";
        let items = self.dom.children(id).filter(|&item| !self.is_blank(item));
        List {
            ordered,
            start: Some(start(self.dom, id)).filter(|&start| ordered && start != 1),
            items: items.map(|item| self.item(item)).collect(),
        }
    }

    fn item(&self, id: Id) -> ListItem {
        let mut nodes = if self.name(id) == "li" { self.children(id) } else { vec![id] };
        let is_list = |&node: &Id| matches!(self.name(node), "ul" | "ol");
        let last = nodes.iter().rposition(|&node| !self.is_blank(node));
        let mut children = None;
        if let Some(last) = last.filter(|&last| is_list(&nodes[last]))
            && nodes.iter().filter(|&node| is_list(node)).count() == 1
        {
            children = Some(self.list(nodes[last])).filter(|list| !list.items.is_empty());
            nodes.truncate(last);
        }
        let (text, html) = self.cell_content(&nodes);
        ListItem { text, html, children }
    }

    /// What an item or a cell holds, as one run: blocks in it become lines.
    fn cell_content(&self, nodes: &[Id]) -> (String, String) {
        (text_of(self.dom, nodes.iter().copied()), tidy::inline(self.dom, nodes))
    }

    fn table(&self, id: Id) -> Block {
        let mut table = Table::default();
        for (place, part) in self.dom.children(id).enumerate() {
            match self.name(part) {
                "caption" if place == 0 || table.caption.is_none() => {
                    table.caption = self.caption(&self.children(part));
                }
                "tr" => self.row(part, false, &mut table),
                name => {
                    for row in self.dom.children(part) {
                        self.row(row, name == "thead", &mut table);
                    }
                }
            }
        }
        Block::Table(table)
    }

    fn row(&self, id: Id, is_head: bool, table: &mut Table) {
        let cells: Vec<TableCell> = self
            .dom
            .children(id)
            .filter(|&cell| matches!(self.name(cell), "td" | "th"))
            .map(|cell| {
                let (text, html) = self.cell_content(&self.children(cell));
                TableCell {
                    text,
                    html,
                    is_header: self.name(cell) == "th",
                    colspan: self.number(cell, "colspan").filter(|&span| span != 1),
                    rowspan: self.number(cell, "rowspan").filter(|&span| span != 1),
                }
            })
            .collect();
        if cells.is_empty() {
            return;
        }
        let is_first = table.header.is_empty() && table.rows.is_empty();
        if is_first && (is_head || cells.len() > 1 && cells.iter().all(|cell| cell.is_header)) {
            table.header = cells;
        } else {
            table.rows.push(cells);
        }
    }

    fn code(&self, id: Id) -> Block {
        let language = [Some(id), self.dom.children(id).next()]
            .into_iter()
            .flatten()
            .find_map(|node| self.dom.attribute(node, "class")?.strip_prefix("language-").map(str::to_owned));
        Block::Code(Code { text: preformatted(self.dom, id), language })
    }

    fn frame(&self, id: Id) -> Option<Block> {
        let url = self.text_attribute(id, "src")?;
        let html = tidy::flow(self.dom, &[id]);
        let Some(provider) = embed::frame_provider(&url) else {
            // A body that was not sanitised: the tidier has made a link of it.
            return (!html.is_empty()).then(|| Block::Html(Html { text: String::new(), html }));
        };
        Some(Block::Embed(Embed {
            provider: provider.to_owned(),
            html,
            url: Some(url),
            text: None,
            title: self.text_attribute(id, "title"),
            width: self.number(id, "width"),
            height: self.number(id, "height"),
            caption: None,
        }))
    }

    fn class_provider(&self, id: Id) -> Option<&'static str> {
        embed::class_provider(self.dom.attribute(id, "class")?)
    }

    /// The placeholder of a provider's script. Its address is an attribute's, or its last link's.
    fn script_embed(&self, id: Id) -> Block {
        let own = ["data-instgrm-permalink", "cite", "data-href"].iter().find_map(|name| self.text_attribute(id, name));
        let links =
            self.dom.descendants(id).filter_map(|node| (self.name(node) == "a").then(|| self.text_attribute(node, "href")).flatten());
        let text = text_of(self.dom, self.dom.children(id));
        Block::Embed(Embed {
            provider: self.class_provider(id).unwrap_or("unknown").to_owned(),
            url: own.or_else(|| links.last()),
            html: tidy::flow(self.dom, &[id]),
            text: Some(text).filter(|text| !text.is_empty()),
            title: None,
            width: None,
            height: None,
            caption: None,
        })
    }

    /// The address of a player's file: its own, or its first source's.
    fn source(&self, id: Id) -> String {
        let own = self.text_attribute(id, "src");
        own.or_else(|| self.dom.children(id).find_map(|child| self.text_attribute(child, "src"))).unwrap_or_default()
    }

    fn text_attribute(&self, id: Id, name: &str) -> Option<String> {
        self.dom.attribute(id, name).filter(|value| !value.is_empty()).map(str::to_owned)
    }

    fn number(&self, id: Id, name: &str) -> Option<u32> {
        self.dom.attribute(id, name)?.parse().ok()
    }
}
