//! SPDX 3.0.1 in JSON-LD: elements, each with an id of its own below the document's number, in one flat graph.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use super::Bom;
use super::facts::{ADVICE, DECLARED, DataSet, Model, PROGRAM, property};
use super::licence::{LIST, Licence, Named};
use super::purl::encoded;
use super::stamp;

const CONTEXT: &str = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld";
const CREATION: &str = "_:creation";
/// A document has to have a time. Where the snapshot has none, this one stands there, and the document says so.
const NO_TIME: &str = "1970-01-01T00:00:00Z";

/// The whole document. Its number is that of itself with nothing in the number's place.
pub(super) fn document(bom: &Bom) -> Json {
    let number = stamp::number(&Writing::of(bom, String::new()).document());
    Writing::of(bom, format!("urn:uuid:{number}")).document()
}

/// A document that is being written.
struct Writing<'b> {
    bom: &'b Bom,
    space: String,
    /// The part of each named licence's id that no other one has.
    names: BTreeMap<&'b Named, String>,
    elements: Vec<Json>,
    links: usize,
}

impl<'b> Writing<'b> {
    fn of(bom: &'b Bom, space: String) -> Writing<'b> {
        let named = bom.models.iter().flat_map(|model| &model.licences).filter_map(|licence| match licence {
            Licence::Named(named) => Some(named),
            Licence::Listed(_) => None,
        });
        let named: BTreeSet<&Named> = named.collect();
        let (mut taken, mut names) = (BTreeSet::new(), BTreeMap::new());
        for licence in named {
            let word = word(&licence.name);
            let mut tries = (1..).map(|try_| if try_ == 1 { word.clone() } else { format!("{word}-{try_}") });
            // Two may differ in what such an id cannot have, or in case, which readers may not tell apart.
            let free = tries.find(|word| taken.insert(word.to_ascii_lowercase())).unwrap_or_default();
            names.insert(licence, free);
        }
        Writing { bom, space, names, elements: Vec::new(), links: 0 }
    }

    fn id(&self, kind: &str, name: &str) -> String {
        // Hubs and accounts stay readable.
        format!("{}#{kind}/{}", self.space, encoded(name).replace("%2F", "/").replace("%3A", ":"))
    }

    /// An element, with what all have.
    fn element<'n>(&self, kind: &str, id: &str, fields: impl IntoIterator<Item = (&'n str, Option<Json>)>) -> Json {
        let known = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        let mut element: Map<String, Json> = known.collect();
        element.insert("type".into(), kind.into());
        element.insert("spdxId".into(), id.into());
        element.insert("creationInfo".into(), CREATION.into());
        Json::Object(element)
    }

    fn document(mut self) -> Json {
        let bom = self.bom;
        self.accounts();
        let elements: Vec<Json> = bom.models.iter().map(|model| self.model(model)).collect();
        self.elements.extend(elements);
        self.data_sets();
        self.licences();
        bom.models.iter().for_each(|model| self.relationships(model));
        let mut graph = vec![self.creation(), self.program()];
        let bill = self.id("bill", "of-materials");
        let ids: Vec<Json> = self.elements.iter().map(|element| element["spdxId"].clone()).collect();
        let roots: Vec<String> = bom.asked.iter().map(|at| self.id("model", &bom.models[*at].id)).collect();
        // Not `ai`, `dataset` or a profile of licences: those want a licence that somebody concluded, and some fields that no listing has.
        // Not `extension` either: by the published context that word is the property, and no profile.
        let profiles = json!(["core", "software"]);
        let comment = format!("{DECLARED} {ADVICE} {}", bom.origin.words());
        graph.push(self.element(
            "SpdxDocument",
            &self.id("document", "spdx"),
            [
                ("name", Some(format!("Bill of materials of {}", bom.title()).into())),
                ("comment", Some(comment.into())),
                ("profileConformance", Some(profiles.clone())),
                ("rootElement", Some(json!([bill]))),
                ("extension", Some(extension(&bom.origin.properties))),
            ],
        ));
        graph.push(self.element(
            "software_Sbom",
            &bill,
            [
                ("name", Some(bom.title().into())),
                ("profileConformance", Some(profiles)),
                ("rootElement", Some(roots.into())),
                ("element", Some(ids.into())),
            ],
        ));
        graph.append(&mut self.elements);
        json!({"@context": CONTEXT, "@graph": graph})
    }

    fn creation(&self) -> Json {
        let taken = self.bom.origin.taken.as_deref();
        let comment = match taken {
            Some(_) => "The time is that of the snapshot, so that the same snapshot gives the same document.",
            None => "The snapshot has no date; the time stands for none.",
        };
        json!({
            "type": "CreationInfo",
            "@id": CREATION,
            "specVersion": "3.0.1",
            "created": taken.unwrap_or(NO_TIME),
            "createdBy": [self.id("program", PROGRAM.0)],
            "comment": comment,
        })
    }

    fn program(&self) -> Json {
        let (name, version) = PROGRAM;
        self.element("SoftwareAgent", &self.id("program", name), [("name", Some(format!("{name} {version}").into()))])
    }

    /// The accounts, each once whatever its case.
    fn accounts(&mut self) {
        let mut accounts: BTreeMap<String, &Model> = BTreeMap::new();
        for model in &self.bom.models {
            accounts.extend(account(model).filter(|key| !accounts.contains_key(key)).map(|key| (key, model)));
        }
        for (key, model) in accounts {
            let name = model.publisher.as_deref().or(model.owner.as_deref());
            let summary = model.owner.as_deref().map(|owner| format!("The account {owner}").into());
            let fields = [("name", name.map(Json::from)), ("summary", summary)];
            self.elements.push(self.element("Agent", &self.id("account", &key), fields));
        }
    }

    fn model(&self, model: &Model) -> Json {
        let purl = model.purl.as_deref();
        let kind = if model.is_listed { "ai_AIPackage" } else { "software_Package" };
        let unlisted = "It is named as a parent, and the snapshot does not list it.";
        let task = model.task.as_deref().filter(|_| model.is_listed);
        let fields = [
            ("name", Some(model.id.as_str().into())),
            ("comment", (!model.is_listed).then(|| unlisted.into())),
            ("suppliedBy", account(model).map(|key| self.id("account", &key).into())),
            ("software_primaryPurpose", Some("model".into())),
            ("software_packageUrl", purl.map(Json::from)),
            ("software_packageVersion", model.commit.as_deref().map(Json::from)),
            ("software_homePage", model.page.as_deref().map(Json::from)),
            ("externalIdentifier", purl.map(identifier)),
            ("ai_domain", task.map(|task| json!([task]))),
            ("extension", Some(extension(&model.properties))),
        ];
        self.element(kind, &self.id("model", &model.id), fields)
    }

    fn data_sets(&mut self) {
        let mut all: BTreeMap<String, &DataSet> = BTreeMap::new();
        for data in self.bom.models.iter().flat_map(|model| &model.data_sets) {
            all.entry(data.name.to_lowercase()).or_insert(data);
        }
        for (key, data) in all {
            let fields = [
                ("name", Some(data.name.as_str().into())),
                ("software_primaryPurpose", Some("data".into())),
                ("software_homePage", data.page.as_deref().map(Json::from)),
                ("dataset_datasetType", Some(json!(["noAssertion"]))),
            ];
            self.elements.push(self.element("dataset_DatasetPackage", &self.id("dataset", &key), fields));
        }
    }

    /// The licences, each once. Of one that no list has a text stands beside the expression, and says that nobody has read it here.
    fn licences(&mut self) {
        let listed = self.bom.models.iter().flat_map(|model| &model.licences).filter_map(|licence| match licence {
            Licence::Listed(id) => Some(*id),
            Licence::Named(_) => None,
        });
        let listed: BTreeSet<&str> = listed.collect();
        for id in listed {
            let fields = [
                ("simplelicensing_licenseExpression", Some(id.into())),
                ("simplelicensing_licenseListVersion", Some(LIST.into())),
            ];
            let element = self.element("simplelicensing_LicenseExpression", &self.id("licence", id), fields);
            self.elements.push(element);
        }
        let mut named = Vec::new();
        for (licence, word) in &self.names {
            let (text, reference) = (self.id("text", word), format!("LicenseRef-{word}"));
            let place =
                licence.url.as_deref().map_or_else(String::new, |url| format!(" It says that the text is at {url}"));
            let words =
                format!("The text is not in this document. A model card names the licence {:?}.{place}", licence.name);
            let fields =
                [("name", Some(licence.name.as_str().into())), ("simplelicensing_licenseText", Some(words.into()))];
            named.push(self.element("simplelicensing_SimpleLicensingText", &text, fields));
            let custom = json!([{"type": "DictionaryEntry", "key": reference, "value": text}]);
            let fields = [
                ("simplelicensing_licenseExpression", Some(reference.into())),
                ("simplelicensing_customIdToUri", Some(custom)),
                ("simplelicensing_licenseListVersion", Some(LIST.into())),
            ];
            let id = self.id("licence", &format!("LicenseRef-{word}"));
            named.push(self.element("simplelicensing_LicenseExpression", &id, fields));
        }
        self.elements.append(&mut named);
    }

    fn relationships(&mut self, model: &Model) {
        let parent = |writing: &Self, at: usize| writing.id("model", &writing.bom.models[at].id);
        for (at, words) in &model.parents {
            self.relate(model, "descendantOf", vec![parent(self, *at)], Some(words.clone()));
        }
        // Readers follow dependencies alone, and would call ancestors unconnected otherwise.
        let parents: Vec<String> = model.parents.iter().map(|(at, _)| parent(self, *at)).collect();
        self.relate(model, "dependsOn", parents, None);
        let data = model.data_sets.iter().map(|data| self.id("dataset", &data.name.to_lowercase())).collect();
        self.relate(model, "trainedOn", data, None);
        let licences: Vec<String> = model.licences.iter().map(|licence| self.licence(licence)).collect();
        let both = (licences.len() > 1).then(|| "The Hub says neither AND nor OR.".to_owned());
        self.relate(model, "hasDeclaredLicense", licences, both);
    }

    fn licence(&self, licence: &Licence) -> String {
        match licence {
            Licence::Listed(id) => self.id("licence", id),
            Licence::Named(named) => {
                let word = self.names.get(named).map_or("", |word| word);
                self.id("licence", &format!("LicenseRef-{word}"))
            }
        }
    }

    fn relate(&mut self, from: &Model, kind: &str, to: Vec<String>, description: Option<String>) {
        if to.is_empty() {
            return;
        }
        self.links += 1;
        let fields = [
            ("from", Some(self.id("model", &from.id).into())),
            ("to", Some(to.into())),
            ("relationshipType", Some(kind.into())),
            ("completeness", Some("noAssertion".into())),
            ("description", description.map(Json::from)),
        ];
        let element = self.element("Relationship", &self.id("relationship", &self.links.to_string()), fields);
        self.elements.push(element);
    }
}

/// What the account of a model is found by: the account without regard to case, and its hub.
fn account(model: &Model) -> Option<String> {
    let owner = model.owner.as_deref()?;
    let hub = model.parts().0.and_then(|owner| owner.split_once(':')).map(|(hub, _)| hub);
    Some(hub.map_or_else(|| owner.to_owned(), |hub| format!("{hub}:{owner}")).to_ascii_lowercase())
}

/// A name as the end of a `LicenseRef-`, which has letters, digits, dots and dashes alone.
fn word(name: &str) -> String {
    let word: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).take(100).collect();
    let word = word.trim_matches('-');
    if word.is_empty() { "unnamed".to_owned() } else { word.to_owned() }
}

fn identifier(purl: &str) -> Json {
    json!([{"type": "ExternalIdentifier", "externalIdentifierType": "packageUrl", "identifier": purl}])
}

/// Properties by the names that they have in CycloneDX.
fn extension(properties: &[(String, String)]) -> Json {
    let entry = |(name, value): &(String, String)| json!({"type": "extension_CdxPropertyEntry", "extension_cdxPropName": property(name), "extension_cdxPropValue": value});
    let entries: Vec<Json> = properties.iter().map(entry).collect();
    json!([{"type": "extension_CdxPropertiesExtension", "extension_cdxProperty": entries}])
}
