//! Ours instead of the web server's, so that every rejection is a problem.
//!
//! They are *named* `Json`, `Path` and `Query` because the OpenAPI macro goes by name.

mod comma_list;
mod json;
pub(crate) mod nearest;
mod optional_json;
mod path;
mod query;

pub use comma_list::CommaList;
pub use json::{BodyLimit, Json};
pub use optional_json::OptionalJson;
pub use path::Path;
pub use query::{NoParameters, Query};

/// What every extractor is on the inside.
macro_rules! wrapper {
    ($name:ident) => {
        impl<T> $name<T> {
            /// What was extracted.
            #[must_use]
            pub fn into_inner(self) -> T {
                self.0
            }
        }

        impl<T> std::ops::Deref for $name<T> {
            type Target = T;

            fn deref(&self) -> &T {
                &self.0
            }
        }
    };
}
use wrapper;
