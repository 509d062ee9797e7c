use crate::ink::{Block, Grid, Named, Report, Rows, Value, counted, day, grouped, named, plural, printable};
use crate::lineage::{Edge, WayCount};
use crate::model::Relation;
use crate::provenance::{About, Blast, Common, Hit, Known, Siblings, Upstream, Why};
use crate::snapshot::{Row, Snapshot};

/// This stands beside every answer that tells of licences.
pub const NO_ADVICE: &str = "Declared metadata, not legal advice.";

/// How a number of ways is told to programs: as a number, or in words where it is too high.
fn ways(ways: WayCount) -> Value {
    ways.get().map_or_else(|| ways.to_string().into(), Value::Count)
}

pub(super) fn texts<'t>(texts: impl IntoIterator<Item = &'t str>) -> Value {
    Value::List(texts.into_iter().map(Value::from).collect())
}

/// An id for people, marked if nobody lists the model.
fn marked(model: &Known<'_>) -> String {
    format!("{}{}", model.id, if model.is_listed { "" } else { " (unlisted)" })
}

/// A model's licence for people: its ids, with the name of one that is `other`.
fn licence(model: &Known<'_>) -> String {
    let ids = model.licences.join(", ");
    match model.licence_name {
        Some(name) => format!("{ids} ({name})"),
        None if ids.is_empty() => "–".into(),
        None => ids,
    }
}

/// What every list tells programs of a model.
const KNOWN: [&str; 12] = [
    "id",
    "owner",
    "publisher",
    "country",
    "licences",
    "licence_name",
    "licence_class",
    "gated",
    "created",
    "downloads_30d",
    "listed",
    "kind",
];

fn known(model: &Known<'_>) -> Named {
    let publisher = model.publisher;
    let values = [
        model.id.into(),
        model.owner.into(),
        publisher.map(|publisher| publisher.name.as_str()).into(),
        publisher.map(|publisher| publisher.country.as_str()).into(),
        texts(model.licences.iter().copied()),
        model.licence_name.into(),
        model.class.into(),
        model.gated.into(),
        model.created.map(day).into(),
        model.downloads.into(),
        model.is_listed.into(),
        publisher.map(|publisher| publisher.kind.as_str()).into(),
    ];
    named(KNOWN, values)
}

/// A link for programs: `relation`, `learned`.
fn edge(parent: Row, child: Row, edge: Edge, about: &About<'_>) -> [Value; 2] {
    [edge.relation.name().into(), about.learned(parent, child, edge).into()]
}

fn yes(is: bool) -> String {
    if is { "yes".into() } else { String::new() }
}

const UPSTREAM: [&str; 8] = ["distance", "ways", "via", "relation", "learned", "unavoidable", "root", "below"];

/// Lists everything that some models descend from. `shown` are the ancestors that are listed, `about` tells of them, and `words` state
/// the filter.
pub fn upstream(upstream: &Upstream, about: About<'_>, words: &str) -> Report<'static> {
    let heads =
        ["id", "distance", "ways", "relation", "learned", "licence", "created", "downloads", "unavoidable", "root"];
    let mut grid =
        Grid::new(heads).sparing(["learned", "ways", "root", "created", "downloads", "unavoidable", "licence"]);
    let mut rows = Vec::new();
    let unlisted = upstream.ancestors.iter().filter(|ancestor| !about.model(ancestor.row).is_listed).count();
    for ancestor in &upstream.ancestors {
        let model = about.model(ancestor.row);
        grid.row([
            marked(&model),
            ancestor.distance.to_string(),
            ancestor.ways.get().map_or_else(|| ancestor.ways.to_string(), grouped),
            ancestor.edge.relation.name().into(),
            about.learned(ancestor.row, ancestor.via, ancestor.edge).into(),
            licence(&model),
            model.created.map_or_else(|| "–".into(), day),
            model.downloads.map_or_else(|| "–".into(), grouped),
            yes(ancestor.is_unavoidable),
            yes(ancestor.is_root),
        ]);
        let mut row = known(&model);
        let [relation, learned] = edge(ancestor.row, ancestor.via, ancestor.edge, &about);
        let own = [
            Value::Count(ancestor.distance.into()),
            ways(ancestor.ways),
            about.model(ancestor.via).id.into(),
            relation,
            learned,
            ancestor.is_unavoidable.into(),
            ancestor.is_root.into(),
            Value::Count(ancestor.below.into()),
        ];
        row.extend(named(UPSTREAM, own));
        rows.push(row);
    }
    let roots = upstream.ancestors.iter().filter(|ancestor| ancestor.is_root).count() as u64;
    let models = upstream.models.iter().map(|row| about.model(*row));
    let mut blocks = vec![Block::Line(format!(
        "{} of {}: {} not listed, {} without a parent.",
        plural(upstream.ancestors.len() as u64, "ancestor"),
        called(models),
        grouped(unlisted as u64),
        grouped(roots)
    ))];
    blocks.extend((!rows.is_empty()).then_some(Block::Grid(grid)));
    let mut definition = vec![
        "Ancestors: every model that the named ones descend from, each once; distance is the fewest links. Ways: the paths of links from it to them, a cycle counting as one model. Relation: of the link that leads down from it on a shortest way.".to_owned(),
        "Unavoidable: on every way from any root to each of the models. Root: without a parent, or in a cycle that no link from outside leads to.".to_owned(),
        NO_ADVICE.to_owned(),
    ];
    definition.extend((!words.is_empty()).then(|| words.to_owned()));
    let mut report = Report::new(definition, rows, blocks).headed(KNOWN.into_iter().chain(UPSTREAM));
    report.beside.push(("models".into(), texts(upstream.models.iter().map(|row| about.model(*row).id))));
    report
}

/// Names some models, or counts them if they are many.
fn called<'s>(models: impl ExactSizeIterator<Item = Known<'s>>) -> String {
    match models.len() {
        0..=3 => models.map(|model| model.id).collect::<Vec<_>>().join(", "),
        many => plural(many as u64, "model"),
    }
}

const WHY: [&str; 8] = ["way", "step", "id", "relation", "learned", "created", "licences", "listed"];

/// Tells how a model descends from another one: the ways that are shown, then what is so of all of them. `None` is no way at all.
pub fn why(why: Option<&Why>, ends: [Row; 2], about: About<'_>, words: &str) -> Report<'static> {
    let [model, ancestor] = ends.map(|row| about.model(row).id);
    let mut definition = vec![
        "A way is a path of links, a cycle counting as one model; ways are counted, not followed one by one. On all of them: nothing leads around it.".to_owned(),
    ];
    definition.extend((!words.is_empty()).then(|| words.to_owned()));
    let Some(why) = why else {
        let text = format!("{model} does not descend from {ancestor}, as far as the cards say.");
        let mut report = Report::new(definition, Vec::new(), vec![Block::Line(text)]).headed(WHY);
        let [on_all, inferred] = [Value::List(Vec::new()), Value::List(Vec::new())];
        report.beside.extend(ways_beside([model, ancestor], Value::Count(0), 0, on_all, inferred));
        return report;
    };
    let (mut rows, mut blocks) = (Vec::new(), Vec::new());
    for (at, way) in why.shown.iter().enumerate() {
        let links = plural(way.len() as u64 - 1, "link");
        let title = if at == 0 { format!("The shortest way, {links}:") } else { format!("Way {}, {links}:", at + 1) };
        blocks.push(Block::Line(title));
        let mut lines = Vec::new();
        for (place, step) in way.iter().enumerate() {
            let known = about.model(step.row);
            let above = place.checked_sub(1).map_or(step.row, |above| way[above].row);
            let learned = step.edge.map(|edge| (edge.relation, about.learned(above, step.row, edge)));
            lines.push(line(&known, learned));
            let [relation, learned] = match step.edge {
                Some(known) => edge(above, step.row, known, &about),
                None => [Value::Missing, Value::Missing],
            };
            let values = [
                Value::Count(at as u64 + 1),
                Value::Count(place as u64),
                known.id.into(),
                relation,
                learned,
                known.created.map(day).into(),
                texts(known.licences.iter().copied()),
                known.is_listed.into(),
            ];
            rows.push(named(WHY, values));
        }
        blocks.push(Block::Fixed(lines.join("\n")));
    }
    let count = why.ways.get().map_or_else(|| why.ways.to_string(), grouped);
    let is_one = why.ways.get() == Some(1);
    let mut told = vec![format!(
        "{count} {} from {ancestor} to {model}, over {} between them.",
        if is_one { "way leads" } else { "ways lead" },
        plural(why.between as u64, "model")
    )];
    let ids = |rows: &[Row]| rows.iter().map(|row| about.model(*row).id).collect::<Vec<_>>();
    told.push(match why.on_all.is_empty() {
        true => "No model between them is on all ways.".to_owned(),
        false => format!("On all of them: {}.", ids(&why.on_all).join(", ")),
    });
    if !why.inferred.is_empty() {
        let links = why
            .inferred
            .iter()
            .map(|(parent, child)| format!("{} -> {}", about.model(*parent).id, about.model(*child).id));
        told.push(format!("Of these links the relation is only inferred: {}.", links.collect::<Vec<_>>().join(", ")));
    }
    blocks.push(Block::Line(told.join("\n")));
    let mut report = Report::new(definition, rows, blocks).headed(WHY);
    let links = why.inferred.iter().map(|(parent, child)| {
        Value::group([("parent", about.model(*parent).id.into()), ("child", about.model(*child).id.into())])
    });
    let (on_all, inferred) = (texts(ids(&why.on_all)), Value::List(links.collect()));
    report.beside.extend(ways_beside([model, ancestor], ways(why.ways), why.between, on_all, inferred));
    report
}

/// What stands beside the ways between two models, whether there are any or not.
fn ways_beside([model, ancestor]: [&str; 2], ways: Value, between: usize, on_all: Value, inferred: Value) -> Named {
    let beside: [(&str, Value); 6] = [
        ("model", model.into()),
        ("ancestor", ancestor.into()),
        ("ways", ways),
        ("between", Value::Count(between as u64)),
        ("on_all", on_all),
        ("inferred", inferred),
    ];
    beside.into_iter().map(|(name, value)| (name.into(), value)).collect()
}

fn line(model: &Known<'_>, link: Option<(Relation, &str)>) -> String {
    let link = link.map_or_else(String::new, |(relation, learned)| format!("-> {relation} ({learned}) "));
    let created = model.created.map_or_else(String::new, |created| format!("  {}", day(created)));
    // One line, whatever stands in the names.
    printable(&format!("{link}{}{created}  {}", marked(model), licence(model)))
}

const COMMON: [&str; 1] = ["distances"];

/// Lists the nearest common ancestors of some models.
pub fn common(common: &Common, about: About<'_>, words: &str) -> Report<'static> {
    let id = |row: &Row| about.model(*row).id;
    let heads = common.models.iter().map(|row| format!("links to {}", id(row)));
    let heads = ["id".to_owned()].into_iter().chain(heads).chain(["licence".to_owned()]);
    let mut grid = Grid::new(heads).named("common");
    let mut rows = Vec::new();
    for shared in &common.nearest {
        let model = about.model(shared.row);
        let distances = shared.distances.iter().map(ToString::to_string);
        grid.row([marked(&model)].into_iter().chain(distances).chain([licence(&model)]));
        let mut row = known(&model);
        let distances = common.models.iter().zip(&shared.distances);
        let of = |(model, distance): (&Row, &u32)| {
            Value::group([("model", Value::from(id(model))), ("links", Value::Count((*distance).into()))])
        };
        row.extend(named(COMMON, [Value::List(distances.map(of).collect())]));
        rows.push(row);
    }
    let names = common.models.iter().map(id).collect::<Vec<_>>().join(", ");
    let mut blocks = vec![Block::Line(match common.nearest.len() {
        0 => format!("No common ancestor of {names}, as far as the cards say."),
        nearest => format!(
            "{} of {names}; {} in all.",
            plural(nearest as u64, "nearest common ancestor"),
            plural(common.all as u64, "common ancestor")
        ),
    })];
    blocks.extend((!rows.is_empty()).then_some(Block::Grid(grid)));
    let mut definition = vec![
        "Nearest common ancestors: the common ancestors none of which is above another one of them. A model counts as its own ancestor here; models of one cycle are not above each other.".to_owned(),
        NO_ADVICE.to_owned(),
    ];
    definition.extend((!words.is_empty()).then(|| words.to_owned()));
    let mut report = Report::new(definition, rows, blocks).headed(KNOWN.into_iter().chain(COMMON));
    report.beside.push(("models".into(), texts(common.models.iter().map(id))));
    report.beside.push(("common".into(), Value::Count(common.all as u64)));
    report
}

const SIBLINGS: [&str; 3] = ["relation", "shared", "parents"];

/// Lists the other children of some models' parents; people are shown `most`, those with most downloads first.
pub fn siblings<'s>(siblings: &'s Siblings, about: About<'s>, words: &str, most: usize) -> Report<'s> {
    let id = move |row: &Row| about.model(*row).id;
    let mut order: Vec<usize> = (0..siblings.siblings.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(about.model(siblings.siblings[*at].row).downloads));
    let mut grid = Grid::new(["id", "relation", "shared parents", "of", "downloads", "created"]);
    for sibling in order.iter().take(most).map(|at| &siblings.siblings[*at]) {
        let model = about.model(sibling.row);
        grid.row([
            model.id.to_owned(),
            sibling.relation.name().into(),
            sibling.shared.len().to_string(),
            sibling.parents.to_string(),
            model.downloads.map_or_else(|| "–".into(), grouped),
            model.created.map_or_else(String::new, day),
        ]);
    }
    let all = siblings.siblings.len();
    let mut blocks = vec![Block::Line(format!(
        "{} of {}, by {}.",
        plural(all as u64, "sibling"),
        called(siblings.models.iter().map(|row| about.model(*row))),
        plural(siblings.parents as u64, "parent")
    ))];
    blocks.extend((all > 0).then_some(Block::Grid(grid)));
    blocks.extend((all > most).then(|| Block::cut(most, all, "shown, those with most downloads first")));
    let row = move |at: usize| {
        let sibling = &siblings.siblings[at];
        let mut row = known(&about.model(sibling.row));
        let shared = texts(sibling.shared.iter().map(id));
        row.extend(named(SIBLINGS, [sibling.relation.name().into(), shared, Value::Count(sibling.parents as u64)]));
        row
    };
    let mut definition = vec![
        "Siblings: the other models with a parent among the parents of the named ones, each once; relation is the strongest of their links to these.".to_owned(),
    ];
    definition.extend((!words.is_empty()).then(|| words.to_owned()));
    let heads = KNOWN.into_iter().chain(SIBLINGS);
    let mut report = Report::new(definition, Rows::Many(all, Box::new(row)), blocks).headed(heads);
    report.beside.push(("models".into(), texts(siblings.models.iter().map(id))));
    report
}

const HITS: [&str; 10] =
    ["distance", "via", "base", "relation", "direct", "indirect", "only_through", "bases", "other_roots", "made_since"];

/// Lists what descends from some bases: the models that are counted, with whether each was made since its bases went bad. People are
/// shown `most`, the nearest first.
pub fn hits<'s>(
    blast: &'s Blast,
    hits: &'s [(Hit, Option<bool>)],
    about: About<'s>,
    words: &[String],
    most: usize,
) -> Report<'s> {
    let id = move |row: Row| about.model(row).id;
    let heads = ["id", "distance", "via", "relation", "only through", "other roots", "downloads", "created"];
    let is_one = blast.bases.len() == 1;
    let mut grid = Grid::new(heads.into_iter().chain((!is_one).then_some("bases"))).named("hits").sparing([
        "other roots",
        "created",
        "via",
        "downloads",
        "bases",
        "only through",
    ]);
    for (hit, _) in hits.iter().take(most) {
        let model = about.model(hit.row);
        let others = blast.other_roots(hit.row);
        let bases = (!is_one).then(|| {
            let bases = blast.bases_above(hit.row);
            let more = bases.len().saturating_sub(3);
            let named = bases.iter().take(3).map(|row| id(*row)).collect::<Vec<_>>().join(", ");
            if more > 0 { format!("{named} and {more} more") } else { named }
        });
        let cells = [
            model.id.to_owned(),
            hit.distance.to_string(),
            id(hit.via).to_owned(),
            hit.relation.name().into(),
            yes(hit.only_through),
            others.len().to_string(),
            model.downloads.map_or_else(|| "–".into(), grouped),
            model.created.map_or_else(String::new, day),
        ];
        grid.row(cells.into_iter().chain(bases));
    }
    let (all, only) = (hits.len(), hits.iter().filter(|(hit, _)| hit.only_through).count());
    let bases = blast.bases.iter().map(|row| about.model(*row));
    let mut blocks = vec![Block::Line(format!(
        "{} from {}, {} of them only through.",
        counted(all as u64, "model", "descends", "descend"),
        called(bases),
        grouped(only as u64)
    ))];
    blocks.extend((all > 0).then_some(Block::Grid(grid)));
    blocks.extend((all > most).then(|| Block::cut(most, all, "shown, the nearest first")));
    let row = move |at: usize| {
        let (hit, made_since) = &hits[at];
        let mut row = known(&about.model(hit.row));
        let others = blast.other_roots(hit.row);
        let values = [
            Value::Count(hit.distance.into()),
            id(hit.via).into(),
            id(hit.base).into(),
            hit.relation.name().into(),
            hit.is_direct.into(),
            hit.is_indirect.into(),
            hit.only_through.into(),
            texts(blast.bases_above(hit.row).iter().map(|row| id(*row))),
            texts(others.iter().map(|row| id(*row))),
            (*made_since).into(),
        ];
        row.extend(named(HITS, values));
        row
    };
    let heads = KNOWN.into_iter().chain(HITS);
    let mut report = Report::new(words.to_vec(), Rows::Many(all, Box::new(row)), blocks).headed(heads);
    report.beside.push(("bases".into(), texts(blast.bases.iter().map(|row| id(*row)))));
    report
}

/// Tells which bases are ours themselves, before anything else: they are left out of what descends from the bases.
pub fn with_own<'r>(mut report: Report<'r>, own: &[Row], snapshot: &Snapshot) -> Report<'r> {
    if !own.is_empty() {
        let ids: Vec<&str> = own.iter().map(|row| snapshot.id(*row)).collect();
        report.blocks.insert(0, Block::Line(format!("Ours among the bases themselves: {}.", ids.join(", "))));
        report.beside.push(("own_bases".into(), texts(ids)));
    }
    report
}
