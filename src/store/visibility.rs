//! Who sees which article. Nothing else decides this.

use diesel::{
    BoolExpressionMethods, BoxableExpression, ExpressionMethods, IntoSql, SelectableExpression, dsl,
    pg::Pg,
    sql_types::{Bool, Nullable},
};

use super::functions::is_visible;
use crate::{domain::licence::Scope, schema::articles};

/// A condition on a query whose source is `From`.
pub type Condition<From> = Box<dyn BoxableExpression<From, Pg, SqlType = Nullable<Bool>>>;

/// Published or due, and not withdrawn.
#[dsl::auto_type(no_type_alias)]
pub fn visible() -> _ {
    is_visible(articles::published_at, articles::withdrawn_at)
}

/// What `scope` may see: a SQL text a scope, for one text for all would lose the partial index.
pub fn visible_to<From>(scope: Scope) -> Condition<From>
where
    articles::published_at: SelectableExpression<From>,
    articles::withdrawn_at: SelectableExpression<From>,
    articles::created_by_id: SelectableExpression<From>,
    From: 'static,
{
    match scope {
        Scope::Public => Box::new(visible()),
        Scope::Own(user) => Box::new(visible().or(articles::created_by_id.eq(user))),
        Scope::Everything => Box::new(visible().or(true.into_sql::<Bool>())),
    }
}
