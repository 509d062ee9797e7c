//! Bills of materials of some models, a file for each and each format: `cargo run --example boms -- SNAPSHOT IDS FOLDER`, where IDS is a file
//! with an id a line. Several ids on a line are one bill. Without arguments it prints the bill of a merge in the sample inside the program.

#![allow(clippy::print_stdout, reason = "an example speaks")]

use std::error::Error;
use std::fs;
use std::path::Path;

use modelkin::export::{Bom, BomFormat, Extra};
use modelkin::lineage::Lineage;
use modelkin::provenance::{About, Books, Upstream};
use modelkin::reference::Publishers;
use modelkin::snapshot::{Row, Snapshot};

type Anything = Box<dyn Error + Send + Sync>;

fn bill(lineage: &Lineage, about: &About<'_>, ids: &str) -> Result<Bom, Anything> {
    let snapshot = lineage.snapshot();
    let row = |id: &str| snapshot.find(id).map(|row| snapshot.alias_of(row).unwrap_or(row));
    let rows: Option<Vec<Row>> = ids.split_whitespace().map(row).collect();
    let upstream = Upstream::of(lineage, &rows.ok_or_else(|| format!("not all of these models are there: {ids}"))?);
    Ok(Bom::new(lineage, &upstream, about, &Extra::default())?)
}

fn main() -> Result<(), Anything> {
    let books = Books::with(Publishers::built_in()?)?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, ids, folder] = &arguments[..] else {
        let snapshot = modelkin::sample()?;
        let about = About::new(&snapshot, &books)?;
        let bom = bill(&Lineage::from_snapshot(&snapshot)?, &about, "djuna/Q2.5-Veltha-14B")?;
        bom.write(BomFormat::CycloneDx16, &mut std::io::stdout())?;
        return Ok(());
    };
    let snapshot = Snapshot::open(Path::new(file))?;
    let lineage = Lineage::from_snapshot(&snapshot)?;
    let about = About::new(&snapshot, &books)?;
    for (number, ids) in fs::read_to_string(ids)?.lines().enumerate() {
        let bom = bill(&lineage, &about, ids)?;
        for format in BomFormat::ALL {
            let name = format!("{number}.{}.{}", format.name(), format.suffix());
            bom.write(format, &mut fs::File::create(Path::new(folder).join(name))?)?;
        }
    }
    Ok(())
}
