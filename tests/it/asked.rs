//! All that can be asked of a snapshot, and one to ask it of. The fuzzer has it too (`fuzz/targets/snapshot.rs`).

use std::sync::LazyLock;

use modelkin::census::{self, Bursts, Census, Counted, Counting, FamilyCount, Measure, Part, Ranking};
use modelkin::lineage::Lineage;
use modelkin::provenance::{About, Blast, Books, Common, Judge, Policy, Siblings, Upstream, Why};
use modelkin::reference::{Bases, Families, Family, Publishers, Terms};
use modelkin::search::{Finder, Words};
use modelkin::snapshot::{Changes, Snapshot};

/// Everything that a record can hold, cycles, merges, old names, unlisted parents.
pub const TEXT: &str = "\
Qwen/Qwen2.5-7B : downloads=90 downloads_all_time=900 likes=9 parameters=7000 created=2024-09-01 licence=mit task=chat library=x tags=qwen
Qwen/Qwen2.5-7B -> a/b : finetune downloads=5 created=2024-10-01
a/b -> a/c : quantized likes=1
a/b -> b/d : merge created=2025-01-02 tags=y
?gone/base -> b/d : merge
b/d -> b/e : adapter
b/e -> c/f
c/f -> b/e : finetune
old/name -> c/g : merge
c/f -> new/name : unstated
";

/// Two families, whose expressions are made once.
pub static FAMILIES: LazyLock<Vec<Family>> = LazyLock::new(|| {
    let all = Families::built_in().unwrap().all().unwrap();
    all.into_iter().filter(|family| family.name.starts_with("Qwen")).take(2).collect()
});

/// The tables that tell of models and of their licences.
static BOOKS: LazyLock<Books> = LazyLock::new(|| Books::with(Publishers::built_in().unwrap()).unwrap());
static TERMS: LazyLock<(Terms, Bases)> = LazyLock::new(|| (Terms::built_in().unwrap(), Bases::built_in().unwrap()));

/// All that can be asked of a snapshot, in words.
pub fn ask(snapshot: &Snapshot) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    use std::fmt::Write;
    let mut said = String::new();
    let mut say = |answer: &dyn std::fmt::Debug| writeln!(said, "{answer:?}").unwrap();
    let lineage = Lineage::from_snapshot(snapshot)?;
    say(&lineage.all_links().collect::<Vec<_>>());
    say(&lineage.cycles());
    say(&lineage.anomalies()?.collect::<Vec<_>>());
    say(&lineage.mirrors().collect::<Vec<_>>());
    say(&lineage.generations());
    say(&lineage.below(&[0]));
    say(&lineage.above(&[0]));
    let records = snapshot.records()?;
    say(&snapshot.rows().map(|row| records.at(row)).collect::<Vec<_>>());
    say(&snapshot.oddities()?.counts());
    for recent in [None, Some(1_700_000_000_000..1_800_000_000_000)] {
        let counting = Counting { recent, ..Counting::default() };
        let census = Census::count(&lineage, &counting)?;
        say(&census.all().collect::<Vec<_>>());
        say(&census.authors()?);
        say(&census.longest_chain());
        for measure in Measure::ALL {
            say(&Ranking::of_models(&census, &[*measure], None, 0)?);
            for of in [None, Some(&FAMILIES[..])] {
                say(&Ranking::of_groups(&lineage, of, &[*measure], &counting, 0)?);
            }
        }
    }
    let bursts = Bursts::find(&lineage)?;
    say(&snapshot.rows().filter(|row| bursts.holds(*row, |_| true)).collect::<Vec<_>>());
    for family in &*FAMILIES {
        say(&FamilyCount::count(family, &lineage, &Counting::default(), Counted::Others)?);
        for part in [Part::Members, Part::Direct, Part::All, Part::Mentions] {
            say(&part.list(family, &lineage, &Counting::default(), Counted::Everybody)?);
        }
    }
    say(&FamilyCount::count_all(&FAMILIES, &bursts)?);
    // Damaged snapshots are asked many thousand times: of the last model, which others descend from or which descends from others.
    let last = snapshot.len().saturating_sub(1) as u32;
    let about = About::new(snapshot, &BOOKS)?;
    say(&about.model(last));
    let upstream = Upstream::of(&lineage, &[last]);
    upstream.ancestors.iter().for_each(|ancestor| say(&Why::of(&lineage, last, ancestor.row, 3)));
    say(&upstream);
    say(&Blast::of(&lineage, &[0]).hits);
    say(&Siblings::of(&lineage, &[last]));
    say(&Common::of(&lineage, &[last, 0]));
    let policy = Policy::default();
    let judge = Judge::new(&lineage, &TERMS.0, &TERMS.1, &policy)?;
    say(&judge.model(last));
    say(&Changes::between(snapshot, snapshot)?);
    say(&snapshot.nearest("a/bb", 3));
    let finder =
        Finder::new(snapshot, || Ok::<_, census::Error>(Census::count(&lineage, &Counting::default())?.best()))?;
    for (text, most) in [("a", None), ("b/", Some(1)), ("Qwen 7b", Some(3)), ("new/name", None), ("nobody", None)] {
        say(&finder.find(&Words::new(text), lineage.row(text), most)?);
    }
    Ok(said)
}
