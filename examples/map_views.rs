//! Writes what is to be seen at places of a map, by the library: for `tests/others/look_at_explorer.mjs`, which compares it with what the page
//! shows.
//!
//! `cargo run --example map_views -- SNAPSHOT FAMILY|- [PLACES]`: a line of JSON for each place. Without arguments, three places of the
//! sample.

#![allow(clippy::print_stdout, reason = "an example speaks")]

use std::error::Error;
use std::path::Path;

use modelkin::ask::{Atlas, Begin, Tables};
use modelkin::explorer::{Asked, Colour, Place, Size};
use modelkin::snapshot::Snapshot;

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut args = std::env::args().skip(1);
    let snapshot = match args.next() {
        Some(path) => Snapshot::open(Path::new(&path))?,
        None => modelkin::sample()?,
    };
    let begin = match args.next().as_deref() {
        None | Some("-") => Begin::All,
        Some(name) => Begin::Family(name.into()),
    };
    let places: usize = args.next().map_or(Ok(3), |places| places.parse())?;
    let atlas = Atlas::new(&snapshot, Tables::built_in()?);
    let forest = atlas.forest_of(&begin)?;
    let rows: Vec<_> = forest.rows().collect();
    let mut rng = fastrand::Rng::with_seed(20);
    for at in 0..places {
        let (size, colour) = (Size::ALL[at % 2], Colour::ALL[at / 2 % 5]);
        let row = rows[rng.usize(..rows.len())];
        let model = Place::Model(snapshot.id(row).into());
        // Models, what is above them, and the block in which they are.
        let place = match at % 5 {
            0 if at == 0 => Place::Hub,
            0 => model,
            1 => forest.place_above(row).unwrap_or(Place::Hub),
            2 => forest.placed_below(row).and_then(|above| forest.place_above(above)).unwrap_or(Place::Hub),
            3 => {
                let path = forest.about(snapshot.id(row))?.path;
                path.iter().rev().nth(1).and_then(|address| Place::read(address)).unwrap_or(Place::Hub)
            }
            _ if at % 10 == 4 => Place::Alone,
            _ => Place::Rest(rng.usize(1..4), Box::new(forest.place_above(row).unwrap_or(Place::Hub))),
        };
        let area = f64::from(rng.u32(100_000..900_000));
        let marks = [Asked::MARKS, 300, 60][at % 3];
        let view = forest.view(&Asked { at: place, size, colour, area, marks })?;
        let about = serde_json::json!({"about": forest.about(snapshot.id(row))?, "children": forest.children(snapshot.id(row))?});
        let asked = serde_json::json!([view.at, size.name(), colour.name(), area, marks]);
        println!("{}", serde_json::json!({"asked": asked, "view": view, "id": snapshot.id(row), "model": about}));
    }
    Ok(())
}
