//! What to read next: why one article is shown beside another, and in which order.
//!
//! The store gathers a bounded number of candidates; what an editor would have made of them is decided here.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::id::ArticleId;

/// Why an article is in a related list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RelatedReason)]
pub enum Reason {
    /// An editor picked it.
    Curated,
    /// It follows the same events, within days.
    SameStory,
    /// It is about the same, by tags that few articles have.
    SharedTags,
    /// Its headline says much the same.
    SimilarText,
    /// It is of the same section, and fills the list.
    SameSection,
    /// It is of the same days, and fills the list where the section has no more.
    Recent,
}

/// An article that may be related to another; or that other itself.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Which article.
    pub id: ArticleId,
    /// Its headline.
    pub title: String,
    /// The stems of headline, kicker and standfirst, each once.
    pub terms: Vec<String>,
    /// When it was published.
    pub at: DateTime<Utc>,
    /// Whether it is of the same primary section.
    pub in_section: bool,
    /// Its place among an editor's picks, if it is one.
    pub pick: Option<i32>,
    /// The sum over the shared tags of their rarity: 0 for a tag of every article, 1 for one of a single article.
    pub shared_rarity: f64,
    /// Whether it was taken for its date alone: these tell which words are common.
    pub is_sample: bool,
}

/// A member of a related list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Related {
    /// Which article.
    pub id: ArticleId,
    /// Why it is there.
    pub reason: Reason,
    /// How well it goes with the other, from 0 to 1.
    pub score: f64,
}

/// Within so many days, articles that say much the same tell the same story.
const STORY_DAYS: f64 = 7.0;
/// How alike headlines are (by [`Words::similarity`]) that tell the same story.
const STORY: f64 = 0.35;
/// The same where a rare tag says so too.
const TAGGED_STORY: f64 = 0.2;
/// Everything else stands below the articles of the same story.
const STORY_FLOOR: f64 = 0.75;
/// Half of the recency's share is gone after so many days between the two articles.
const HALF_LIFE_DAYS: f64 = 60.0;
/// How many of all stems of two headlines are common to both when one is a copy of the other.
const COPY: f64 = 0.75;

/// The list of what is related to `subject`, best first: at most `limit`, none of `exclude`.
///
/// The picks come first, in their order. No other is a near-copy of the subject, of one before it, or of an excluded one.
#[must_use]
pub fn rank(subject: &Candidate, candidates: &[Candidate], exclude: &[ArticleId], limit: usize) -> Vec<Related> {
    let exclude: HashSet<ArticleId> = exclude.iter().copied().collect();
    let words = Words::of(subject, candidates);
    let mut ranked: Vec<(Related, usize)> = candidates
        .iter()
        .enumerate()
        .filter(|(_, candidate)| candidate.id != subject.id)
        .map(|(place, candidate)| (judge(subject, candidate, words.similarity(place)), place))
        .collect();
    let pick = |place: usize| candidates[place].pick.unwrap_or(i32::MAX);
    ranked.sort_by(|(a, at), (b, bt)| {
        pick(*at).cmp(&pick(*bt)).then(b.score.total_cmp(&a.score)).then(candidates[*bt].at.cmp(&candidates[*at].at)).then(b.id.cmp(&a.id))
    });

    // What is shown elsewhere on the page already; a copy of it would be seen twice.
    let mut shown: Vec<usize> = (0..candidates.len()).filter(|place| exclude.contains(&candidates[*place].id)).collect();
    let mut list = Vec::with_capacity(limit);
    for (related, place) in ranked {
        if list.len() == limit {
            break;
        }
        if exclude.contains(&related.id) {
            continue;
        }
        let is_copy = || words.is_copy_of_subject(place) || shown.iter().any(|other| words.is_copy(place, *other));
        if related.reason != Reason::Curated && is_copy() {
            continue;
        }
        shown.push(place);
        list.push(related);
    }
    list
}

/// What speaks for a candidate. Several weak reasons add up without ever passing 1.
fn judge(subject: &Candidate, candidate: &Candidate, similarity: f64) -> Related {
    let related = |reason, score| Related { id: candidate.id, reason, score };
    if candidate.pick.is_some() {
        return related(Reason::Curated, 1.0);
    }
    let text = 0.9 * (1.6 * similarity).min(1.0);
    let tags = 0.8 * (1.0 - (-1.5 * candidate.shared_rarity).exp());
    let section = if candidate.in_section { 0.12 } else { 0.0 };
    let days = (subject.at - candidate.at).num_minutes().unsigned_abs() as f64 / 1440.0;
    let recency = 0.75 + 0.25 * (-days / HALF_LIFE_DAYS).exp2();
    let kinship = (1.0 - (1.0 - text) * (1.0 - tags) * (1.0 - section)) * recency;

    let is_story = similarity >= STORY || (similarity >= TAGGED_STORY && candidate.shared_rarity >= 0.4);
    if is_story && days <= STORY_DAYS {
        return related(Reason::SameStory, STORY_FLOOR + (1.0 - STORY_FLOOR) * kinship);
    }
    let reason = if tags >= 0.2 && tags >= text {
        Reason::SharedTags
    } else if text >= 0.12 {
        Reason::SimilarText
    } else if tags >= 0.2 {
        Reason::SharedTags
    } else if candidate.in_section {
        Reason::SameSection
    } else {
        Reason::Recent
    };
    // What is there for its date alone is worth next to nothing, but has an order too.
    related(reason, STORY_FLOOR * kinship.max(0.02 * recency))
}

/// The words of the headlines, each weighed by how rare it is among the articles of those days: names count, "the",
/// "new" and "city" do not.
struct Words<'a> {
    rarity: Vec<f64>,
    subject: Headline<'a>,
    candidates: Vec<Headline<'a>>,
}

struct Headline<'a> {
    title: &'a str,
    terms: Vec<usize>,
    length: f64,
}

impl<'a> Words<'a> {
    fn of(subject: &'a Candidate, candidates: &'a [Candidate]) -> Self {
        let mut numbers: HashMap<&str, usize> = HashMap::new();
        let mut number = |candidate: &'a Candidate| {
            let mut terms: Vec<usize> = candidate
                .terms
                .iter()
                .map(|term| {
                    let next = numbers.len();
                    *numbers.entry(term).or_insert(next)
                })
                .collect();
            terms.sort_unstable();
            terms.dedup();
            Headline { title: candidate.title.trim(), terms, length: 0.0 }
        };
        let mut subject = number(subject);
        let mut headlines: Vec<Headline<'a>> = candidates.iter().map(number).collect();
        let mut seen = vec![0_u32; numbers.len()];
        let mut sample = 0_u32;
        for (headline, _) in headlines.iter().zip(candidates).filter(|(_, candidate)| candidate.is_sample) {
            sample += 1;
            headline.terms.iter().for_each(|term| seen[*term] += 1);
        }
        let rarity: Vec<f64> = seen.iter().map(|seen| (f64::from(sample + 2) / f64::from(seen + 1)).ln()).collect();
        for headline in std::iter::once(&mut subject).chain(&mut headlines) {
            headline.length = headline.terms.iter().map(|term| rarity[*term].powi(2)).sum::<f64>().sqrt();
        }
        Self { rarity, subject, candidates: headlines }
    }

    /// The cosine of the angle between two headlines, from 0 (nothing in common) to 1 (the same words).
    fn similarity(&self, place: usize) -> f64 {
        let other = &self.candidates[place];
        let shared: Vec<f64> = common(&self.subject.terms, &other.terms).map(|term| self.rarity[term].powi(2)).collect();
        let length = self.subject.length * other.length;
        if length == 0.0 {
            return 0.0;
        }
        // One word alone may mean anything.
        let trust = if shared.len() > 1 { 1.0 } else { 0.5 };
        // Rounded, so that nothing depends on the order in which the words were added up.
        (trust * shared.iter().sum::<f64>() / length * 1e6).round() / 1e6
    }

    fn is_copy_of_subject(&self, place: usize) -> bool {
        are_copies(&self.subject, &self.candidates[place])
    }

    fn is_copy(&self, place: usize, other: usize) -> bool {
        are_copies(&self.candidates[place], &self.candidates[other])
    }
}

/// Whether readers would take two cards for the same article.
fn are_copies(a: &Headline<'_>, b: &Headline<'_>) -> bool {
    if a.title == b.title {
        return true;
    }
    let shared = common(&a.terms, &b.terms).count();
    let all = a.terms.len() + b.terms.len() - shared;
    shared >= 4 && shared as f64 >= COPY * all as f64
}

/// What stands in both of two sorted lists.
fn common<'t>(a: &'t [usize], b: &'t [usize]) -> impl Iterator<Item = usize> + 't {
    let mut rest = b.iter().copied().peekable();
    a.iter().copied().filter(move |term| {
        while rest.next_if(|other| other < term).is_some() {}
        rest.peek() == Some(term)
    })
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    fn article(title: &str, days_ago: i64) -> Candidate {
        let terms = title.to_lowercase().split_whitespace().map(str::to_owned).collect();
        let at = DateTime::UNIX_EPOCH + TimeDelta::days(10_000 - days_ago);
        Candidate {
            id: ArticleId::new(),
            title: title.to_owned(),
            terms,
            at,
            in_section: false,
            pick: None,
            shared_rarity: 0.0,
            is_sample: true,
        }
    }

    /// The news of those days, so that some words are common.
    fn others() -> Vec<Candidate> {
        let subjects = ["budget", "school", "election", "museum", "festival", "hospital", "market", "railway", "court", "library"];
        subjects.iter().map(|subject| article(&format!("the new {subject} of the city {subject}s"), 3)).collect()
    }

    fn list(subject: &Candidate, mut some: Vec<Candidate>, limit: usize) -> Vec<Related> {
        some.extend(others());
        rank(subject, &some, &[], limit)
    }

    #[test]
    fn picks_come_first_and_in_their_order() {
        let subject = article("Ottilie floods harbour bridge", 5);
        let story = article("Harbour bridge shut after Ottilie floods quay", 5);
        let second = Candidate { pick: Some(1), ..article("How tides work", 900) };
        let first = Candidate { pick: Some(0), ..article("A town below the sea", 400) };
        let found = list(&subject, vec![story.clone(), second.clone(), first.clone()], 3);
        let reasons: Vec<_> = found.iter().map(|one| (one.id, one.reason)).collect();
        assert_eq!(reasons, [(first.id, Reason::Curated), (second.id, Reason::Curated), (story.id, Reason::SameStory)]);
        assert!(found[0].score == 1.0 && found[2].score < 1.0);
    }

    #[test]
    fn the_same_story_comes_before_the_same_tags_and_these_before_fillers() {
        let subject = article("Ottilie floods harbour bridge", 5);
        let story = article("Harbour bridge shut after Ottilie floods quay", 4);
        let tagged = Candidate { shared_rarity: 0.9, ..article("Pilots strike for a third week", 5) };
        let filler = Candidate { in_section: true, ..article("Cinema reopens", 5) };
        let found = list(&subject, vec![filler.clone(), tagged.clone(), story.clone()], 4);
        let reasons: Vec<_> = found.iter().map(|one| one.reason).collect();
        assert_eq!(reasons, [Reason::SameStory, Reason::SharedTags, Reason::SameSection, Reason::Recent]);
    }

    #[test]
    fn a_rare_tag_outweighs_a_common_one() {
        let subject = article("Ottilie floods harbour bridge", 5);
        let rare = Candidate { shared_rarity: 0.8, ..article("Ferry fares rise", 40) };
        let common = Candidate { shared_rarity: 0.1, ..article("Bakers meet", 5) };
        assert_eq!(list(&subject, vec![common, rare.clone()], 1)[0].id, rare.id);
    }

    #[test]
    fn what_is_the_same_after_a_year_is_not_the_same_story() {
        let subject = article("Ottilie floods harbour bridge", 0);
        let found = list(&subject, vec![article("Harbour bridge shut after Ottilie floods quay", 365)], 1);
        assert_eq!(found[0].reason, Reason::SimilarText);
    }

    #[test]
    fn words_that_every_headline_has_count_for_nothing() {
        let subject = article("the new ferry of the city sails", 3);
        let found = list(&subject, vec![article("Ferry sails into fog", 3)], 20);
        assert_eq!((found[0].reason, found.len()), (Reason::SameStory, 11));
        assert!(found[1..].iter().all(|one| one.reason == Reason::Recent), "{found:?}");
    }

    #[test]
    fn near_copies_are_dropped() {
        let subject = article("Ottilie floods harbour bridge at dawn", 5);
        let copy = article("Ottilie floods harbour bridge at dawn", 1);
        let agency = article("Mayor reopens long closed harbour ferry quay", 4);
        let reprint = article("Mayor reopens long closed harbour ferry quay today", 3);
        let found = list(&subject, vec![copy.clone(), agency.clone(), reprint.clone()], 20);
        assert!(found.iter().all(|one| one.id != copy.id));
        assert_eq!(found.iter().filter(|one| one.id == agency.id || one.id == reprint.id).count(), 1);
        let some = [agency.clone(), reprint.clone()];
        assert!(rank(&subject, &some, &[agency.id], 9).is_empty(), "a copy of what the page shows already");
    }

    proptest! {
        #[test]
        fn the_list_is_full_ordered_and_the_same_whatever_the_order_of_the_candidates(
            some in proptest::collection::vec(("[a-f]( [a-f]){0,5}", 0_i64..500, any::<bool>(), 0.0..2.0_f64, any::<bool>()), 0..30),
            limit in 0_usize..12,
        ) {
            let subject = article("a b c d", 100);
            let mut all: Vec<Candidate> = some
                .into_iter()
                .map(|(title, days, in_section, shared_rarity, is_sample)| Candidate { in_section, shared_rarity, is_sample, ..article(&title, days) })
                .collect();
            let found = rank(&subject, &all, &[], limit);
            prop_assert!(found.len() <= limit);
            prop_assert!(found.windows(2).all(|two| two[0].score >= two[1].score));
            prop_assert!(found.iter().all(|one| (0.0..=1.0).contains(&one.score)));
            all.reverse();
            prop_assert_eq!(rank(&subject, &all, &[], limit), found);
        }
    }
}
