use super::section::{Section, Table, Unit, total};
use super::{Survey, UNKNOWN};
use crate::census::{Coverage, Sum};
use crate::report::grouped;

use Unit::{Count, Text};

impl Survey<'_, '_> {
    /// The accounts with their publishers, those with most downloads first; of them only those that are in no table, if
    /// that is asked.
    pub fn accounts(&self, is_wanted: impl Fn(Option<&crate::reference::Publisher>) -> bool, most: usize) -> Section {
        let mut section = Section::new("owners", "Accounts and their publishers");
        let main = [
            ("account", Text),
            ("publisher", Text),
            ("country", Text),
            ("kind", Text),
            ("models", Count),
            ("downloads_30d", Count),
            ("downloads_all_time", Count),
            ("links", Count),
        ];
        let mut table = Table::new("owners", "Accounts", 1, &main, &[]);
        table.most = most;
        let snapshot = self.snapshot();
        let mut sums: Vec<(Option<u32>, u64, [Sum; 2], u64)> = vec![Default::default(); self.publishers.len()];
        for row in self.models() {
            let (first, models, downloads, children) = &mut sums[self.owners[row as usize] as usize];
            first.get_or_insert(row);
            *models += 1;
            downloads[0].add(snapshot.downloads(row));
            downloads[1].add(snapshot.downloads_all_time(row));
            *children += self.lineage.children(row).len() as u64;
        }
        let (mut known, mut total_of) = ([0u64; 2], [0u64; 2]);
        for (publisher, (first, models, downloads, children)) in self.publishers.iter().zip(sums) {
            let Some(first) = first else { continue };
            total_of[0] += models;
            total_of[1] += downloads[0].total;
            if publisher.is_some() {
                known[0] += models;
                known[1] += downloads[0].total;
            }
            if !is_wanted(*publisher) {
                continue;
            }
            table.row([
                snapshot.owner(first).unwrap_or_else(|| snapshot.id(first)).into(),
                publisher.map(|publisher| publisher.name.clone()).into(),
                publisher.map_or(UNKNOWN, |publisher| &publisher.country).into(),
                publisher.map_or(UNKNOWN, |publisher| &publisher.kind).into(),
                models.into(),
                total(downloads[0]),
                total(downloads[1]),
                children.into(),
            ]);
        }
        table.sort_by("downloads_30d");
        let all = table.rows.len();
        table.rows.truncate(most);
        if all > most {
            section.findings.push(format!(
                "{} of {} accounts; --top 0 shows all.",
                grouped(most as u64),
                grouped(all as u64)
            ));
        }
        section.tables.push(table);
        section.define(&[
            "Publishers, countries and kinds: the table of publishers (data/reference/orgs.csv); a file of your own is named with --owners, as CSV with the columns namespace, name, country_iso2 and kind. No country is guessed from a name.",
            "Links: those from the account's models, those to its own models too.",
        ]);
        for (what, at) in [("models whose publisher is in the table", 0), ("downloads in 30 days of such models", 1)] {
            section.cover(what, Coverage { known: known[at], of: total_of[at] });
        }
        section
    }
}
