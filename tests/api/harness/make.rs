//! What a test needs before it begins, made through the API itself.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use super::{Answer, Client};

/// A number that nothing else in this run has, for names and slugs.
fn next() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Makes things, as an editor.
pub struct Make {
    editor: Client,
}

impl Make {
    pub fn new(editor: Client) -> Self {
        Self { editor }
    }

    /// A section of the first level.
    pub async fn section(&self, name: &str) -> Made {
        self.post("/v1/sections", json!({"name": name})).await
    }

    /// A section below another.
    pub async fn section_in(&self, parent: &Made, name: &str) -> Made {
        self.post("/v1/sections", json!({"name": name, "parent": parent["path"]})).await
    }

    /// An article to be; see [`ArticleMaker`] for what it is unless told otherwise.
    pub fn article(&self) -> ArticleMaker<'_> {
        let number = next();
        ArticleMaker { make: self, body: json!({"title": format!("Story {number}"), "body": format!("<p>What story {number} says.</p>")}) }
    }

    /// Anything, by its address and its body.
    pub async fn post(&self, path: &str, body: Value) -> Made {
        made(self.editor.post(path, body).await, path)
    }
}

/// An article to be. It has a title, a body, and stands in a section named News.
pub struct ArticleMaker<'a> {
    make: &'a Make,
    body: Value,
}

impl ArticleMaker<'_> {
    /// With this member, whichever it is.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.body[name] = value.into();
        self
    }

    pub fn title(self, title: &str) -> Self {
        self.with("title", title)
    }

    pub fn section(self, section: &Made) -> Self {
        self.with("section", section["path"].clone())
    }

    /// Left as a draft.
    pub async fn draft(mut self) -> Made {
        if self.body.get("section").is_none() {
            // Whoever is second finds it there.
            self.make.editor.post("/v1/sections", json!({"name": "News"})).await;
            self.body["section"] = "news".into();
        }
        self.make.post("/v1/articles", self.body).await
    }

    /// Published now.
    pub async fn published(self) -> Made {
        self.sent_out(json!({})).await
    }

    /// Published at this time, past or to come.
    pub async fn published_at(self, at: &str) -> Made {
        self.sent_out(json!({"at": at})).await
    }

    async fn sent_out(self, publication: Value) -> Made {
        let editor = self.make.editor.clone();
        let draft = self.draft().await;
        let published = editor.post(&draft.path("publish"), publication).await;
        Made { body: published.body_of(200), ..draft }
    }
}

/// What was made, as the API showed it.
#[derive(Clone, Debug)]
pub struct Made {
    address: String,
    tag: String,
    body: Value,
}

impl Made {
    /// Its address.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The ETag that it was made with.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// The address of something below it.
    pub fn path(&self, below: &str) -> String {
        format!("{}/{below}", self.address)
    }

    /// A member that is a text.
    pub fn text(&self, name: &str) -> &str {
        self.body[name].as_str().unwrap()
    }
}

impl std::ops::Index<&str> for Made {
    type Output = Value;

    fn index(&self, name: &str) -> &Value {
        &self.body[name]
    }
}

#[track_caller]
fn made(answer: Answer, path: &str) -> Made {
    assert_eq!(answer.status, 201, "POST {path}: {:#}", answer.body);
    Made { address: answer.header("location").to_owned(), tag: answer.header("etag").to_owned(), body: answer.body }
}
