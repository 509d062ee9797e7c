//! The map of a snapshot, place by place.

use anyhow::anyhow;
use modelkin::explorer::{self, Asked, Colour, Place, Size};

use super::address::{Address, NoPage};
use super::page;
use super::reply::{HTML, JSON, Reply};
use super::shelf::{Shelf, worded};
use crate::program::explore;
use crate::program::output::Usage;

/// A view has so many marks at least, and is drawn on so many square pixels at most: those of eight large screens.
const MARKS: usize = 16;
const AREA: f64 = 64e6;

/// The page of the map.
pub fn shown(shelf: &Shelf) -> anyhow::Result<Reply> {
    let forest = shelf.atlas.forest().map_err(worded)?;
    let [style, script] = page::map_assets();
    Ok(Reply::new(200, HTML, explore::page(forest, "modelkin explore --all -o map.html").served(&style, &script)))
}

/// What the page of the map asks for.
pub fn asked(what: &str, address: &mut Address, shelf: &Shelf) -> anyhow::Result<Reply> {
    let mut text = |name: &str| address.take(name).unwrap_or_default();
    let forest = shelf.atlas.forest().map_err(worded)?;
    match what {
        "model" => Ok(sent(serde_json::to_vec(&forest.about(&text("id")).map_err(refused)?)?)),
        "children" => Ok(sent(serde_json::to_vec(&forest.children(&text("id")).map_err(refused)?)?)),
        "data" => {
            fn known<T>(name: &str, value: &str, found: Option<T>) -> anyhow::Result<T> {
                found.ok_or_else(|| anyhow!(Usage(format!("{name}: {value:?} is not known"))))
            }
            let [at, size, colour, area, marks] = ["at", "size", "colour", "area", "marks"].map(&mut text);
            let area: f64 =
                known("area", &area, area.parse().ok().filter(|area: &f64| area.is_finite() && *area > 0.0))?;
            let marks: usize = known("marks", &marks, marks.parse().ok())?;
            let asked = Asked {
                at: Place::read(&at).ok_or(NoPage)?,
                size: known("size", &size, Size::from_name(&size))?,
                colour: known("colour", &colour, Colour::from_name(&colour))?,
                area: area.min(AREA),
                marks: marks.clamp(MARKS, Asked::MARKS),
            };
            Ok(sent(serde_json::to_vec(&forest.view(&asked).map_err(refused)?)?))
        }
        _ => Err(NoPage.into()),
    }
}

fn sent(json: Vec<u8>) -> Reply {
    Reply::new(200, JSON, json)
}

fn refused(error: explorer::Error) -> anyhow::Error {
    match error {
        explorer::Error::NoPlace(_) => NoPage.into(),
        error => error.into(),
    }
}
