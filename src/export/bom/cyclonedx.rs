//! CycloneDX in JSON. What refers to what is by `bom-ref`s that begin with `model:`, so that no model can be called as something else is.

use serde_json::{Map, Value as Json, json};

use super::Bom;
use super::facts::{ADVICE, DECLARED, Model, PROGRAM, property};
use super::licence::Licence;
use super::stamp;

/// A version of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    V1_6,
    V1_7,
}

/// The root of a bill of several models.
const ASKED: &str = "asked";
/// The snapshot, in 1.7.
const SNAPSHOT: &str = "snapshot";

/// The whole document.
pub(super) fn document(bom: &Bom, version: Version) -> Json {
    let number = if version == Version::V1_6 { "1.6" } else { "1.7" };
    let single = match bom.asked[..] {
        [one] => Some(one),
        _ => None,
    };
    let root = single.map_or_else(|| several(bom), |one| component(bom, &bom.models[one]));
    let others = bom.models.iter().enumerate().filter(|(at, _)| Some(*at) != single);
    let components: Vec<Json> = others.map(|(_, model)| component(bom, model)).collect();
    let own = single.is_none().then(|| {
        let mut refs: Vec<String> = bom.asked.iter().map(|at| reference(&bom.models[*at])).collect();
        refs.sort_unstable();
        depends(ASKED.to_owned(), refs)
    });
    let dependencies = bom.models.iter().map(|model| {
        depends(reference(model), model.parents.iter().map(|(parent, _)| reference(&bom.models[*parent])).collect())
    });
    let dependencies: Vec<Json> = own.into_iter().chain(dependencies).collect();
    let metadata = object([
        ("component", Some(root)),
        ("lifecycles", Some(json!([{"phase": "discovery"}]))),
        ("properties", Some(properties(&bom.origin.properties))),
        ("timestamp", bom.origin.taken.as_deref().map(Json::from)),
        ("tools", Some(json!({"components": [tool(bom, version)]}))),
    ]);
    let ends: Vec<String> = bom.models.iter().filter(|model| model.is_end).map(reference).collect();
    // "unknown" and never "complete": a card need not name all that a model was made of.
    let compositions = json!([{"aggregate": "unknown", "dependencies": ends}]);
    let mut document = object([
        ("$schema", Some(format!("http://cyclonedx.org/schema/bom-{number}.schema.json").into())),
        ("bomFormat", Some("CycloneDX".into())),
        ("citations", citations(bom, version)),
        ("components", Some(components.into())),
        ("compositions", Some(compositions).filter(|_| !ends.is_empty())),
        ("dependencies", Some(dependencies.into())),
        ("metadata", Some(metadata)),
        ("specVersion", Some(number.into())),
        ("version", Some(1.into())),
    ]);
    document["serialNumber"] = format!("urn:uuid:{}", stamp::number(&document)).into();
    document
}

fn reference(model: &Model) -> String {
    format!("model:{}", model.id)
}

fn depends(reference: String, parents: Vec<String>) -> Json {
    match parents.is_empty() {
        true => json!({"ref": reference}),
        false => json!({"ref": reference, "dependsOn": parents}),
    }
}

/// A component that stands for several models: an application that was asked about, of which nothing else is known.
fn several(bom: &Bom) -> Json {
    json!({
        "type": "application",
        "bom-ref": ASKED,
        "name": bom.title(),
        "description": "These models were asked for together. Whether they are parts of one product is not known.",
    })
}

/// The program that made the bill; in 1.7 with the snapshot, which citations name.
fn tool(bom: &Bom, version: Version) -> Json {
    let (name, release) = PROGRAM;
    let mut tool = json!({"type": "application", "name": name, "version": release});
    if version == Version::V1_7 {
        tool["components"] = json!([{
            "type": "data",
            "bom-ref": SNAPSHOT,
            "name": "snapshot",
            "version": bom.origin.taken.as_deref().unwrap_or("no date"),
            "description": bom.origin.words(),
        }]);
    }
    tool
}

/// What the snapshot tells, since 1.7. A citation has a time, so there is none where the snapshot has no date.
fn citations(bom: &Bom, version: Version) -> Option<Json> {
    let taken = bom.origin.taken.as_deref().filter(|_| version == Version::V1_7)?;
    Some(json!([{
        "pointers": ["/metadata/component", "/components", "/dependencies"],
        "timestamp": taken,
        "attributedTo": SNAPSHOT,
        "note": format!("{DECLARED} {}", bom.origin.words()),
    }]))
}

fn component(bom: &Bom, model: &Model) -> Json {
    let licences: Vec<Json> = model.licences.iter().map(licence).collect();
    let unlisted =
        "It is named as a parent, and the snapshot does not list it: deleted, private, misspelt, or elsewhere.";
    let more = [
        ("bom-ref", Some(reference(model).into())),
        ("supplier", model.owner.as_deref().map(|owner| json!({"name": owner}))),
        ("publisher", model.publisher.as_deref().map(Json::from)),
        ("description", (!model.is_listed).then(|| unlisted.into())),
        ("licenses", Some(licences.into()).filter(|_| !model.licences.is_empty())),
        ("pedigree", model.is_asked.then(|| pedigree(bom, model))),
        ("externalReferences", model.page.as_deref().map(|page| json!([{"type": "model-card", "url": page}]))),
        ("modelCard", card(model)),
        ("properties", Some(properties(&model.properties))),
    ];
    object(identity(model).into_iter().chain(more))
}

/// What a model is called.
fn identity(model: &Model) -> [(&'static str, Option<Json>); 5] {
    let (group, name) = model.parts();
    [
        ("type", Some("machine-learning-model".into())),
        ("group", group.map(Json::from)),
        ("name", Some(name.into())),
        ("version", model.commit.as_deref().map(Json::from)),
        ("purl", model.purl.as_deref().map(Json::from)),
    ]
}

/// All ancestors, which stand among the components too; here they are stubs that nothing refers to.
fn pedigree(bom: &Bom, model: &Model) -> Json {
    let ancestors: Vec<Json> = model.above.iter().map(|at| object(identity(&bom.models[*at]))).collect();
    json!({"ancestors": ancestors, "notes": format!("{DECLARED} {ADVICE} {}", bom.origin.words())})
}

/// A licence. Names and ids may stand side by side; expressions may not, and there are none: the Hub says neither AND nor OR.
fn licence(licence: &Licence) -> Json {
    match licence {
        Licence::Listed(id) => json!({"license": {"id": id, "acknowledgement": "declared"}}),
        Licence::Named(named) => {
            let mut license = json!({"name": named.name, "acknowledgement": "declared"});
            if let Some(url) = &named.url {
                license["url"] = url.as_str().into();
            }
            json!({"license": license})
        }
    }
}

fn card(model: &Model) -> Option<Json> {
    let data_sets: Vec<Json> = model
        .data_sets
        .iter()
        .map(|data| {
            object([
                ("type", Some("dataset".into())),
                ("name", Some(data.name.as_str().into())),
                ("contents", data.page.as_deref().map(|page| json!({"url": page}))),
            ])
        })
        .collect();
    let parameters = object([
        ("task", model.task.as_deref().map(Json::from)),
        ("datasets", Some(data_sets.into()).filter(|_| !model.data_sets.is_empty())),
    ]);
    let is_empty = parameters.as_object().is_some_and(Map::is_empty);
    (!is_empty).then(|| json!({"modelParameters": parameters}))
}

fn properties(properties: &[(String, String)]) -> Json {
    properties.iter().map(|(name, value)| json!({"name": property(name), "value": value})).collect()
}

/// An object of what there is.
fn object<'n>(fields: impl IntoIterator<Item = (&'n str, Option<Json>)>) -> Json {
    let known = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Json::Object(known.collect())
}
