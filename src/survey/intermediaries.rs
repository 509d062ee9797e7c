use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Survey, UNKNOWN};
use crate::census::{Counted, Coverage, Derived, Error, Sum};
use crate::ink::{Chart, Section, Table, Topic, Unit, Value, grouped, percent, plural, share};
use crate::lineage::Edge;
use crate::model::{Relation, WordList};
use crate::snapshot::Row;

use Unit::{Count, Share, Text};

const CONVERSION: &str = "Conversion: a listed model with a parent to which its relation is quantized; by somebody else if that parent is another organisation's (accounts in the table of publishers are joined).";
const DECLARED: &str = "Declared relations only: a conversion that names no parent is in no figure.";

pub(super) const TITLE: &str = "Who quantizes and repackages whom";

pub(super) fn section(survey: &Survey<'_>) -> Result<Section, Error> {
    let mut section = Section::new("intermediaries", TITLE);
    let (lineage, downloads) = (survey.lineage, survey.downloads()?);
    let is_others = |parent: Row, child: Row| survey.organisation(parent) != survey.organisation(child);
    let is_conversion = |edge: Edge| edge.relation == Relation::Quantized;

    #[derive(Default)]
    struct Converter<'a> {
        name: &'a str,
        models: u64,
        sources: Vec<u32>,
        downloads: Sum,
        kind: &'a str,
    }
    let mut converters: BTreeMap<u32, Converter<'_>> = BTreeMap::new();
    let mut all = 0u64;
    let mut own = 0u64;
    for row in survey.models() {
        let mut parents = lineage.parents(row).filter(|(_, edge)| is_conversion(*edge)).peekable();
        if parents.peek().is_none() {
            continue;
        }
        all += 1;
        let sources: Vec<u32> = parents
            .filter(|(parent, _)| is_others(*parent, row))
            .map(|(parent, _)| survey.organisation(parent))
            .collect();
        if sources.is_empty() {
            own += 1;
            continue;
        }
        let organisation = survey.organisation(row);
        let converter = converters.entry(organisation).or_default();
        converter.name = survey.organisation_name(organisation);
        converter.models += 1;
        converter.sources.extend(sources);
        converter.downloads.add(downloads.at(row));
        converter.kind = survey.publisher(row).map_or(UNKNOWN, |publisher| &publisher.kind);
    }
    let mut converters: Vec<Converter<'_>> = converters.into_values().collect();
    converters.sort_by_key(|converter| (Reverse(converter.models), converter.name));
    let heads = [
        ("publisher", Text),
        ("kind", Text),
        ("conversions", Count),
        ("share", Share),
        ("sources", Count),
        ("downloads_30d", Count),
    ];
    let mut table = Table::new("converters", "Publishers of quantized models of others", 1, &heads, &[]);
    for converter in &mut converters {
        converter.sources.sort_unstable();
        converter.sources.dedup();
        table.row([
            converter.name.into(),
            converter.kind.into(),
            converter.models.into(),
            share(converter.models, all - own).into(),
            (converter.sources.len() as u64).into(),
            converter.downloads.known().into(),
        ]);
    }

    let heads = [
        ("family", Text),
        ("quantized", Count),
        ("own", Count),
        ("by_others", Count),
        ("share_by_others", Share),
        ("gguf", Count),
        ("gguf_own", Count),
    ];
    let mut families =
        Table::new("conversions", "Quantized models of families, by the family itself and by others", 1, &heads, &[]);
    let tags = survey.snapshot().list(WordList::Tags)?;
    let gguf = tags.words().position(|tag| tag == "gguf").map(|at| at as u32);
    let sets = survey.members(survey.references.families.iter())?;
    let derived = Derived::of_sets(lineage, &sets, Counted::Everybody);
    let quantized = |derived: &Derived| -> Vec<Row> {
        derived.all.iter().filter(|(_, relation)| *relation == Relation::Quantized).map(|(row, _)| *row).collect()
    };
    let quantized = derived.iter().map(quantized);
    let mut counted: Vec<_> = survey.references.families.iter().zip(&sets).zip(&derived).zip(quantized).collect();
    counted.sort_by_key(|(((family, _), _), quantized)| (Reverse(quantized.len()), &family.name));
    for (((family, set), derived), quantized) in counted {
        let is_own = |row: &Row| set.binary_search(row).is_ok();
        let own = quantized.iter().filter(|row| is_own(row)).count() as u64;
        let all = quantized.len() as u64;
        let has_gguf = |row: &Row| gguf.is_some_and(|gguf| tags.at(*row).contains(&gguf));
        let files: Vec<Row> = derived.all.iter().map(|(row, _)| *row).filter(has_gguf).collect();
        let files_own = files.iter().filter(|row| is_own(row)).count() as u64;
        // A dump that was stripped of its tags says nothing of files.
        let tagged = Coverage::count(&derived.all, |(row, _)| !tags.at(*row).is_empty());
        let [gguf, gguf_own] = [files.len() as u64, files_own].map(|count| Value::judged(tagged.judged(count)));
        let (name, others) = (family.name.as_str(), all - own);
        let of_others = share(others, all).into();
        families.row([name.into(), all.into(), own.into(), others.into(), of_others, gguf, gguf_own]);
    }
    // Of every conversion it is known whose it is.
    section.conclude(Coverage::whole(all - own), || {
        let first = converters.first()?;
        let (models, all) = (grouped(first.models), grouped(all - own));
        Some(format!("{} publishes most quantized models of others: {models} of {all}.", first.name))
    });
    section.headline(Topic::Converters, Coverage::whole(all - own), ["converters", "conversions"], || {
        let first = converters.first()?;
        let part = percent(share(first.models, all - own)?);
        Some(format!(
            "{} converts most models of others: {}, {part} of all such conversions, from {}.",
            first.name,
            plural(first.models, "quantized model"),
            plural(first.sources.len() as u64, "publisher")
        ))
    });
    let bars = converters.iter().map(|converter| (converter.name, Some(converter.models)));
    let chart = Chart::counts("Quantized models of others, by publisher", bars).explained(CONVERSION);
    let of_others = Coverage { known: all - own, of: all };
    section
        .charts
        .push(chart.defined(&[DECLARED]).known_of("conversions of others' models among all conversions", of_others));
    section.define(&[
        CONVERSION,
        "Sources: the distinct organisations whose models were converted.",
        "By family: models reachable from a member whose strongest link towards the family is a quantization, members included; own: members. gguf: those reachable models that have the tag gguf, whatever their relation; not judged where fewer than half of them have a tag beside parents and licences.",
        DECLARED,
    ]);
    section.cover("conversions of others' models among all conversions", of_others);
    section.tables = vec![table, families];
    Ok(section)
}
