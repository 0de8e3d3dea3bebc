//! Times as clients write them.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Deserializer, de::Error};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        KnownFormat, RefOr, SchemaFormat, Type,
        schema::{ObjectBuilder, Schema},
    },
};

/// A moment: RFC 3339 with any offset, or a date, which stands for its first moment in UTC. Years 1 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(pub DateTime<Utc>);

impl Moment {
    /// Reads a moment.
    ///
    /// # Errors
    /// A sentence for the client.
    pub fn parse(text: &str) -> Result<Self, String> {
        // A plus sign that was not encoded arrives as a space.
        let text = text.replace(' ', "+");
        let moment = DateTime::parse_from_rfc3339(&text).map(|moment| moment.with_timezone(&Utc)).ok();
        let moment =
            moment.or_else(|| NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok().map(|date| date.and_time(NaiveTime::MIN).and_utc()));
        // Postgres keeps microseconds; what is finer would make the stored time differ from the one given.
        moment
            .filter(|moment| (1..=9999).contains(&moment.year()))
            .and_then(|moment| DateTime::from_timestamp_micros(moment.timestamp_micros()))
            .map(Self)
            .ok_or_else(|| "it must be a time like `2026-03-02T06:10:00Z` or a date like `2026-03-02`, in the years 1 to 9999".to_owned())
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

impl PartialSchema for Moment {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))).build().into()
    }
}
impl ToSchema for Moment {}
