//! How the archive is divided for search engines: a file a month, and more for a month that has too many articles for one.

use chrono::{Datelike, NaiveDate};

/// So many articles are well in one file; the protocol allows five times as many, and a part may get somewhat more than its share.
const IN_ONE_FILE: i64 = 10_000;

/// A month of the archive (UTC), or one of several parts of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SitemapMonth {
    /// Its first day.
    pub first_day: NaiveDate,
    /// Which part, from 1.
    pub part: u16,
    /// How many parts the month is divided into.
    pub parts: u16,
}

impl SitemapMonth {
    /// The files of a month with so many articles.
    pub fn of(first_day: NaiveDate, articles: i64) -> impl Iterator<Item = Self> {
        let parts = u16::try_from(articles.max(1).unsigned_abs().div_ceil(IN_ONE_FILE.unsigned_abs())).unwrap_or(u16::MAX);
        (1..=parts).map(move |part| Self { first_day, part, parts })
    }

    /// As an address names it: `2026-03`, `2026-03-2-of-5`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // Written out, for chrono also takes a sign and fewer digits.
        let number = |digits: &str, length: std::ops::RangeInclusive<usize>| -> Option<u16> {
            let is_number = length.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse().ok().filter(|_| is_number)
        };
        let mut pieces = text.splitn(3, '-');
        let (year, month) = (number(pieces.next()?, 4..=4)?, number(pieces.next()?, 2..=2)?);
        let (part, parts) = match pieces.next() {
            None => (1, 1),
            Some(rest) => {
                let (part, parts) = rest.split_once("-of-")?;
                (number(part, 1..=5)?, number(parts, 1..=5)?)
            }
        };
        let first_day = NaiveDate::from_ymd_opt(year.into(), month.into(), 1)?;
        let this = Self { first_day, part, parts };
        // Only one address leads to a file.
        ((1..=parts).contains(&part) && this.to_string() == text).then_some(this)
    }
}

impl std::fmt::Display for SitemapMonth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.first_day.year(), self.first_day.month())?;
        if self.parts > 1 {
            write!(f, "-{}-of-{}", self.part, self.parts)?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_month_has_as_many_files_as_it_needs() {
        let march = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        let names = |articles| SitemapMonth::of(march, articles).map(|month| month.to_string()).collect::<Vec<_>>();
        assert_eq!(names(1), ["2026-03"]);
        assert_eq!(names(10_000), ["2026-03"]);
        assert_eq!(names(20_001), ["2026-03-1-of-3", "2026-03-2-of-3", "2026-03-3-of-3"]);
    }

    #[test]
    fn what_is_no_month_is_refused() {
        for text in [
            "",
            "2026",
            "2026-13",
            "2026-3",
            "+026-03",
            "2026-03-",
            "2026-03-1-of-1",
            "2026-03-3-of-2",
            "2026-03-0-of-2",
            "2026-03-01-of-2",
        ] {
            assert_eq!(SitemapMonth::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_name_leads_back_to_its_month(year in 0_i32..=9999, month in 1_u32..=12, articles in 0_i64..200_000) {
            let first_day = NaiveDate::from_ymd_opt(year, month, 1).unwrap();
            for file in SitemapMonth::of(first_day, articles) {
                prop_assert_eq!(SitemapMonth::parse(&file.to_string()), Some(file));
            }
        }

        #[test]
        fn whatever_is_asked_for_is_answered(text in "\\PC*") {
            let _ = SitemapMonth::parse(&text);
        }
    }
}
