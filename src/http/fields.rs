//! Sparse answers: `fields=id,title,section.name`.

use std::{
    any::TypeId,
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    fmt,
    rc::Rc,
};

use serde::{Deserialize, Deserializer, de::Error};
use serde_json::{Map, Value};
use utoipa::{
    ToSchema,
    openapi::{
        RefOr,
        schema::{AdditionalProperties, ArrayItems, Schema},
    },
};

use super::{
    extract::nearest::suggestion,
    problem::{FieldError, Problem, ProblemKind, Result},
};

/// The longest list that is taken, in bytes.
const LONGEST: usize = 8000;
/// The most members that can be named.
const MOST: usize = 100;

/// Which members of an answer are wanted, with dots into nested ones; by default all. A query value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(Option<Wanted>);

/// Members by name; one without children is wanted whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Wanted(BTreeMap<String, Wanted>);

impl Fields {
    /// Whether anything is left out.
    #[must_use]
    pub const fn is_sparse(&self) -> bool {
        self.0.is_some()
    }

    /// Whether a top-level member is wanted, so that what is not need not be read.
    #[must_use]
    pub fn wants(&self, name: &str) -> bool {
        self.0.as_ref().is_none_or(|wanted| wanted.0.contains_key(name))
    }

    /// The same, and these whole: who asks to include something wants it.
    #[must_use]
    pub fn including<'n>(mut self, names: impl IntoIterator<Item = &'n str>) -> Self {
        if let Some(wanted) = &mut self.0 {
            for name in names {
                wanted.0.entry(name.to_owned()).or_default();
            }
        }
        self
    }

    /// Leaves the wanted members; of an array, of each of its items.
    #[must_use]
    pub fn apply(&self, value: Value) -> Value {
        match &self.0 {
            Some(wanted) => wanted.apply(value),
            None => value,
        }
    }

    /// Refuses names that `T`'s schema does not have.
    ///
    /// # Errors
    /// 400 that lists every such name with the nearest known one.
    pub fn check<T: ToSchema + 'static>(&self) -> Result<()> {
        let Some(wanted) = &self.0 else { return Ok(()) };
        let shape = shape_of::<T>();
        let mut errors = Vec::new();
        wanted.check(&shape.root, &shape, "", &mut errors);
        if errors.is_empty() {
            return Ok(());
        }
        let detail = errors.iter().map(|error| error.detail.as_str()).collect::<Vec<_>>().join(" ");
        Err(Problem::new(ProblemKind::InvalidParameter, detail).with_errors(errors))
    }

    fn parse(text: &str) -> std::result::Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("at most {LONGEST} bytes will do"));
        }
        let mut wanted = Wanted::default();
        for path in text.split(',').map(str::trim).filter(|path| !path.is_empty()) {
            if path.split('.').any(str::is_empty) || path.split('.').count() > 8 {
                return Err(format!("`{path}` is no name of a member"));
            }
            wanted.add(path);
        }
        if text.split(',').count() > MOST {
            return Err(format!("at most {MOST} members can be named"));
        }
        if wanted.0.is_empty() { Err("name at least one member".to_owned()) } else { Ok(Self(Some(wanted))) }
    }
}

impl Wanted {
    fn add(&mut self, path: &str) {
        let mut node = self;
        let mut is_new = false;
        for name in path.split('.') {
            // `section,section.name` wants the whole section, whichever comes first.
            if !is_new && !node.0.is_empty() && node.0.get(name).is_some_and(|child| child.0.is_empty()) {
                return;
            }
            is_new = !node.0.contains_key(name);
            node = node.0.entry(name.to_owned()).or_default();
        }
        node.0.clear();
    }

    fn apply(&self, value: Value) -> Value {
        if self.0.is_empty() {
            return value;
        }
        match value {
            Value::Array(items) => Value::Array(items.into_iter().map(|item| self.apply(item)).collect()),
            Value::Object(members) => {
                let keep = |(name, member): (String, Value)| self.0.get(&name).map(|wanted| (name, wanted.apply(member)));
                Value::Object(members.into_iter().filter_map(keep).collect::<Map<_, _>>())
            }
            // A null, or a text where another caller gets an object, is shown as it is.
            other => other,
        }
    }

    fn check(&self, schema: &RefOr<Schema>, shape: &Shape, prefix: &str, errors: &mut Vec<FieldError>) {
        let Some(members) = shape.members(schema, 0) else {
            // Free-form: any name may be there.
            return;
        };
        let known: Vec<&str> = members.keys().map(String::as_str).collect();
        for (name, children) in &self.0 {
            let path = format!("{prefix}{name}");
            match members.get(name) {
                None => {
                    errors.push(FieldError::new("fields", "unknown", format!("There is no member `{path}`{}", suggestion(name, &known))))
                }
                Some(_) if children.0.is_empty() => {}
                Some(member) => children.check(member, shape, &format!("{path}."), errors),
            }
        }
    }
}

/// A type's schema with all that it refers to.
struct Shape {
    root: RefOr<Schema>,
    named: HashMap<String, RefOr<Schema>>,
}

/// Resolved once a thread and type.
fn shape_of<T: ToSchema + 'static>() -> Rc<Shape> {
    thread_local! {
        static SHAPES: RefCell<HashMap<TypeId, Rc<Shape>>> = RefCell::default();
    }
    let known = SHAPES.with_borrow(|shapes| shapes.get(&TypeId::of::<T>()).cloned());
    known.unwrap_or_else(|| {
        let mut named = Vec::new();
        T::schemas(&mut named);
        let shape = Rc::new(Shape { root: T::schema(), named: named.into_iter().collect() });
        SHAPES.with_borrow_mut(|shapes| shapes.insert(TypeId::of::<T>(), shape.clone()));
        shape
    })
}

impl Shape {
    /// The members that a value of this schema may have; none when it is free-form.
    fn members(&self, schema: &RefOr<Schema>, depth: usize) -> Option<BTreeMap<String, RefOr<Schema>>> {
        /// A schema that refers to itself without a member between would never end.
        const DEEPEST: usize = 16;
        if depth > DEEPEST {
            return None;
        }
        let several = |schemas: &[RefOr<Schema>]| {
            let mut all = BTreeMap::new();
            for schema in schemas {
                all.extend(self.members(schema, depth + 1).unwrap_or_default());
            }
            Some(all)
        };
        match schema {
            RefOr::Ref(reference) => {
                let name = reference.ref_location.rsplit('/').next().unwrap_or_default();
                self.named.get(name).and_then(|schema| self.members(schema, depth + 1))
            }
            RefOr::T(Schema::Object(object)) => {
                let is_free = matches!(
                    object.additional_properties.as_deref(),
                    Some(AdditionalProperties::RefOr(_) | AdditionalProperties::FreeForm(true))
                );
                (!is_free).then(|| object.properties.iter().map(|(name, schema)| (name.clone(), schema.clone())).collect())
            }
            RefOr::T(Schema::Array(array)) => match &array.items {
                ArrayItems::RefOrSchema(items) => self.members(items, depth + 1),
                _ => None,
            },
            RefOr::T(Schema::OneOf(one)) => several(&one.items),
            RefOr::T(Schema::AllOf(all)) => several(&all.items),
            RefOr::T(Schema::AnyOf(any)) => several(&any.items),
            RefOr::T(_) => None,
        }
    }
}

/// Every name that `fields` may have for answers of a schema, as far down as two dots.
#[must_use]
pub fn names_of(schema: &str, named: HashMap<String, RefOr<Schema>>) -> Vec<String> {
    const DOTS: usize = 2;
    fn collect(shape: &Shape, schema: &RefOr<Schema>, prefix: &str, dots: usize, names: &mut Vec<String>) {
        for (name, member) in shape.members(schema, 0).unwrap_or_default() {
            let path = format!("{prefix}{name}");
            if dots < DOTS {
                collect(shape, &member, &format!("{path}."), dots + 1, names);
            }
            names.push(path);
        }
    }
    let shape = Shape { root: utoipa::openapi::Ref::from_schema_name(schema).into(), named };
    let mut names = Vec::new();
    collect(&shape, &shape.root, "", 0, &mut names);
    names.sort_unstable();
    names
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

impl fmt::Display for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn write(wanted: &Wanted, prefix: &str, paths: &mut Vec<String>) {
            for (name, children) in &wanted.0 {
                let path = format!("{prefix}{name}");
                if children.0.is_empty() {
                    paths.push(path);
                } else {
                    write(children, &format!("{path}."), paths);
                }
            }
        }
        let mut paths = Vec::new();
        if let Some(wanted) = &self.0 {
            write(wanted, "", &mut paths);
        }
        f.write_str(&paths.join(","))
    }
}

impl utoipa::__dev::ComposeSchema for Fields {
    fn compose(_: Vec<RefOr<Schema>>) -> RefOr<Schema> {
        use utoipa::openapi::{Type, schema::ObjectBuilder};
        RefOr::T(Schema::Object(
            ObjectBuilder::new()
                .schema_type(Type::String)
                .description(Some(
                    "Members to send, separated by commas, with dots into nested ones: `id,title,section.name`. By default all.",
                ))
                .pattern(Some(r"^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*(,[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*)*$"))
                .max_length(Some(LONGEST))
                .examples([serde_json::json!("id")])
                .build(),
        ))
    }
}

impl ToSchema for Fields {}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(ToSchema)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Story {
        id: u32,
        section: Option<Section>,
        tags: Vec<Section>,
        extra: HashMap<String, Section>,
    }

    #[derive(ToSchema)]
    #[schema(no_recursion)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Section {
        name: String,
        children: Vec<Section>,
    }

    fn story() -> Value {
        json!({"id": 1, "section": {"name": "News", "children": []}, "tags": [{"name": "a", "children": []}, {"name": "b", "children": []}], "extra": null})
    }

    #[test]
    fn only_what_was_asked_for_is_left() {
        let fields = Fields::parse("id, tags.name,section").unwrap();
        assert_eq!(
            fields.apply(story()),
            json!({"id": 1, "section": {"name": "News", "children": []}, "tags": [{"name": "a"}, {"name": "b"}]})
        );
        assert_eq!(Fields::default().apply(story()), story());
        assert!(fields.wants("tags") && !fields.wants("extra"));
    }

    #[test]
    fn the_wider_wish_wins() {
        for text in ["section,section.name", "section.name,section"] {
            assert_eq!(Fields::parse(text).unwrap().apply(story()), json!({"section": {"name": "News", "children": []}}), "{text}");
        }
    }

    #[test]
    fn unknown_names_are_refused_with_the_nearest() {
        assert!(Fields::parse("id,section.children.children.name,tags.name,extra.anything").unwrap().check::<Story>().is_ok());
        let problem = Fields::parse("idd,section.nam").unwrap().check::<Story>().unwrap_err();
        let details: Vec<_> = problem.errors.iter().map(|error| error.detail.as_str()).collect();
        assert_eq!(details, ["There is no member `idd`; did you mean `id`?", "There is no member `section.nam`; did you mean `name`?"]);
    }

    #[test]
    fn what_is_no_list_is_refused() {
        for text in ["", ",", "a..b", ".a"] {
            assert!(Fields::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn it_is_written_in_one_way() {
        assert_eq!(Fields::parse("b,a.d,a.c").unwrap().to_string(), "a.c,a.d,b");
    }
}
