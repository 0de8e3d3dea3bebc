//! [`Block`] in the OpenAPI document: one named schema a kind, each with a constant `type`, and a discriminator
//! over them, so that generated clients narrow on it. Utoipa derives discriminators for untagged enums alone.

use utoipa::openapi::schema::{Discriminator, ObjectBuilder, OneOfBuilder, Schema, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use super::block::{Audio, Block, Code, Divider, Embed, Gallery, Heading, Html, Image, List, Paragraph, Quote, Table, Video};

type Schemas = Vec<(String, RefOr<Schema>)>;

/// A kind of block: its `type`, its schema's name, and how that schema is made.
type Kind = (&'static str, &'static str, fn() -> RefOr<Schema>, fn(&mut Schemas));

const fn kind<T: ToSchema>(tag: &'static str, name: &'static str) -> Kind {
    (tag, name, T::schema, T::schemas)
}

const KINDS: &[Kind] = &[
    kind::<Paragraph>("paragraph", "ParagraphBlock"),
    kind::<Heading>("heading", "HeadingBlock"),
    kind::<Image>("image", "ImageBlock"),
    kind::<Gallery>("gallery", "GalleryBlock"),
    kind::<Quote>("quote", "QuoteBlock"),
    kind::<List>("list", "ListBlock"),
    kind::<Embed>("embed", "EmbedBlock"),
    kind::<Table>("table", "TableBlock"),
    kind::<Code>("code", "CodeBlock"),
    kind::<Video>("video", "VideoBlock"),
    kind::<Audio>("audio", "AudioBlock"),
    kind::<Divider>("divider", "DividerBlock"),
    kind::<Html>("html", "HtmlBlock"),
];

/// A block's own schema with its `type` in front.
fn tagged(tag: &str, schema: RefOr<Schema>) -> RefOr<Schema> {
    let RefOr::T(Schema::Object(mut object)) = schema else { return schema };
    let constant =
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some([tag])).description(Some("What kind of block this is.")).build();
    let properties = std::mem::take(&mut object.properties);
    object.properties.insert("type".to_owned(), RefOr::T(Schema::Object(constant)));
    object.properties.extend(properties);
    object.required.insert(0, "type".to_owned());
    RefOr::T(Schema::Object(object))
}

fn reference(name: &str) -> Ref {
    Ref::from_schema_name(name)
}

impl PartialSchema for Block {
    fn schema() -> RefOr<Schema> {
        let mapping = KINDS.iter().map(|(tag, name, ..)| (*tag, reference(name).ref_location));
        let one_of = KINDS.iter().fold(OneOfBuilder::new(), |one_of, (_, name, ..)| one_of.item(reference(name)));
        one_of
            .description(Some(
                "A part of a body, told apart by `type`. Clients should skip what they do not know, or show its `html`: new kinds may come.",
            ))
            .discriminator(Some(Discriminator::with_mapping("type", mapping)))
            .into()
    }
}

impl ToSchema for Block {
    fn schemas(schemas: &mut Schemas) {
        for (tag, name, schema, nested) in KINDS {
            schemas.push(((*name).to_owned(), tagged(tag, schema())));
            nested(schemas);
        }
        // A list within a list refers to the list without a `type`; its own derive stops at the recursion.
        schemas.push((List::name().into_owned(), List::schema()));
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use serde_json::{Value, json};
    use utoipa::{PartialSchema, ToSchema};

    use super::super::block::Block;
    use super::KINDS;

    fn document() -> Value {
        let mut schemas = vec![("Block".to_owned(), Block::schema())];
        Block::schemas(&mut schemas);
        let schemas: serde_json::Map<_, _> =
            schemas.into_iter().map(|(name, schema)| (name, serde_json::to_value(schema).unwrap())).collect();
        json!({ "components": { "schemas": schemas } })
    }

    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(target)) = members.get("$ref") {
                    found.push(target.clone());
                }
                members.values().for_each(|member| references(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }

    #[test]
    fn no_reference_dangles() {
        let document = document();
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > KINDS.len());
        for target in found {
            assert!(document.pointer(&target[1..]).is_some(), "{target}");
        }
    }

    #[test]
    fn every_kind_has_a_constant_type_and_is_mapped() {
        let document = document();
        let block = document.pointer("/components/schemas/Block").unwrap();
        assert_eq!(block["discriminator"]["propertyName"], "type");
        assert_eq!(block["oneOf"].as_array().unwrap().len(), KINDS.len());
        for (tag, name, ..) in KINDS {
            let schema = document.pointer(&format!("/components/schemas/{name}")).unwrap();
            assert_eq!(schema["properties"]["type"]["enum"], json!([tag]), "{name}");
            assert_eq!(schema["required"][0], "type", "{name}");
            assert_eq!(block["discriminator"]["mapping"][tag], format!("#/components/schemas/{name}"));
        }
    }

    #[test]
    fn what_may_be_absent_is_never_null() {
        let document = document();
        let image = document.pointer("/components/schemas/ImageBlock").unwrap();
        assert_eq!(image["required"], json!(["type", "url", "alt"]));
        assert_eq!(image["properties"]["width"]["type"], "integer");
        assert_eq!(image["properties"]["caption"]["$ref"], "#/components/schemas/BodyCaption");
    }
}
