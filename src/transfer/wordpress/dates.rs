//! The dates of a WordPress export: local times without an offset beside UTC ones, zeros for none, and RFC 2822.

use chrono::{DateTime, Datelike, NaiveDateTime, Utc};

/// `2024-04-30 06:10:00`; none for zeros, nonsense, and years that no publication has.
pub(super) fn parse(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim().replace('T', " ");
    let text = text.trim_end_matches('Z');
    let parsed =
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M")).ok()?;
    (1400..=9999).contains(&parsed.year()).then_some(parsed)
}

/// A moment, and whether it had to be guessed from a local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub at: DateTime<Utc>,
    pub is_guess: bool,
}

/// The best reading of an item's date: the UTC one; else the feed's (`published`, UTC by its offset); else the local one, with the
/// offset that another pair of the item shows, else taken for UTC.
pub(super) fn moment(gmt: &str, local: &str, published: &str, other: (&str, &str)) -> Option<Moment> {
    if let Some(at) = parse(gmt) {
        return Some(Moment { at: at.and_utc(), is_guess: false });
    }
    let local = parse(local)?;
    if let Ok(at) = DateTime::parse_from_rfc2822(published.trim()) {
        let at = at.with_timezone(&Utc);
        // Drafts carry nonsense here; no zone is further than 14 hours away.
        if (at.naive_utc() - local).num_hours().abs() <= 14 {
            return Some(Moment { at, is_guess: false });
        }
    }
    if let (Some(other_gmt), Some(other_local)) = (parse(other.0), parse(other.1)) {
        let offset = other_local - other_gmt;
        if offset.num_hours().abs() <= 14
            && let Some(at) = local.checked_sub_signed(offset)
        {
            return Some(Moment { at: at.and_utc(), is_guess: false });
        }
    }
    Some(Moment { at: local.and_utc(), is_guess: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(gmt: &str, local: &str, published: &str, other: (&str, &str)) -> Option<(String, bool)> {
        moment(gmt, local, published, other).map(|moment| (moment.at.format("%F %T").to_string(), moment.is_guess))
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "0000-00-00 00:00:00",
            "",
            "2024-02-30 00:00:00",
            "2024-13-01 00:00:00",
            "-0001-11-30 00:00:00",
            "99999-01-01 00:00:00",
            "soon",
            "0001-01-01 00:00:00",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert!(parse("2024-04-30 06:10:00").is_some() && parse("2024-04-30T06:10:00Z").is_some());
    }

    #[test]
    fn utc_comes_first_then_the_feed_then_the_offset_of_another_date() {
        let zero = "0000-00-00 00:00:00";
        let local = "2024-04-30 08:10:00";
        assert_eq!(read("2024-04-30 06:10:00", local, "", ("", "")), Some(("2024-04-30 06:10:00".into(), false)));
        assert_eq!(read(zero, local, "Tue, 30 Apr 2024 06:10:00 +0000", ("", "")), Some(("2024-04-30 06:10:00".into(), false)));
        assert_eq!(
            read(zero, local, "Mon, 30 Nov -0001 00:00:00 +0000", ("2024-05-01 10:00:00", "2024-05-01 12:00:00")),
            Some(("2024-04-30 06:10:00".into(), false))
        );
        assert_eq!(read(zero, local, "Thu, 01 Jan 1970 00:00:00 +0000", (zero, zero)), Some(("2024-04-30 08:10:00".into(), true)));
        assert_eq!(read(zero, zero, "", (zero, zero)), None);
    }
}
