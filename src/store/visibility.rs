//! Who sees which article. Nothing else decides this.

use std::{collections::HashSet, sync::Arc};

use diesel::{
    AppearsOnTable, BoolExpressionMethods, BoxableExpression, Expression, ExpressionMethods, IntoSql, PgConnection, QueryDsl, RunQueryDsl,
    SelectableExpression, dsl,
    expression::{ValidGrouping, is_aggregate},
    pg::Pg,
    query_builder::{AstPass, QueryFragment, QueryId},
    result::QueryResult,
    sql_types::{Array, Bool, Integer, Nullable, Text, Uuid as SqlUuid},
};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{articles::record::Former, error::StoreResult, functions::is_visible};
use crate::{
    domain::{
        article::Kind,
        id::{ArticleId, SectionId, SourceId},
        licence::{Licence, Scope},
    },
    schema::{articles, sql_types::ArticleKind},
};

/// A condition on a query whose source is `From`.
pub type Condition<From> = Box<dyn BoxableExpression<From, Pg, SqlType = Nullable<Bool>>>;

/// Published or due, and not withdrawn.
#[dsl::auto_type(no_type_alias)]
fn visible() -> _ {
    is_visible(articles::published_at, articles::withdrawn_at)
}

/// What `scope` may see: a SQL text a scope, for one text for all would lose the partial index.
pub fn visible_to<From>(scope: &Scope) -> Condition<From>
where
    articles::id: SelectableExpression<From>,
    articles::published_at: SelectableExpression<From>,
    articles::withdrawn_at: SelectableExpression<From>,
    articles::created_by_id: SelectableExpression<From>,
    From: 'static,
{
    match scope {
        Scope::Public => Box::new(visible()),
        Scope::Own(user) => Box::new(visible().or(articles::created_by_id.eq(*user))),
        Scope::Everything => Box::new(visible().or(true.into_sql::<Bool>())),
        Scope::Licensed(licence) => Box::new(Licensed { licence: Arc::clone(licence), is_of_what_is_gone: false }),
    }
}

/// What a list for readers shows to `scope`: the newsroom sees it as readers do, a partner what the licence leaves of it.
pub fn readable_by<From>(scope: &Scope) -> Condition<From>
where
    articles::id: SelectableExpression<From>,
    articles::published_at: SelectableExpression<From>,
    articles::withdrawn_at: SelectableExpression<From>,
    articles::created_by_id: SelectableExpression<From>,
    From: 'static,
{
    visible_to(&scope.of_reader())
}

/// Which of these articles `scope` sees in lists for readers: for ids that a statement found without asking who it is for.
///
/// # Errors
/// Those of the database.
pub fn readable(conn: &mut PgConnection, scope: &Scope, ids: &[ArticleId]) -> StoreResult<HashSet<ArticleId>> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let found: Vec<ArticleId> =
        articles::table.filter(articles::id.eq_any(ids)).filter(readable_by(scope)).select(articles::id).load(conn)?;
    Ok(found.into_iter().collect())
}

/// Which of these articles, that are no longer to be seen, `scope` could never see: it is not even told that they are gone. Of what is
/// deleted nothing is left to ask, and nothing but its id to tell.
///
/// # Errors
/// Those of the database.
pub fn never_readable(conn: &mut PgConnection, scope: &Scope, ids: &[ArticleId]) -> StoreResult<HashSet<ArticleId>> {
    let Scope::Licensed(licence) = scope else { return Ok(HashSet::new()) };
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let was = Licensed { licence: Arc::clone(licence), is_of_what_is_gone: true };
    let found: Vec<(ArticleId, Option<bool>)> = articles::table.filter(articles::id.eq_any(ids)).select((articles::id, was)).load(conn)?;
    Ok(found.into_iter().filter(|(_, was)| *was != Some(true)).map(|(id, _)| id).collect())
}

/// Narrows a statement that is written out, where `alias` is its table of articles and readers' visibility is asked already:
/// adds ` AND …` for a partner, and nothing for anybody else.
///
/// # Errors
/// When a value cannot be bound.
pub fn push_narrowed<'b>(out: &mut AstPass<'_, 'b, Pg>, scope: &'b Scope, alias: &str) -> QueryResult<()> {
    match scope {
        Scope::Public | Scope::Own(_) | Scope::Everything => Ok(()),
        Scope::Licensed(licence) => {
            out.push_sql(" AND ");
            push_licensed(out, licence, alias)
        }
    }
}

/// The moment up to which `scope` sees what is published, as SQL: `now()`, moved by a licence's embargo or advance.
#[derive(Clone, Debug)]
pub struct Present(i32);

impl Present {
    /// The present of `scope`.
    #[must_use]
    pub fn of(scope: &Scope) -> Self {
        Self(scope.licence().map_or(0, Licence::minutes_ahead))
    }
}

impl QueryFragment<Pg> for Present {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("now()");
        if self.0 != 0 {
            out.push_sql(" + make_interval(mins => ");
            out.push_bind_param::<Integer, i32>(&self.0)?;
            out.push_sql(")");
        }
        Ok(())
    }
}

impl Expression for Present {
    type SqlType = diesel::sql_types::Timestamptz;
}
impl<From> SelectableExpression<From> for Present {}
impl<From> AppearsOnTable<From> for Present {}
impl ValidGrouping<()> for Present {
    type IsAggregate = is_aggregate::Never;
}
impl QueryId for Present {
    type QueryId = ();
    // The text depends on the value.
    const HAS_STATIC_QUERY_ID: bool = false;
}

/// What a licence leaves of the articles of the query around.
#[derive(Clone, Debug)]
struct Licensed {
    licence: Arc<Licence>,
    /// Whether it is about what is no longer to be seen.
    is_of_what_is_gone: bool,
}

impl QueryFragment<Pg> for Licensed {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if self.is_of_what_is_gone {
            out.push_sql("(coalesce(articles.published_at, articles.first_published_at) <= coalesce(articles.withdrawn_at, now())");
            if self.licence.embargo_minutes != 0 {
                // What went before its embargo ended, the partner never saw.
                out.push_sql(" - make_interval(mins => ");
                out.push_bind_param::<Integer, i32>(&self.licence.embargo_minutes)?;
                out.push_sql(")");
            }
            return push_terms(&mut out, &self.licence, "articles", Filed::Was);
        }
        push_licensed(&mut out, &self.licence, "articles")
    }
}

impl Expression for Licensed {
    type SqlType = Nullable<Bool>;
}
impl<From> SelectableExpression<From> for Licensed where articles::id: SelectableExpression<From> {}
impl<From> AppearsOnTable<From> for Licensed where articles::id: AppearsOnTable<From> {}
impl ValidGrouping<()> for Licensed {
    type IsAggregate = is_aggregate::No;
}
impl QueryId for Licensed {
    type QueryId = ();
    // The text depends on what the licence narrows.
    const HAS_STATIC_QUERY_ID: bool = false;
}

/// Whether somebody ever saw an article as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sight {
    /// Never.
    Never,
    /// It may be: its time was near, or nothing was written down.
    Perhaps,
    /// It was there to be seen.
    Seen,
}

/// Whether `scope` saw an article that was so, and stood on these lists, at that time: what may be told of one that is gone.
#[must_use]
pub fn saw(scope: &Scope, former: &Former, lists: &[Uuid], at: DateTime<Utc>) -> Sight {
    let Former { published_at, kind, language, source_id, may_be_passed_on } = former;
    let mut visible_from = *published_at;
    if let Some(licence) = scope.licence() {
        // Every member is named, so that a new one cannot be forgotten here.
        let Licence { sections, kinds, languages, sources, extent: _, has_pictures: _, embargo_minutes: _, advance_minutes: _ } = licence;
        visible_from = licence.visible_from(*published_at);
        let language = language.to_lowercase();
        let is_given = *may_be_passed_on
            && sections.as_ref().is_none_or(|sections| sections.iter().any(|section| lists.contains(&section.0)))
            && kinds.as_ref().is_none_or(|kinds| kinds.contains(kind))
            && languages.as_ref().is_none_or(|all| all.iter().any(|one| *one == language || language.split('-').next() == Some(one)))
            && source_id.is_none_or(|source| sources.as_ref().is_none_or(|sources| sources.contains(&source)));
        if !is_given {
            return Sight::Never;
        }
    }
    if visible_from <= at { Sight::Seen } else { Sight::Perhaps }
}

/// Whether `scope` may have lost an article by something happening to these lists, of which it stands on one: no reader can.
#[must_use]
pub fn may_lose(scope: &Scope, lists: &[Uuid]) -> bool {
    let sections = scope.licence().and_then(|licence| licence.sections.as_ref());
    sections.is_some_and(|sections| sections.iter().any(|section| lists.contains(&section.0)))
}

/// The predicate of a licence. Only what it narrows is in the text, so that the planner sees no condition that always holds.
fn push_licensed<'b>(out: &mut AstPass<'_, 'b, Pg>, licence: &'b Licence, alias: &str) -> QueryResult<()> {
    out.push_sql(&format!("({alias}.withdrawn_at IS NULL AND {alias}.published_at <= now()"));
    if licence.embargo_minutes != 0 {
        out.push_sql(" - make_interval(mins => ");
        out.push_bind_param::<Integer, i32>(&licence.embargo_minutes)?;
        out.push_sql(")");
    }
    if licence.advance_minutes != 0 {
        out.push_sql(" + make_interval(mins => ");
        out.push_bind_param::<Integer, i32>(&licence.advance_minutes)?;
        out.push_sql(")");
    }
    push_terms(out, licence, alias, Filed::Is)
}

/// Where the sections of an article are found.
#[derive(Clone, Copy, Debug)]
enum Filed {
    /// It is to be seen, and stands on its lists.
    Is,
    /// It was taken off them.
    Was,
}

/// What a licence says of the article itself, and the bracket that closes the predicate.
fn push_terms<'b>(out: &mut AstPass<'_, 'b, Pg>, licence: &'b Licence, alias: &str, filed: Filed) -> QueryResult<()> {
    // Every member is named, so that a new one cannot be forgotten here.
    let Licence { sections, kinds, languages, sources, extent: _, has_pictures: _, embargo_minutes: _, advance_minutes: _ } = licence;
    out.push_sql(&format!(
        " AND NOT EXISTS (SELECT 1 FROM article_sources o WHERE o.article_id = {alias}.id AND (o.rights = 'no_syndication'"
    ));
    if let Some(sources) = sources {
        out.push_sql(" OR o.source_id <> ALL(");
        out.push_bind_param::<Array<SqlUuid>, Vec<SourceId>>(sources)?;
        out.push_sql(")");
    }
    out.push_sql("))");
    if let Some(kinds) = kinds {
        out.push_sql(&format!(" AND {alias}.kind = ANY("));
        out.push_bind_param::<Array<ArticleKind>, Vec<Kind>>(kinds)?;
        out.push_sql(")");
    }
    if let Some(languages) = languages {
        out.push_sql(&format!(" AND ARRAY[lower({alias}.language), split_part(lower({alias}.language), '-', 1)] && "));
        out.push_bind_param::<Array<Text>, Vec<String>>(languages)?;
    }
    if let Some(sections) = sections {
        match filed {
            Filed::Is => {
                out.push_sql(&format!(
                    " AND EXISTS (SELECT 1 FROM article_listings n WHERE n.article_id = {alias}.id AND n.list_id = ANY("
                ));
                out.push_bind_param::<Array<SqlUuid>, Vec<SectionId>>(sections)?;
                out.push_sql("))");
            }
            Filed::Was => {
                out.push_sql(&format!(
                    " AND EXISTS (SELECT 1 FROM sections n WHERE (n.id = {alias}.section_id OR n.id IN \
                     (SELECT f.section_id FROM article_sections f WHERE f.article_id = {alias}.id)) AND n.ancestor_ids && "
                ));
                out.push_bind_param::<Array<SqlUuid>, Vec<SectionId>>(sections)?;
                out.push_sql(")");
            }
        }
    }
    out.push_sql(")");
    Ok(())
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::domain::licence::Extent;

    #[test]
    fn who_could_not_see_an_article_has_not_seen_it() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap_or_default();
        let (sport, outlet) = (SectionId::new(), SourceId::new());
        let former = Former {
            published_at: now - TimeDelta::minutes(10),
            kind: Kind::News,
            language: "pt-BR".to_owned(),
            source_id: None,
            may_be_passed_on: true,
        };
        let scheduled = Former { published_at: now + TimeDelta::minutes(10), ..former.clone() };
        assert_eq!(saw(&Scope::Public, &former, &[], now), Sight::Seen);
        assert_eq!(saw(&Scope::Public, &scheduled, &[], now), Sight::Perhaps);

        let licence = Licence {
            sections: None,
            kinds: None,
            languages: None,
            sources: None,
            extent: Extent::Full,
            has_pictures: true,
            embargo_minutes: 0,
            advance_minutes: 0,
        };
        let under = |licence: Licence, former: &Former| saw(&Scope::Licensed(Arc::new(licence)), former, &[sport.0], now);
        let all = || licence.clone();
        assert_eq!(under(all(), &former), Sight::Seen);
        assert_eq!(under(all(), &Former { may_be_passed_on: false, ..former.clone() }), Sight::Never);
        assert_eq!(under(Licence { sections: Some(vec![sport]), ..all() }, &former), Sight::Seen);
        assert_eq!(under(Licence { sections: Some(vec![SectionId::new()]), ..all() }, &former), Sight::Never);
        assert_eq!(under(Licence { kinds: Some(vec![Kind::Opinion]), ..all() }, &former), Sight::Never);
        assert_eq!(under(Licence { languages: Some(vec!["pt".to_owned()]), ..all() }, &former), Sight::Seen);
        assert_eq!(under(Licence { languages: Some(vec!["en".to_owned()]), ..all() }, &former), Sight::Never);
        let reprint = Former { source_id: Some(outlet), ..former.clone() };
        assert_eq!(under(Licence { sources: Some(Vec::new()), ..all() }, &former), Sight::Seen);
        assert_eq!(under(Licence { sources: Some(Vec::new()), ..all() }, &reprint), Sight::Never);
        assert_eq!(under(Licence { sources: Some(vec![outlet]), ..all() }, &reprint), Sight::Seen);
        assert_eq!(under(Licence { embargo_minutes: 30, ..all() }, &former), Sight::Perhaps);
        assert_eq!(under(Licence { advance_minutes: 30, ..all() }, &scheduled), Sight::Seen);
    }
}
