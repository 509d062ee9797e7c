use std::cmp::Reverse;
use std::collections::HashMap;

use super::{Survey, UNKNOWN};
use crate::census::{Coverage, Error, Sum};
use crate::ink::{Section, Table, Unit};
use crate::reference::Publisher;

use Unit::{Count, Text};

/// What an account has.
struct Account<'a> {
    name: &'a str,
    publisher: Option<&'a Publisher>,
    models: u64,
    downloads: Sum,
    downloads_all_time: Sum,
    links: u64,
}

impl Survey<'_> {
    /// Lists the accounts whose publishers are wanted (nothing for those that are in no table), those with most downloads
    /// first and at most so many.
    ///
    /// # Errors
    /// It fails with [`Error::Snapshot`].
    pub fn accounts(&self, is_wanted: impl Fn(Option<&Publisher>) -> bool, most: usize) -> Result<Section, Error> {
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
        let mut known = [Coverage::default(); 2];
        let mut accounts = self.by_account()?;
        for account in &accounts {
            let is_known = u64::from(account.publisher.is_some());
            for (coverage, count) in known.iter_mut().zip([account.models, account.downloads.total]) {
                coverage.of += count;
                coverage.known += is_known * count;
            }
        }
        accounts.retain(|account| is_wanted(account.publisher));
        accounts.sort_by_key(|account| (Reverse(account.downloads.known()), account.name));
        for account in accounts.iter().take(most) {
            table.row([
                account.name.into(),
                account.publisher.map(|publisher| publisher.name.clone()).into(),
                account.publisher.map_or(UNKNOWN, |publisher| &publisher.country).into(),
                account.publisher.map_or(UNKNOWN, |publisher| &publisher.kind).into(),
                account.models.into(),
                account.downloads.known().into(),
                account.downloads_all_time.known().into(),
                account.links.into(),
            ]);
        }
        let all = accounts.len();
        if all > most {
            section.shown = Some((most, all, "accounts"));
        }
        section.tables.push(table);
        section.define(&[
            "Account: the owner in a model's id; of an id without one, such as gpt2, that of the id that it has today by the table of old ids, else the id itself.",
            "Publishers, countries and kinds: the table of publishers (data/reference/orgs.csv); a table of your own stands above it, as CSV with the columns namespace, name, country_iso2 and kind. No country is guessed from a name.",
            "Links: those from the account's models, those to its own models too.",
        ]);
        section.cover("models whose publisher is in the table", known[0]);
        section.cover("downloads in 30 days of such models", known[1]);
        Ok(section)
    }

    /// The accounts of the listed models. A model of none stands alone, and apart from an account that is called like it.
    fn by_account(&self) -> Result<Vec<Account<'_>>, Error> {
        let snapshot = self.snapshot();
        let (downloads, downloads_all_time) = (self.downloads()?, self.downloads_all_time()?);
        let mut accounts: Vec<Account<'_>> = Vec::new();
        let mut known: HashMap<String, usize> = HashMap::new();
        // The models of one owner lie together.
        let mut last: Option<(u32, usize)> = None;
        for row in self.models() {
            let owner = self.owners[row as usize];
            let place = match last {
                Some((same, place)) if same == owner => place,
                _ => {
                    let whose = self.references.publishers.whose(snapshot.id(row), &self.references.aliases);
                    let name = whose.account.unwrap_or(snapshot.id(row));
                    let key = whose.account.map_or(format!("/{name}"), str::to_ascii_lowercase);
                    *known.entry(key).or_insert_with(|| {
                        let (downloads, downloads_all_time) = Default::default();
                        let publisher = whose.publisher;
                        accounts.push(Account { name, publisher, models: 0, downloads, downloads_all_time, links: 0 });
                        accounts.len() - 1
                    })
                }
            };
            last = Some((owner, place));
            let account = &mut accounts[place];
            account.models += 1;
            account.downloads.add(downloads.at(row));
            account.downloads_all_time.add(downloads_all_time.at(row));
            account.links += self.lineage.children(row).len() as u64;
        }
        Ok(accounts)
    }
}
