//! What an import did, for a person to read and a program to check.

use std::collections::BTreeMap;
use std::fmt;

use crate::domain::change::Resource;

/// How many examples of a warning are named.
const EXAMPLES: usize = 3;

/// What happened to the items of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// New here.
    pub created: u64,
    /// Here before, and changed in the file since.
    pub updated: u64,
    /// Here before, and the same in the file.
    pub unchanged: u64,
}

/// Things of one kind, counted, with a few of them by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// How many.
    pub count: u64,
    /// The first few.
    pub examples: Vec<String>,
}

/// The report of an import.
#[derive(Clone, Debug, Default)]
pub struct Report {
    tallies: BTreeMap<&'static str, Tally>,
    /// What was not taken, by reason.
    pub skipped: BTreeMap<String, Counted>,
    /// What was taken otherwise than it stood there, by what happened.
    pub warnings: BTreeMap<String, Counted>,
}

/// What became of one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// New here.
    Created,
    /// Changed.
    Updated,
    /// Left alone.
    Unchanged,
}

impl Report {
    /// Counts what became of an item.
    pub fn count(&mut self, resource: Resource, outcome: Outcome) {
        let tally = self.tallies.entry(named(resource)).or_default();
        match outcome {
            Outcome::Created => tally.created += 1,
            Outcome::Updated => tally.updated += 1,
            Outcome::Unchanged => tally.unchanged += 1,
        }
    }

    /// What happened to the items of one kind.
    #[must_use]
    pub fn tally(&self, resource: Resource) -> Tally {
        self.tallies.get(named(resource)).copied().unwrap_or_default()
    }

    /// Counts something that was not taken.
    pub fn skip(&mut self, reason: impl Into<String>, example: impl Into<String>) {
        add(&mut self.skipped, reason.into(), 1, example.into());
    }

    /// Counts something that was taken otherwise than it stood there.
    pub fn warn(&mut self, what: impl Into<String>, example: impl Into<String>) {
        add(&mut self.warnings, what.into(), 1, example.into());
    }

    /// The same, several times at once.
    pub fn warn_times(&mut self, what: impl Into<String>, times: u64, example: impl Into<String>) {
        if times > 0 {
            add(&mut self.warnings, what.into(), times, example.into());
        }
    }

    /// Adds what another part of the same import reports.
    pub fn merge(&mut self, other: Self) {
        for (name, tally) in other.tallies {
            let own = self.tallies.entry(name).or_default();
            own.created += tally.created;
            own.updated += tally.updated;
            own.unchanged += tally.unchanged;
        }
        for (own, others) in [(&mut self.skipped, other.skipped), (&mut self.warnings, other.warnings)] {
            for (what, Counted { count, examples }) in others {
                let counted = own.entry(what).or_default();
                counted.count += count;
                for example in examples {
                    if counted.examples.len() < EXAMPLES && !counted.examples.contains(&example) {
                        counted.examples.push(example);
                    }
                }
            }
        }
    }

    /// Whether nothing was written.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        self.tallies.values().all(|tally| tally.created == 0 && tally.updated == 0)
    }
}

fn add(to: &mut BTreeMap<String, Counted>, what: String, times: u64, example: String) {
    let counted = to.entry(what).or_default();
    counted.count += times;
    if counted.examples.len() < EXAMPLES && !example.is_empty() && !counted.examples.contains(&example) {
        counted.examples.push(example);
    }
}

fn named(resource: Resource) -> &'static str {
    match resource {
        Resource::Article => "articles",
        Resource::Section => "sections",
        Resource::Tag => "tags",
        Resource::Author => "authors",
        Resource::Media => "media",
        Resource::Source => "sources",
        Resource::Page => "pages",
        Resource::Menu => "menus",
        Resource::Collection => "collections",
        Resource::Site => "site",
        Resource::User => "users",
        Resource::Partner => "partners",
        Resource::Licence => "licences",
        Resource::ApiKey => "keys",
        Resource::Webhook => "webhooks",
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<12}{:>10}{:>10}{:>10}", "", "created", "updated", "unchanged")?;
        for (name, tally) in &self.tallies {
            writeln!(f, "{name:<12}{:>10}{:>10}{:>10}", tally.created, tally.updated, tally.unchanged)?;
        }
        for (title, list) in [("Skipped", &self.skipped), ("Warnings", &self.warnings)] {
            if list.is_empty() {
                continue;
            }
            writeln!(f, "\n{title}")?;
            for (what, Counted { count, examples }) in list {
                write!(f, "{count:>7}  {what}")?;
                if !examples.is_empty() {
                    let more = if *count > examples.len() as u64 { ", …" } else { "" };
                    write!(f, ": {}{more}", examples.join(", "))?;
                }
                writeln!(f)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_counts_and_names_a_few() {
        let mut report = Report::default();
        report.count(Resource::Article, Outcome::Created);
        report.count(Resource::Article, Outcome::Unchanged);
        for number in 1..=5 {
            report.skip("in the trash", format!("post {number}"));
        }
        report.warn_times("shortcode [foo] removed", 7, "post 1");
        let text = report.to_string();
        assert!(text.contains("articles             1         0         1"), "{text}");
        assert!(text.contains("      5  in the trash: post 1, post 2, post 3, …"), "{text}");
        assert!(text.contains("      7  shortcode [foo] removed: post 1, …"), "{text}");
        assert!(!report.is_unchanged());
    }
}
