//! The query: known names only, each fault by the parameter's name.

use std::{
    any::TypeId,
    cell::RefCell,
    collections::HashMap,
    future::{Ready, ready},
    rc::Rc,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use percent_encoding::percent_decode_str;
use serde::{Deserialize, de::DeserializeOwned};
use serde_path_to_error::Segment;
use utoipa::{
    IntoParams,
    openapi::{
        RefOr,
        path::{Parameter, ParameterIn},
        schema::Schema,
    },
};

use super::nearest::{Complaint, read_complaint, suggestion};
use crate::http::problem::{FieldError, Problem, ProblemKind, Result};

/// The query parameters, of which all are known by `T`'s [`IntoParams`].
///
/// 400 that lists every unknown or repeated name with the nearest known one, or names the parameter whose value cannot be.
#[derive(Debug)]
pub struct Query<T>(pub T);

super::wrapper!(Query);

/// For operations without parameters, which would accept all otherwise: `Query<NoParameters>`.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct NoParameters {}

impl IntoParams for NoParameters {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        Vec::new()
    }
}

impl<T: DeserializeOwned + IntoParams + 'static> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request.query_string()).map(Query))
    }
}

/// A name that may come, and whether it may come more than once.
struct Known {
    name: String,
    is_list: bool,
}

/// What `T` knows. Kept for each thread, because describing a type costs more than reading a query.
fn known<T: IntoParams + 'static>() -> Rc<[Known]> {
    thread_local! {
        static KNOWN: RefCell<HashMap<TypeId, Rc<[Known]>>> = RefCell::default();
    }
    KNOWN.with_borrow_mut(|known| {
        known
            .entry(TypeId::of::<T>())
            .or_insert_with(|| {
                let parameters = T::into_params(|| Some(ParameterIn::Query));
                parameters.into_iter().map(|parameter| Known { is_list: is_list(&parameter), name: parameter.name }).collect()
            })
            .clone()
    })
}

fn is_list(parameter: &Parameter) -> bool {
    match &parameter.schema {
        Some(RefOr::T(Schema::Array(_))) => true,
        // A list with a type of its own is described by reference; its own reading decides.
        Some(RefOr::Ref(reference)) => {
            reference.ref_location.rsplit('/').next().is_some_and(|name| name.starts_with(super::comma_list::NAME))
        }
        _ => false,
    }
}

fn read<T: DeserializeOwned + IntoParams + 'static>(query: &str) -> Result<T> {
    let pairs = pairs(query)?;
    if !pairs.is_empty() {
        check_names(&pairs, &known::<T>())?;
    }
    let deserializer = serde_html_form::Deserializer::from_bytes(query.as_bytes());
    serde_path_to_error::deserialize(deserializer).map_err(|fault| {
        let name = fault.path().iter().find_map(|segment| match segment {
            Segment::Map { key } => Some(key.clone()),
            _ => None,
        });
        explain(name, &fault.inner().to_string(), &pairs)
    })
}

/// The decoded pairs, in order.
fn pairs(query: &str) -> Result<Vec<(String, String)>> {
    let decode = |text: &str| -> Result<String> {
        let spaced = text.replace('+', " ");
        let bad = |what| Problem::new(ProblemKind::BadRequest, format!("The query {what}."));
        let text = percent_decode_str(&spaced).decode_utf8().map_err(|_| bad("is not UTF-8 when its percent signs are decoded"))?;
        if text.contains('\0') { Err(bad("holds the character U+0000")) } else { Ok(text.into_owned()) }
    };
    query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            Ok((decode(name)?, decode(value)?))
        })
        .collect()
}

fn check_names(pairs: &[(String, String)], known: &[Known]) -> Result<()> {
    let names: Vec<&str> = known.iter().map(|known| known.name.as_str()).collect();
    let mut unknown: Vec<FieldError> = Vec::new();
    let mut repeated: Vec<FieldError> = Vec::new();
    for (index, (name, _)) in pairs.iter().enumerate() {
        let came_before = pairs[..index].iter().any(|(before, _)| before == name);
        match known.iter().find(|known| known.name == *name) {
            None if !came_before => {
                unknown.push(FieldError::new(name, "unknown", format!("There is no parameter `{name}`{}", suggestion(name, &names))));
            }
            Some(known) if came_before && !known.is_list && !repeated.iter().any(|error| error.pointer == *name) => {
                repeated.push(FieldError::new(name, "repeated", format!("`{name}` is given more than once; give it once.")));
            }
            _ => {}
        }
    }
    if !unknown.is_empty() {
        return Err(about(ProblemKind::UnknownParameter, unknown));
    }
    if repeated.is_empty() { Ok(()) } else { Err(about(ProblemKind::InvalidParameter, repeated)) }
}

fn about(kind: ProblemKind, errors: Vec<FieldError>) -> Problem {
    let detail = errors.iter().map(|error| error.detail.as_str()).collect::<Vec<_>>().join(" ");
    Problem::new(kind, detail).with_errors(errors)
}

fn explain(name: Option<String>, message: &str, pairs: &[(String, String)]) -> Problem {
    let error = match (read_complaint(message), name) {
        (Complaint::Missing(name), _) => FieldError::new(name, "missing", format!("The parameter `{name}` is needed.")),
        (complaint, Some(name)) => {
            let value = pairs.iter().find(|(found, _)| *found == name).map_or("", |(_, value)| value.as_str());
            let detail = match complaint {
                Complaint::Unknown { found, known, .. } => format!("`{name}` cannot be `{found}`{}", suggestion(found, &known)),
                Complaint::Other(text) => format!("`{name}` is `{value}`: {text}."),
                _ => format!("`{name}` cannot be `{value}`."),
            };
            FieldError::new(name, "invalid", detail)
        }
        (_, None) => return Problem::new(ProblemKind::InvalidParameter, format!("The query cannot be read: {message}.")),
    };
    about(ProblemKind::InvalidParameter, vec![error])
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{super::CommaList, *};

    #[derive(Debug, Deserialize, IntoParams)]
    #[expect(dead_code, reason = "only read from a query")]
    struct ListStories {
        limit: Option<u8>,
        #[serde(default)]
        tag: Vec<String>,
        #[serde(default)]
        #[param(inline)]
        include: CommaList<Include>,
        section: Option<String>,
        q: String,
    }

    #[derive(Clone, Debug, PartialEq, Deserialize, utoipa::ToSchema)]
    #[serde(rename_all = "snake_case")]
    enum Include {
        Related,
        Breadcrumbs,
    }

    fn refused(query: &str) -> Vec<(String, String)> {
        let problem = read::<ListStories>(query).unwrap_err();
        assert_eq!(problem.kind.status(), 400);
        problem.errors.into_iter().map(|error| (error.pointer, error.detail)).collect()
    }

    #[test]
    fn a_query_is_read() {
        let query = read::<ListStories>("q=port+news&limit=5&tag=a&tag=b&include=related,breadcrumbs").unwrap();
        assert_eq!((query.limit, query.tag.len(), query.q.as_str()), (Some(5), 2, "port news"));
        assert!(query.include.contains(&Include::Related) && query.include.contains(&Include::Breadcrumbs));
        assert!(read::<ListStories>("q=a&include=related&include=breadcrumbs").unwrap().include.contains(&Include::Breadcrumbs));
        assert!(read::<NoParameters>("").is_ok());
    }

    #[test]
    fn every_unknown_name_is_listed() {
        let errors = refused("q=a&lmit=3&colour=red");
        assert_eq!(errors[0], ("lmit".into(), "There is no parameter `lmit`; did you mean `limit`?".into()));
        assert_eq!(errors[1].0, "colour");
        assert!(errors[1].1.contains("`section`"), "{errors:?}");
        assert!(read::<NoParameters>("a=1").unwrap_err().detail.contains("there are none"));
    }

    #[test]
    fn a_value_that_cannot_be_names_its_parameter() {
        assert_eq!(refused("q=a&limit=x")[0].0, "limit");
        assert_eq!(refused("q=a&limit=1&limit=2")[0], ("limit".into(), "`limit` is given more than once; give it once.".into()));
        assert_eq!(refused("limit=1")[0], ("q".into(), "The parameter `q` is needed.".into()));
        assert_eq!(refused("q=a&include=relatd")[0], ("include".into(), "`include` cannot be `relatd`; did you mean `related`?".into()));
    }

    #[test]
    fn odd_bytes_are_refused() {
        for query in ["q=%FF", "q=%00", "%FF=1"] {
            assert_eq!(read::<ListStories>(query).unwrap_err().kind, ProblemKind::BadRequest, "{query}");
        }
    }
}
