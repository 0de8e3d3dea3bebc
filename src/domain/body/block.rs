//! The typed form of a body, for clients that have no HTML view: what each block holds.

use serde::Serialize;
use utoipa::ToSchema;

/// A part of a body, told apart by `type`.
///
/// Clients should skip what they do not know, or show its `html`: new kinds may come.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Block {
    /// A paragraph.
    Paragraph(Paragraph),
    /// A heading.
    Heading(Heading),
    /// A picture with its caption.
    Image(Image),
    /// Pictures that belong together.
    Gallery(Gallery),
    /// A quotation, or a pull quote.
    Quote(Quote),
    /// A list.
    List(List),
    /// Something of another provider's: a player, a post, a chart, a map.
    Embed(Embed),
    /// A table.
    Table(Table),
    /// Preformatted text.
    Code(Code),
    /// A moving picture.
    Video(Video),
    /// A recording.
    Audio(Audio),
    /// A thematic break.
    Divider(Divider),
    /// Anything else.
    Html(Html),
}

/// A paragraph.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Paragraph {
    /// Plain text; a line feed where the paragraph has a line break.
    pub text: String,
    /// The same with its inline markup.
    pub html: String,
}

/// A heading.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Heading {
    /// From 2, the highest below the article's title, to 6.
    #[schema(minimum = 2, maximum = 6)]
    pub level: u8,
    /// Plain text.
    pub text: String,
    /// The same with its inline markup.
    pub html: String,
    /// The id by which links within the body refer to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub anchor: Option<String>,
}

/// Words below a picture, a player, a table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
#[schema(as = BodyCaption)]
pub struct Caption {
    /// Plain text.
    pub text: String,
    /// The same with its inline markup.
    pub html: String,
}

/// A picture.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
#[schema(as = BodyImage)]
pub struct Image {
    /// Where it is loaded from.
    pub url: String,
    /// What it shows, for those who do not see it; empty when it only decorates.
    pub alt: String,
    /// The caption.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Caption, required = false)]
    pub caption: Option<Caption>,
    /// Who made it, when the caption ends by saying so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub credit: Option<String>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32, required = false)]
    pub width: Option<u32>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32, required = false)]
    pub height: Option<u32>,
    /// Other sizes, as HTML's `srcset` has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub srcset: Option<String>,
    /// The media record that it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub media_id: Option<String>,
    /// Where a touch on it leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub link: Option<String>,
}

/// Pictures that belong together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Gallery {
    /// The pictures in order.
    pub images: Vec<Image>,
    /// The caption of them all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Caption, required = false)]
    pub caption: Option<Caption>,
}

/// A quotation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Quote {
    /// Plain text, paragraphs separated by blank lines.
    pub text: String,
    /// Its paragraphs, and whatever else it holds, as HTML.
    pub html: String,
    /// Who is quoted, when the quotation ends by saying so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Caption, required = false)]
    pub attribution: Option<Caption>,
    /// The address that is quoted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub cite: Option<String>,
    /// Whether it repeats words of the article, to draw the eye.
    pub is_pull_quote: bool,
}

/// A list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
#[schema(as = BodyList)]
pub struct List {
    /// Whether the items are numbered.
    pub ordered: bool,
    /// The first item's number, when it is not 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, required = false)]
    pub start: Option<i64>,
    /// The items in order.
    pub items: Vec<ListItem>,
}

/// An item of a list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
#[schema(as = BodyListItem)]
pub struct ListItem {
    /// Plain text, without that of the list below it.
    pub text: String,
    /// The same with its inline markup.
    pub html: String,
    /// The list below this item.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = List, required = false, no_recursion)]
    pub children: Option<List>,
}

/// Something of another provider's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Embed {
    /// Whose it is: `youtube`, `x`, `instagram`, `datawrapper`…
    #[schema(example = "youtube")]
    pub provider: String,
    /// The address of what is embedded, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub url: Option<String>,
    /// The markup that shows it in a web view: a frame, or what the provider's script looks for.
    pub html: String,
    /// What to show without it, if it came with text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub text: Option<String>,
    /// The title that describes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub title: Option<String>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32, required = false)]
    pub width: Option<u32>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32, required = false)]
    pub height: Option<u32>,
    /// The caption.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Caption, required = false)]
    pub caption: Option<Caption>,
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Table {
    /// The caption.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Caption, required = false)]
    pub caption: Option<Caption>,
    /// The row of headings; empty when there is none.
    pub header: Vec<TableCell>,
    /// The other rows in order.
    pub rows: Vec<Vec<TableCell>>,
}

/// A cell of a table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
#[schema(as = BodyTableCell)]
pub struct TableCell {
    /// Plain text.
    pub text: String,
    /// The same with its inline markup.
    pub html: String,
    /// Whether it names its row or column.
    pub is_header: bool,
    /// How many columns it fills, when not 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32, required = false)]
    pub colspan: Option<u32>,
    /// How many rows it fills, when not 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32, required = false)]
    pub rowspan: Option<u32>,
}

/// Preformatted text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Code {
    /// The text, its white space as it stands.
    pub text: String,
    /// The programming language, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub language: Option<String>,
}

/// A moving picture.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Video {
    /// Where it is loaded from.
    pub url: String,
    /// The picture that stands for it until it plays.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub poster: Option<String>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32, required = false)]
    pub width: Option<u32>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32, required = false)]
    pub height: Option<u32>,
    /// The same as HTML, with all its sources and subtitles.
    pub html: String,
    /// The caption.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Caption, required = false)]
    pub caption: Option<Caption>,
}

/// A recording.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Audio {
    /// Where it is loaded from.
    pub url: String,
    /// The same as HTML, with all its sources.
    pub html: String,
    /// The caption.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Caption, required = false)]
    pub caption: Option<Caption>,
}

/// A thematic break.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Divider {}

/// Anything that has no block of its own: an aside, a list of definitions, what folds away.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Html {
    /// Plain text.
    pub text: String,
    /// The markup, sanitised as the whole body is.
    pub html: String,
}
