use super::owned::Owned;
use super::{Census, Counting, Error, Facts, Sum, Tally, family, members};
use crate::lineage::Lineage;
use crate::model::{Count, Relation};
use crate::reference::Family;
use crate::snapshot::{NumberColumn, Row};

/// A `Group` is what is ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Models are ranked, listed or not, with at least one child.
    Models,
    /// Owners of models with children are ranked, by F1 and F2 of `owner/*`. An id without an owner belongs to none,
    /// also where a table knows whose it is today: ids decide (docs/definitions.md, 3.2).
    Owners,
    /// The families of a table are ranked, by F1 and F2 of each. They may nest; nothing is summed over them.
    Families,
    /// Accounts are ranked by the derived models that they have made.
    Authors,
    /// Countries are ranked by the derived models whose accounts' publishers are of them.
    Countries,
    /// Licences are ranked by the derived models that state them first.
    Licences,
}

impl Group {
    /// This lists every one.
    pub const ALL: [Group; 6] =
        [Group::Models, Group::Owners, Group::Families, Group::Authors, Group::Countries, Group::Licences];

    /// Gives its name in questions.
    pub fn name(self) -> &'static str {
        match self {
            Group::Models => "models",
            Group::Owners => "owners",
            Group::Families => "families",
            Group::Authors => "authors",
            Group::Countries => "countries",
            Group::Licences => "licences",
        }
    }

    /// Tells whether it is ranked by the derived models that are its own, and not by what descends from it.
    pub fn is_of_derived(self) -> bool {
        matches!(self, Group::Authors | Group::Countries | Group::Licences)
    }
}

macro_rules! measures {
    ($($measure:ident = $name:literal, $about:literal;)+) => {
        /// A `Measure` is what is ranked by (docs/definitions.md, 3).
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Measure { $(#[doc = $about] $measure,)+ }

        impl Measure {
            /// This lists every measure.
            pub const ALL: &[Measure] = &[$(Measure::$measure),+];

            /// Gives its name on the command line and in outputs.
            pub fn name(self) -> &'static str {
                match self { $(Measure::$measure => $name,)+ }
            }

            /// Gives its definition in a line.
            pub fn about(self) -> &'static str {
                match self { $(Measure::$measure => $about,)+ }
            }
        }
    };
}

measures! {
    Direct = "direct", "distinct children; of a group, F1: distinct models with a parent among its members, its own left out";
    Descendants = "descendants", "distinct models that can be reached, each counted once; of a group, F2: members left out";
    Finetune = "finetune", "descendants whose own link towards the model is a finetune";
    Quantized = "quantized", "descendants whose own link towards the model is a quantization";
    Adapter = "adapter", "descendants whose own link towards the model is an adapter";
    Merge = "merge", "descendants whose own link towards the model is a merge";
    Unstated = "unstated", "descendants whose own link towards the model has no stated relation";
    Authors = "authors", "distinct owners of the descendants; a model whose id has no owner is its own";
    Downloads = "downloads", "downloads in 30 days of the descendants, where known";
    DownloadsWithOwn = "downloads-with-own", "downloads in 30 days of the descendants and the model itself, where known";
    DownloadsAllTime = "downloads-all-time", "downloads of the descendants since the Hub publishes them, where known";
    Likes = "likes", "likes of the descendants, where known";
    LikesWithOwn = "likes-with-own", "likes of the descendants and the model itself, where known";
    Growth = "growth", "descendants created in the last days before the snapshot, of those with a date";
    Deepest = "deepest", "the highest generation (fewest links from any root) among the descendants";
    FirstDegree = "first-degree", "direct children as a share of the descendants";
    Credit = "credit", "fractional credit: each descendant gives 1/k of itself to each of its k parents, recursively; a cycle gives and gets as one, its own members counted, and each of these shows the whole";
}

impl Measure {
    /// Finds the measure of that name, without regard to case.
    pub fn from_name(name: &str) -> Option<Measure> {
        Measure::ALL.iter().copied().find(|measure| measure.name().eq_ignore_ascii_case(name))
    }

    /// Tells whether the measure is defined for owners and families too.
    pub fn is_for_groups(self) -> bool {
        !matches!(
            self,
            Measure::Credit
                | Measure::Deepest
                | Measure::DownloadsWithOwn
                | Measure::LikesWithOwn
                | Measure::FirstDegree
        )
    }
}

/// A `Ranking` is ranked rows, the highest first; ties stand in order of the ids, and of families in that of their
/// table.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    /// It is by this measure.
    pub measure: Measure,
    /// These measures stand beside it.
    pub beside: Vec<Measure>,
    /// These are the first rows, numbered from 1; equal values have different ranks.
    pub rows: Vec<Ranked>,
    /// There are so many rows in all.
    pub of: usize,
    /// So many were left out because the measure's value is not known for any of their descendants.
    pub missing: usize,
}

/// So many sets of members are few.
const FEW: usize = 256;

/// A `Ranked` is a row of a ranking.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// This is its place, from 1.
    pub rank: usize,
    /// This is the model's id, the owner or the family's name.
    pub id: String,
    /// It tells whether this is a model that is named but not listed.
    pub is_unlisted: bool,
    /// It has so many direct children, or so many in F1.
    pub direct: u64,
    /// It has so many descendants, or so many in F2.
    pub descendants: u64,
    /// So many descendants are of each relation, in the order of [`Relation::ALL`].
    pub by_relation: [u64; 5],
    /// This is the measure's value.
    pub value: f64,
    /// Where the value is a sum of values that may be missing, they are known of so many descendants.
    pub known: Option<u64>,
    /// These are the values of the measures beside it, in their order.
    pub beside: Vec<Valued>,
}

/// A measure's value, if it is known, and of how many descendants where it is a sum of values that may be missing.
pub type Valued = Option<(f64, Option<u64>)>;

/// A measure of a census's models, with what stands beside their facts.
struct Column<'c> {
    measure: Measure,
    census: &'c Census,
    beside: Vec<f64>,
    own: Option<&'c NumberColumn<u64>>,
}

impl<'c> Column<'c> {
    fn read(census: &'c Census, measure: Measure) -> Result<Column<'c>, Error> {
        let plain = |numbers: Vec<u64>| numbers.into_iter().map(|number| number as f64).collect();
        let beside: Vec<f64> = match measure {
            Measure::Authors => plain(census.authors()?),
            Measure::Deepest => plain(census.deepest()?),
            Measure::Credit => census.credit()?,
            _ => Vec::new(),
        };
        let own = match measure {
            Measure::DownloadsWithOwn => Some(census.snapshot().count(Count::Downloads)?),
            Measure::LikesWithOwn => Some(census.snapshot().count(Count::Likes)?),
            _ => None,
        };
        Ok(Column { measure, census, beside, own })
    }

    /// The value of the model of this row, which stands at a place among the census's.
    fn value(&self, at: usize, row: Row) -> Valued {
        let facts = self.census.at(at);
        let with_own = |mut sum: Sum| {
            sum.add(self.own.and_then(|column| column.at(row)));
            sum
        };
        match self.measure {
            Measure::Authors | Measure::Deepest | Measure::Credit => Some((self.beside[at], None)),
            Measure::DownloadsWithOwn => known(with_own(facts.downloads)),
            Measure::LikesWithOwn => known(with_own(facts.likes)),
            measure => of_facts(&facts, measure),
        }
    }
}

impl Ranking {
    /// Ranks the models of a census by the first of some measures; the others stand beside it. Only models among `within`, which are
    /// in order, are ranked if it names any. The first `top` of them are listed, or all if that is 0.
    ///
    /// # Errors
    /// [`Error::Snapshot`] if a column is not as it was written, and [`Error::TooLong`].
    pub fn of_models(census: &Census, by: &[Measure], within: Option<&[Row]>, top: usize) -> Result<Ranking, Error> {
        let snapshot = census.snapshot();
        let columns = by.iter().map(|measure| Column::read(census, *measure)).collect::<Result<Vec<_>, _>>()?;
        let models = census.models();
        let is_inside = |row: Row| within.is_none_or(|within| within.binary_search(&row).is_ok());
        // Under a filter a model may be left without a counted descendant.
        let is_counted = |at: usize| census.at(at).descendants > 0 && is_inside(models[at]);
        let value = |measure: usize, at: usize| columns[measure].value(at, models[at]);
        Ok(Ranking::sorted(by, models.len(), top, is_counted, value, |at| {
            let (row, facts) = (models[at], census.at(at));
            Ranked {
                rank: 0,
                id: snapshot.id(row).to_owned(),
                is_unlisted: !snapshot.is_listed(row),
                direct: facts.direct,
                descendants: facts.descendants,
                by_relation: facts.by_relation,
                value: 0.0,
                known: None,
                beside: Vec::new(),
            }
        }))
    }

    /// Ranks owners, or the families of a table if one is given, by the first of some measures; the others stand beside it. The
    /// first `top` of them are listed, or all if that is 0.
    ///
    /// A measure that is not defined for groups ([`Measure::is_for_groups`]) leaves every row out as missing.
    ///
    /// # Errors
    /// [`Error::Snapshot`] if a column is not as it was written, and [`Error::TooLong`].
    pub fn of_groups(
        lineage: &Lineage,
        families: Option<&[Family]>,
        by: &[Measure],
        counting: &Counting,
        top: usize,
    ) -> Result<Ranking, Error> {
        let snapshot = lineage.snapshot();
        let with_authors = by.contains(&Measure::Authors);
        let (names, tallies): (Vec<&str>, Vec<(Tally, Tally)>) = match families {
            Some(families) => {
                let named = families.iter().map(|family| family.name.as_str());
                let mut named: Vec<_> = named.zip(members::all_members(families, lineage)?).collect();
                // Ties stand in the order of the places.
                named.sort_by_cached_key(|(name, _)| (name.to_ascii_lowercase(), *name));
                let (names, sets): (_, Vec<Vec<Row>>) = named.into_iter().unzip();
                // Few sets are walked from sooner than all of the graph is taken apart.
                let tallies = match with_authors || sets.len() <= FEW {
                    true => family::authored(lineage, &sets, counting)?,
                    false => family::tallies(lineage, &sets, counting)?,
                };
                (names, tallies)
            }
            None => {
                let Owned { firsts, tallies } = Owned::find(lineage, counting, with_authors)?;
                let names = firsts.iter().map(|row| snapshot.owner(*row).unwrap_or_default());
                (names.collect(), tallies)
            }
        };
        Ok(Ranking::of_tallies(by, &names, &tallies, top))
    }

    /// Ranks parts of the derived models, such as those of each author, by the first of some measures; the others stand beside it.
    /// A part's name stands with the tally of its models that have a parent where one is looked for, and of all of them. The first
    /// `top` parts are listed, or all if that is 0.
    pub fn of_parts(mut parts: Vec<(String, (Tally, Tally))>, by: &[Measure], top: usize) -> Ranking {
        parts.sort_by_cached_key(|(name, _)| (name.to_ascii_lowercase(), name.clone()));
        let (names, tallies): (Vec<String>, Vec<(Tally, Tally)>) = parts.into_iter().unzip();
        Ranking::of_tallies(by, &names, &tallies, top)
    }

    fn of_tallies(by: &[Measure], names: &[impl AsRef<str>], tallies: &[(Tally, Tally)], top: usize) -> Ranking {
        let value = |measure: usize, at: usize| of_tallies(&tallies[at].0, &tallies[at].1, by[measure]);
        let is_counted = |at: usize| tallies[at].1.models > 0;
        Ranking::sorted(by, tallies.len(), top, is_counted, value, |at| {
            let (f1, f2) = &tallies[at];
            Ranked {
                rank: 0,
                id: names[at].as_ref().to_owned(),
                is_unlisted: false,
                direct: f1.models,
                descendants: f2.models,
                by_relation: f2.by_relation,
                value: 0.0,
                known: None,
                beside: Vec::new(),
            }
        })
    }

    /// Ranks what is counted of so many places by the first of some measures, ties by place. `value` gives that of a measure, by its
    /// place among them; `row` makes the row of a place.
    fn sorted(
        by: &[Measure],
        places: usize,
        top: usize,
        is_counted: impl Fn(usize) -> bool,
        value: impl Fn(usize, usize) -> Valued,
        row: impl Fn(usize) -> Ranked,
    ) -> Ranking {
        let (measure, beside) =
            by.split_first().map_or((Measure::Descendants, &[][..]), |(first, rest)| (*first, rest));
        let mut missing = 0;
        let mut ranked: Vec<(f64, usize, Option<u64>)> = Vec::new();
        for at in (0..places).filter(|at| !by.is_empty() && is_counted(*at)) {
            match value(0, at) {
                Some((value, _)) if is_nothing(measure, value) => (),
                Some((value, known)) => ranked.push((value, at, known)),
                None => missing += 1,
            }
        }
        let of = ranked.len();
        let order =
            |a: &(f64, usize, Option<u64>), b: &(f64, usize, Option<u64>)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
        if (1..of).contains(&top) {
            ranked.select_nth_unstable_by(top, order);
            ranked.truncate(top);
        }
        ranked.sort_unstable_by(order);
        let row = |(rank, (own, at, known))| {
            let beside = (1..by.len()).map(|measure| value(measure, at)).collect();
            Ranked { rank, value: own, known, beside, ..row(at) }
        };
        Ranking { measure, beside: beside.to_vec(), rows: (1..).zip(ranked).map(row).collect(), of, missing }
    }
}

/// A count of no models has no place in a ranking; downloads and likes that are known to be 0 have.
fn is_nothing(measure: Measure, value: f64) -> bool {
    use Measure::{Downloads, DownloadsAllTime, DownloadsWithOwn, Likes, LikesWithOwn};
    value == 0.0 && !matches!(measure, Downloads | DownloadsAllTime | DownloadsWithOwn | Likes | LikesWithOwn)
}

fn known(sum: Sum) -> Valued {
    (sum.of > 0).then_some((sum.total as f64, Some(sum.of)))
}

fn of_facts(facts: &Facts, measure: Measure) -> Valued {
    let plain = |count: u64| Some((count as f64, None));
    match measure {
        Measure::Direct => plain(facts.direct),
        Measure::Descendants => plain(facts.descendants),
        Measure::Downloads => known(facts.downloads),
        Measure::DownloadsAllTime => known(facts.downloads_all_time),
        Measure::Likes => known(facts.likes),
        Measure::Growth => known(facts.recent),
        Measure::FirstDegree => Some((facts.direct as f64 / facts.descendants.max(1) as f64, None)),
        _ => relation(measure).and_then(|relation| plain(facts.by_relation[relation as usize])),
    }
}

fn of_tallies(f1: &Tally, f2: &Tally, measure: Measure) -> Valued {
    let plain = |count: u64| Some((count as f64, None));
    match measure {
        Measure::Direct => plain(f1.models),
        Measure::Descendants => plain(f2.models),
        Measure::Authors => plain(f2.authors),
        Measure::Downloads => known(f2.downloads),
        Measure::DownloadsAllTime => known(f2.downloads_all_time),
        Measure::Likes => known(f2.likes),
        Measure::Growth => known(f2.recent),
        _ => relation(measure).and_then(|relation| plain(f2.by_relation[relation as usize])),
    }
}

fn relation(measure: Measure) -> Option<Relation> {
    Relation::from_name(measure.name())
}
