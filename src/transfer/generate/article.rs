//! One generated article: everything about it follows from the seed and its number.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{
    dice::Dice,
    lexicon::Lexicon,
    prose::Story,
    structure::{AUTHORS, BUSIEST, MEDIA, TAGS},
};
use crate::domain::{
    article::{Kind, Status},
    slug::slugify,
};

const STORY: u64 = 1;
const ARTICLE: u64 = 2;
const ID: u64 = 3;
const GROUP: u64 = 4;

/// The archive reaches back this far.
const YEARS: i64 = 10;
/// In each window of this many articles two stories are followed.
const WINDOW: u64 = 24;
/// Of each so many articles those from a first one on, so many, were taken over from elsewhere and all have one time.
/// Where there are fewer than so many in all, none were.
const IMPORTS: [(u64, u64, u64); 2] = [(20_000, 4_000, 2_000), (1_000, 400, 50)];

/// Articles pick others of their own block alone, so that blocks can be written in any order, each by itself.
pub const BLOCK: u64 = 1_000;

/// What is to be made.
#[derive(Debug)]
pub struct Plan {
    /// Where chance begins.
    pub seed: u64,
    /// How many articles.
    pub articles: u64,
    /// The end of the archive.
    pub now: DateTime<Utc>,
    /// The languages, the commonest first.
    pub languages: Vec<Lexicon>,
}

/// An article as it was made up: sections by place in [`BUSIEST`], tags, authors and pictures by place in their lists.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the members of the contract, by the same names")]
pub struct Made {
    pub id: Uuid,
    pub slug: String,
    pub kind: Kind,
    pub language: &'static str,
    pub status: Status,
    pub title: String,
    pub kicker: Option<String>,
    pub standfirst: String,
    /// HTML in the form that the sanitiser gives.
    pub body: String,
    pub section: usize,
    pub sections: Vec<usize>,
    pub tags: Vec<usize>,
    pub byline: Vec<usize>,
    pub lead_media: Option<usize>,
    pub inline_media: Option<usize>,
    pub translation_group: Option<Uuid>,
    /// Null for drafts and for what is in review.
    pub published_at: Option<DateTime<Utc>>,
    pub updated_at: DateTime<Utc>,
    pub withdrawn_at: Option<DateTime<Utc>>,
    pub is_breaking: bool,
    pub is_featured: bool,
    /// Hand-picked, all of them older.
    pub related: Vec<Uuid>,
}

impl Plan {
    /// The `index`th article, the oldest being number 0. `picture` gives the figure for the picture with that number.
    pub fn article(&self, index: u64, picture: impl Fn(usize, &str) -> String) -> Made {
        let mut dice = Dice::new(self.seed, ARTICLE, index);
        let dice = &mut dice;
        // A translation follows its original.
        let original = self.is_translation(index).then(|| index - 1);
        let words = self.words(index);
        let (mut story_dice, follows) = self.story(original.unwrap_or(index));
        let story = Story::invent(&mut story_dice);
        let section = story_dice.skewed(BUSIEST.len());
        let mut tags = vec![story_dice.skewed(TAGS), story_dice.skewed(TAGS)];
        if follows {
            tags.push(story_dice.below(TAGS));
        }
        tags.extend((0..dice.below(3)).map(|_| dice.skewed(TAGS)));
        without_repeats(&mut tags);
        let mut sections: Vec<usize> = (0..usize::from(dice.chance(25))).map(|_| dice.skewed(BUSIEST.len())).collect();
        sections.retain(|other| *other != section);
        let mut byline: Vec<usize> = (0..1 + usize::from(dice.chance(20))).map(|_| dice.skewed(AUTHORS)).collect();
        without_repeats(&mut byline);

        let title = story.title(words, dice);
        let kicker = dice.chance(40).then(|| story.kicker().to_owned());
        let standfirst = story.standfirst(words, dice);
        let inline_media = dice.chance(15).then(|| dice.below(MEDIA));
        let figure = inline_media.map(|number| picture(number, &story.caption(words, dice)));
        let mut body = String::with_capacity(4_800);
        story.body(words, dice, figure.as_deref(), &mut body);

        let published = self.published(index);
        let (status, published_at, withdrawn_at) = match dice.below(400) {
            0 => (Status::Draft, None, None),
            1 => (Status::InReview, None, None),
            2 => (Status::Scheduled, Some(self.now + TimeDelta::hours(1 + dice.below(24 * 14) as i64)), None),
            3 => (Status::Archived, Some(published), Some((published + TimeDelta::hours(5)).min(self.now))),
            _ => (Status::Published, Some(published), None),
        };
        let corrected = published + TimeDelta::minutes(1 + dice.below(6_000) as i64);
        Made {
            id: self.id(index),
            slug: self.slug(&title, index),
            kind: kind(dice.below(100)),
            language: words.language,
            status,
            kicker,
            standfirst,
            body,
            section,
            sections,
            tags,
            byline,
            lead_media: dice.chance(70).then(|| dice.skewed(MEDIA)),
            inline_media,
            translation_group: original.or_else(|| self.is_translation(index + 1).then_some(index)).map(|of| self.group(of)),
            published_at,
            updated_at: if dice.chance(20) { corrected.min(self.now) } else { published },
            withdrawn_at,
            is_breaking: dice.chance(1),
            is_featured: dice.chance(5),
            related: self.picks(index, dice),
            title,
        }
    }

    /// When article `index` came out: evenly over the years, to the minute, and now and then many at one time.
    fn published(&self, index: u64) -> DateTime<Utc> {
        let import =
            IMPORTS.iter().find(|(each, first, count)| self.articles >= *each && (*first..first + count).contains(&(index % each)));
        let index = import.map_or(index, |(each, first, _)| index / each * each + first);
        let minutes = YEARS * 365 * 24 * 60;
        let back = i128::from(minutes) * i128::from(self.articles - index) / i128::from(self.articles.max(1));
        let exact = self.now - TimeDelta::minutes(i64::try_from(back).unwrap_or(minutes));
        DateTime::from_timestamp(exact.timestamp() / 60 * 60, 0).unwrap_or(exact)
    }

    /// The id that article `index` has: a UUIDv7 of the time at which it came out, later numbers after earlier ones.
    fn id(&self, index: u64) -> Uuid {
        let mut random = [0; 10];
        random[..2].copy_from_slice(&((index % 4096) as u16).to_be_bytes());
        random[2..].copy_from_slice(&Dice::new(self.seed, ID, index).roll().to_be_bytes());
        let milliseconds = u64::try_from(self.published(index).timestamp_millis()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid()
    }

    fn group(&self, original: u64) -> Uuid {
        let mut random = [0; 10];
        random[2..].copy_from_slice(&Dice::new(self.seed, GROUP, original).roll().to_be_bytes());
        let milliseconds = u64::try_from(self.published(original).timestamp_millis()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid()
    }

    /// Headlines repeat, numbers do not. The seed is in it so that a second run with another one fits beside the first.
    fn slug(&self, title: &str, index: u64) -> String {
        let words = slugify(title).map_or_else(|| "article".to_owned(), |slug| slug.to_string());
        format!("{words}-{:x}-{index}", self.seed)
    }

    fn is_translation(&self, index: u64) -> bool {
        self.languages.len() > 1 && index % 33 == 7
    }

    /// The language of article `index`; the first has three times as many as the others together.
    fn words(&self, index: u64) -> &Lexicon {
        let count = self.languages.len();
        let number = |index| {
            let mut dice = Dice::new(self.seed, STORY, index);
            if count == 1 || dice.chance(70) { 0 } else { 1 + dice.below(count - 1) }
        };
        let own = if self.is_translation(index) { (number(index - 1) + 1) % count } else { number(index) };
        &self.languages[own]
    }

    /// The dice of the story that article `index` tells, and whether others tell it too.
    fn story(&self, index: u64) -> (Dice, bool) {
        let mut dice = Dice::new(self.seed, STORY, index);
        dice.roll();
        let follows = dice.chance(40);
        let number = if follows { index / WINDOW * 2 + dice.below(2) as u64 } else { (1 << 40) + index };
        (Dice::new(self.seed, STORY << 8, number), follows)
    }

    fn picks(&self, index: u64, dice: &mut Dice) -> Vec<Uuid> {
        let back = index % BLOCK;
        if back == 0 || !dice.chance(2) {
            return Vec::new();
        }
        let back = usize::try_from(back.min(90)).unwrap_or(1);
        let mut picks: Vec<u64> = (0..1 + dice.below(2)).map(|_| index - 1 - dice.below(back) as u64).collect();
        without_repeats(&mut picks);
        picks.into_iter().map(|other| self.id(other)).collect()
    }
}

fn kind(percent: usize) -> Kind {
    match percent {
        0..70 => Kind::News,
        70..78 => Kind::Opinion,
        78..83 => Kind::Analysis,
        83..87 => Kind::Interview,
        87..92 => Kind::Feature,
        92..95 => Kind::Video,
        95..97 => Kind::Gallery,
        97..98 => Kind::Live,
        _ => Kind::PressRelease,
    }
}

fn without_repeats<T: PartialEq + Copy>(items: &mut Vec<T>) {
    let mut seen: Vec<T> = Vec::with_capacity(items.len());
    items.retain(|item| {
        let is_new = !seen.contains(item);
        seen.push(*item);
        is_new
    });
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::collections::{HashMap, HashSet};

    use chrono::{DateTime, TimeDelta};

    use super::{Made, Plan};
    use crate::{domain::article::Status, transfer::generate::lexicon::Lexicon};

    fn plan(seed: u64, articles: u64) -> Plan {
        let languages = ["en", "az"].iter().map(|tag| Lexicon::of(tag).unwrap()).collect();
        Plan { seed, articles, now: DateTime::from_timestamp(1_800_000_000, 0).unwrap(), languages }
    }

    fn all(plan: &Plan) -> Vec<Made> {
        (0..plan.articles).map(|index| plan.article(index, |number, _| format!("<hr>{number}"))).collect()
    }

    #[test]
    fn the_seed_decides() {
        let made = all(&plan(1, 60));
        assert_eq!(made, all(&plan(1, 60)));
        assert_ne!(made, all(&plan(2, 60)));
    }

    #[test]
    fn ids_and_slugs_are_unique_and_in_the_order_of_time() {
        let plan = plan(5, 3_000);
        let made = all(&plan);
        assert_eq!(made.iter().map(|article| &article.slug).collect::<HashSet<_>>().len(), 3_000);
        assert!(made.windows(2).all(|pair| pair[0].id < pair[1].id || pair[0].published_at == pair[1].published_at));
        assert_eq!(made.iter().map(|article| article.id).collect::<HashSet<_>>().len(), 3_000);
        for (index, article) in made.iter().enumerate() {
            let block = &made[index / 1_000 * 1_000..index];
            assert!(article.related.iter().all(|id| block.iter().any(|older| older.id == *id)));
        }
    }

    #[test]
    fn times_reach_back_ten_years_and_many_are_equal() {
        let plan = plan(5, 3_000);
        let times: Vec<_> = (0..3_000).map(|index| plan.published(index)).collect();
        assert!(times[0] < plan.now - TimeDelta::days(3_640) && times[2_999] <= plan.now && times[2_999] > plan.now - TimeDelta::days(3));
        assert!(times.is_sorted());
        let mut equal: HashMap<_, usize> = HashMap::new();
        times.iter().for_each(|at| *equal.entry(at).or_default() += 1);
        assert!(equal.values().filter(|count| **count >= 40).count() >= 3);
    }

    #[test]
    fn about_one_in_a_hundred_is_hidden_and_translations_come_in_pairs() {
        let made = all(&plan(5, 5_000));
        let hidden = made.iter().filter(|article| article.status != Status::Published).count();
        assert!((25..80).contains(&hidden), "{hidden}");
        let mut groups: HashMap<_, Vec<&Made>> = HashMap::new();
        for article in &made {
            if let Some(group) = article.translation_group {
                groups.entry(group).or_default().push(article);
            }
        }
        assert!(groups.len() > 100);
        assert!(groups.values().all(|pair| pair.len() == 2 && pair[0].language != pair[1].language && pair[0].section == pair[1].section));
        let english = made.iter().filter(|article| article.language == "en").count();
        assert!((3_000..4_000).contains(&english), "{english}");
    }

    #[test]
    fn sections_and_tags_are_skewed() {
        let made = all(&plan(5, 3_000));
        let share = |wanted: usize| made.iter().filter(|article| article.section == wanted).count();
        assert!(share(0) > 4 * share(10) && share(10) > 0, "{} {}", share(0), share(10));
        let tagged = |wanted: usize| made.iter().filter(|article| article.tags.contains(&wanted)).count();
        assert!(tagged(0) > 10 * tagged(100).max(1), "{} {}", tagged(0), tagged(100));
    }
}
