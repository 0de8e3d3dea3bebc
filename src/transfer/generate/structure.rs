//! What generated news hangs on: sections, tags, authors and pictures, the same for every seed.

use std::fmt::Write;

use super::{dice::Dice, lexicon::invented_name};

/// The sections, a parent before its children: path and name. Those that stand first have most articles.
pub const SECTIONS: &[(&str, &str)] = &[
    ("news", "News"),
    ("news/politics", "Politics"),
    ("news/politics/parliament", "Parliament"),
    ("news/politics/elections", "Elections"),
    ("news/society", "Society"),
    ("news/society/education", "Education"),
    ("news/society/health", "Health"),
    ("news/world", "World"),
    ("business", "Business"),
    ("business/economy", "Economy"),
    ("business/economy/markets", "Markets"),
    ("business/economy/jobs", "Jobs"),
    ("business/energy", "Energy"),
    ("business/energy/oil-and-gas", "Oil and gas"),
    ("business/energy/renewables", "Renewables"),
    ("business/transport", "Transport"),
    ("sport", "Sport"),
    ("sport/football", "Football"),
    ("sport/football/league", "League"),
    ("sport/athletics", "Athletics"),
    ("culture", "Culture"),
    ("culture/film", "Film"),
    ("culture/books", "Books"),
    ("opinion", "Opinion"),
    ("opinion/columns", "Columns"),
];

/// Where the articles stand, the busiest first; the rest of the sections have next to none of their own.
pub const BUSIEST: &[&str] = &[
    "news/politics/parliament",
    "sport/football/league",
    "business/economy/markets",
    "news/world",
    "news/society/health",
    "business/energy/oil-and-gas",
    "news/society/education",
    "opinion/columns",
    "culture/film",
    "business/transport",
    "news/politics/elections",
    "business/economy/jobs",
    "sport/athletics",
    "culture/books",
    "business/energy/renewables",
    "news",
    "sport/football",
    "business/economy",
    "news/politics",
    "news/society",
    "business/energy",
    "culture",
    "sport",
    "opinion",
    "business",
];

const FIELDS: [&str; 20] = [
    "Port", "Energy", "School", "Tax", "Rail", "Court", "Bank", "Water", "Road", "Film", "Health", "Farm", "Sea", "Air", "Gas", "City",
    "Steel", "Grain", "Border", "Media",
];
const ASPECTS: [&str; 20] = [
    "policy", "reform", "workers", "prices", "safety", "research", "law", "trade", "planning", "data", "jobs", "history", "strike",
    "funding", "exports", "quality", "festival", "market", "crisis", "treaty",
];

/// How many tags there are.
pub const TAGS: usize = FIELDS.len() * ASPECTS.len();
/// How many authors there are.
pub const AUTHORS: usize = 60;
/// How many pictures there are.
pub const MEDIA: usize = 200;

/// The names of all tags. Neighbours in the list have little in common, so that the busiest ones differ.
#[must_use]
pub fn tags() -> Vec<String> {
    (0..TAGS).map(|index| format!("{} {}", FIELDS[index % 20], ASPECTS[(index / 20 + index) % 20])).collect()
}

/// The names of all authors.
#[must_use]
pub fn authors() -> Vec<String> {
    let mut dice = Dice::new(0, 0x0061_7574_686f_7273, 0);
    (0..AUTHORS).map(|_| format!("{} {}", invented_name(&mut dice), invented_name(&mut dice))).collect()
}

/// A picture that exists as a record only.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Where it would be.
    pub url: String,
    /// What is to be seen on it.
    pub alt: String,
    /// Who took it.
    pub credit: String,
    /// In pixels.
    pub width: i32,
    /// In pixels.
    pub height: i32,
}

/// All pictures.
#[must_use]
pub fn pictures() -> Vec<Picture> {
    let mut dice = Dice::new(0, 0x0070_6963_7475_7265, 0);
    (0..MEDIA)
        .map(|index| {
            let (width, height) = *dice.pick(&[(1600, 900), (1600, 1067), (2400, 1600), (1200, 1600)]);
            let mut alt = String::from("A street");
            _ = write!(alt, " in {} under a {} sky", invented_name(&mut dice), dice.word(&["grey", "clear", "low", "pale", "bright"]));
            let credit = invented_name(&mut dice);
            Picture { url: format!("https://images.example.org/generated/{index:03}.jpg"), alt, credit, width, height }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{AUTHORS, BUSIEST, MEDIA, SECTIONS, TAGS, authors, pictures, tags};

    #[test]
    fn parents_stand_before_their_children() {
        let mut seen = HashSet::new();
        for (path, _) in SECTIONS {
            assert!(path.rsplit_once('/').is_none_or(|(parent, _)| seen.contains(parent)), "{path}");
            assert!(seen.insert(*path));
        }
        assert_eq!(BUSIEST.iter().copied().collect::<HashSet<_>>(), seen);
    }

    #[test]
    fn names_are_all_different() {
        assert_eq!(tags().into_iter().collect::<HashSet<_>>().len(), TAGS);
        assert_eq!(authors().into_iter().collect::<HashSet<_>>().len(), AUTHORS);
        assert_eq!(pictures().into_iter().map(|picture| picture.url).collect::<HashSet<_>>().len(), MEDIA);
        assert_eq!(authors(), authors());
    }
}
