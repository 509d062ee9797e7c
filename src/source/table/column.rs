use crate::model::{Count, Flag, Relation, Word};

/// What a column says of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum Column {
    /// Its id; of a table of links, the child's.
    Id,
    RepositoryKey,
    Created,
    Count(Count),
    /// The Hub's object with the number of parameters.
    Safetensors,
    Word(Word),
    Flag(Flag),
    Sha,
    Tags,
    /// The licences' ids.
    Licences,
    /// The Hub's resolved parents.
    BaseModels,
    /// The card's front matter, as the Hub has it.
    CardData,
    /// The text of the README.
    Readme,
    /// The parents as a card names them.
    BaseModel,
    /// The relation that the card states for all its parents.
    CardRelation,
    /// Parents, by the column's own relation if it has one.
    Parents(Option<Relation>),
    /// The relation of the link that a row is.
    Relation,
}

/// The names of columns that known dumps have, beside the Hub's own. Of several of one meaning the first stands above the
/// others.
const NAMES: &[(&str, Column)] = &[
    ("id", Column::Id),
    ("modelId", Column::Id),
    ("model_id", Column::Id),
    ("repo_id", Column::Id),
    ("current_model", Column::Id),
    ("child_id", Column::Id),
    ("child", Column::Id),
    ("model", Column::Id),
    ("_id", Column::RepositoryKey),
    ("createdAt", Column::Created),
    ("created_at", Column::Created),
    ("created", Column::Created),
    ("downloadsAllTime", Column::Count(Count::DownloadsAllTime)),
    ("downloads_all_time", Column::Count(Count::DownloadsAllTime)),
    ("safetensors", Column::Safetensors),
    ("parameters", Column::Count(Count::Parameters)),
    ("num_parameters", Column::Count(Count::Parameters)),
    ("license", Column::Licences),
    ("licence", Column::Licences),
    ("licenses", Column::Licences),
    ("licences", Column::Licences),
    ("license_name", Column::Word(Word::LicenceName)),
    ("license_link", Column::Word(Word::LicenceLink)),
    ("sha", Column::Sha),
    ("tags", Column::Tags),
    ("baseModels", Column::BaseModels),
    ("base_models", Column::BaseModels),
    ("cardData", Column::CardData),
    ("card_data", Column::CardData),
    ("card", Column::Readme),
    ("modelCard", Column::Readme),
    ("model_card", Column::Readme),
    ("readme", Column::Readme),
    ("base_model", Column::BaseModel),
    ("base_model_relation", Column::CardRelation),
    ("base_ids", Column::Parents(None)),
    ("base_id", Column::Parents(None)),
    ("base_model_id", Column::Parents(None)),
    ("base_model_ids", Column::Parents(None)),
    ("parent_model", Column::Parents(None)),
    ("parent_models", Column::Parents(None)),
    ("parent_id", Column::Parents(None)),
    ("parent_ids", Column::Parents(None)),
    ("parent", Column::Parents(None)),
    ("parents", Column::Parents(None)),
    ("derived_from", Column::Parents(None)),
    ("merged_derived_from", Column::Parents(None)),
    ("finetune_parent", Column::Parents(Some(Relation::Finetune))),
    ("quantized_parent", Column::Parents(Some(Relation::Quantized))),
    ("adapter_parent", Column::Parents(Some(Relation::Adapter))),
    ("merge_parent", Column::Parents(Some(Relation::Merge))),
    ("relation", Column::Relation),
    ("relation_type", Column::Relation),
    ("relationship", Column::Relation),
];

impl Column {
    /// What the column of that name says, and its rank among those that say the same: 1 or more, since those that somebody
    /// named stand above.
    pub fn from_name(name: &str) -> Option<(Column, usize)> {
        let rank = NAMES.iter().position(|(known, _)| *known == name);
        let known = rank.map(|rank| (NAMES[rank].1, rank + 1));
        let count = || Count::ALL.into_iter().find(|count| count.hub_name() == name).map(Column::Count);
        let word = || Word::ALL.into_iter().find(|word| word.hub_name() == name).map(Column::Word);
        let flag = || Flag::ALL.into_iter().find(|flag| flag.hub_name() == name).map(Column::Flag);
        known.or_else(|| Some((count().or_else(word).or_else(flag)?, 1))).filter(|_| !name.is_empty())
    }

    /// The same of a header that somebody typed: capitals do not matter, and a name that is spelled as known stands above it.
    pub fn in_any_case(name: &str) -> Option<(Column, usize)> {
        let known = NAMES.iter().map(|(known, _)| *known);
        let known = known.chain(Count::ALL.iter().map(|count| count.hub_name()));
        let known = known.chain(Word::ALL.iter().map(|word| word.hub_name()));
        let mut known = known.chain(Flag::ALL.iter().map(|flag| flag.hub_name()));
        let (column, rank) = Column::from_name(known.find(|known| known.eq_ignore_ascii_case(name))?)?;
        Some((column, rank + NAMES.len()))
    }

    /// Whether parents stand there.
    pub fn names_parents(self) -> bool {
        matches!(self, Column::BaseModels | Column::BaseModel | Column::Parents(_))
    }

    /// Whether it may be a list of texts where it is read as a table's.
    pub fn may_be_list(self) -> bool {
        self.names_parents() || matches!(self, Column::Tags | Column::Licences)
    }

    /// Whether a wrong value of it would change the lineage.
    pub fn is_of_lineage(self) -> bool {
        matches!(self, Column::Id | Column::Tags | Column::CardData | Column::Relation | Column::CardRelation)
            || self.names_parents()
    }

    /// What the column of a dump should be.
    pub fn wanted(self) -> &'static str {
        match self {
            Column::Tags => "a list of texts",
            Column::BaseModels => "a struct of `relation` and `models`, a list of ids, or JSON text",
            Column::CardData => "JSON text (`to_json(cardData)` in DuckDB, `struct.json_encode()` in polars)",
            Column::BaseModel | Column::Parents(_) => "a text or a list of texts",
            _ => "a text",
        }
    }

    /// Whether it may stand in a table of links: a licence is said of a link's child too.
    pub fn is_of_link(self) -> bool {
        matches!(
            self,
            Column::Id
                | Column::Relation
                | Column::CardRelation
                | Column::Licences
                | Column::Word(Word::LicenceName | Word::LicenceLink)
        ) || self.names_parents()
    }

    /// Whether such columns with their names are those of a table of links: a row is one, and rows of one child add up. They are where they say nothing but that, and where a name says it, whatever else is there.
    pub fn are_of_links(columns: &[(&str, Column)]) -> bool {
        let is = |name: &str, known: &[&str]| known.iter().any(|known| known.eq_ignore_ascii_case(name));
        let is_child = |(name, column): &(&str, Column)| *column == Column::Id && is(name, &["child", "child_id"]);
        let has_child = columns.iter().any(is_child);
        columns.iter().all(|(_, column)| column.is_of_link())
            || columns.iter().any(|(_, column)| *column == Column::Relation)
            || columns.iter().any(|(name, column)| {
                column.names_parents() && (has_child || is(name, &["parent", "parent_id", "base_model_id"]))
            })
    }

    /// The column that somebody means by a word such as `parent`.
    pub fn of_word(word: &str) -> Option<Column> {
        match word {
            "id" | "child" => Some(Column::Id),
            "parent" => Some(Column::Parents(None)),
            "relation" => Some(Column::Relation),
            "created" => Some(Column::Created),
            "card" => Some(Column::Readme),
            "licence" | "license" => Some(Column::Licences),
            other => {
                let count = Count::ALL.into_iter().find(|count| count.name() == other).map(Column::Count);
                let word = || Word::ALL.into_iter().find(|word| word.name() == other).map(Column::Word);
                let typed = || {
                    let relation = Relation::from_name(other.strip_suffix("_parent")?)?;
                    Some(Column::Parents(Some(relation).filter(|relation| *relation != Relation::Unstated)))
                };
                count.or_else(word).or_else(typed).or_else(|| (other == "tags").then_some(Column::Tags))
            }
        }
    }
}

/// Whether a column's name speaks of descent. It is asked of fields of every row, so it makes no text.
pub(in crate::source) fn looks_like_lineage(name: &str) -> bool {
    let has = |word: &str| name.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()));
    ["base", "parent", "derived", "ancestor", "lineage"].into_iter().any(has) && !has("database")
}

/// These are columns of tables that somebody named, since nobody could know them.
#[derive(Debug, Clone, Default)]
pub struct Named(Vec<(String, Column)>);

impl Named {
    /// Adds a column: `parent=NAME`, or another word before the name.
    ///
    /// # Errors
    /// The error says what is wrong with the text.
    pub fn add(&mut self, text: &str) -> Result<(), String> {
        const WORDS: &str = "id, parent, finetune_parent, quantized_parent, adapter_parent, merge_parent, relation, card, tags, \
            created, downloads, likes, parameters, task, library, licence, hub";
        let (word, name) = text.split_once('=').ok_or_else(|| format!("write WORD=NAME, with one of {WORDS}"))?;
        let column = Column::of_word(word).ok_or_else(|| format!("{word:?} is no such word; use one of {WORDS}"))?;
        if name.is_empty() {
            return Err("the name of the column is missing".into());
        }
        self.0.push((name.to_owned(), column));
        Ok(())
    }

    /// Tells whether nothing was named.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names, in order.
    pub(in crate::source) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// Whether somebody named a column that says this.
    pub(in crate::source) fn has(&self, column: Column) -> bool {
        self.0.iter().any(|(_, known)| *known == column)
    }

    /// What a column says: as it was named, or by its known name.
    pub(in crate::source) fn column(&self, name: &str) -> Option<(Column, usize)> {
        let named = self.0.iter().find(|(known, _)| known == name);
        named.map(|(_, column)| (*column, 0)).or_else(|| Column::from_name(name))
    }
}
