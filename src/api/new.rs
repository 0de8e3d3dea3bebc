//! New things take what their patches take, of which something must be there.

/// Makes `New…` of `…Patch`: the same members, one of them required. The file's own `changes(patch, faults)` checks the rest.
macro_rules! new_from_patch {
    ($(#[$doc:meta])* $new:ident($patch:ty) -> $changes:ty, $required:literal: $member:ident, $missing:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $new($patch);

        impl utoipa::PartialSchema for $new {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                let mut schema = <$patch as utoipa::PartialSchema>::schema();
                if let utoipa::openapi::RefOr::T(utoipa::openapi::schema::Schema::Object(object)) = &mut schema {
                    object.required = vec![$required.to_owned()];
                    object.description = Some(concat!("What is to be made; `", $required, "` must be there.").to_owned());
                }
                schema
            }
        }

        impl utoipa::ToSchema for $new {
            fn schemas(schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>) {
                <$patch as utoipa::ToSchema>::schemas(schemas);
            }
        }

        impl TryFrom<$new> for $changes {
            type Error = Problem;

            fn try_from($new(new): $new) -> http::Result<Self> {
                let mut faults = Faults::default();
                if new.$member == Patch::Absent {
                    faults.add(concat!("/", $required), "missing", $missing);
                }
                changes(new, faults)
            }
        }

        impl TryFrom<$patch> for $changes {
            type Error = Problem;

            fn try_from(patch: $patch) -> http::Result<Self> {
                changes(patch, Faults::default())
            }
        }
    };
}
pub(super) use new_from_patch;
