use super::Survey;
use crate::census::{Error, FamilyCount};
use crate::ink::{Unit, Value};
use crate::reference::Family;

use Unit::Count;

/// Counts by relation, in the order of [`Relation::ALL`].
pub(super) const BY_RELATION: [(&str, Unit); 5] =
    [("unstated", Count), ("finetune", Count), ("quantized", Count), ("adapter", Count), ("merge", Count)];

/// The counts behind those of F1 by relation.
pub(super) const COUNTS: [(&str, Unit); 11] = [
    ("f1_without_bursts", Count),
    ("f1_with_own", Count),
    ("f1_authors", Count),
    ("f2_without_bursts", Count),
    ("f2_with_own", Count),
    ("f2_authors", Count),
    ("f2_unstated", Count),
    ("f2_finetune", Count),
    ("f2_quantized", Count),
    ("f2_adapter", Count),
    ("f2_merge", Count),
];

/// What is counted of a family, or of an organisation as one.
pub(super) struct Counts {
    pub(super) others: FamilyCount,
    pub(super) everybody: FamilyCount,
}

impl Counts {
    pub(super) fn of_all(families: &[Family], survey: &Survey<'_>) -> Result<Vec<Counts>, Error> {
        let all = FamilyCount::count_all(families, survey.bursts()?)?;
        Ok(all.into_iter().map(|[others, everybody]| Counts { others, everybody }).collect())
    }

    /// Members, F1, F2 and F3, then F1 by relation, then [`COUNTS`].
    pub(super) fn values(&self) -> Vec<Value> {
        let Counts { others, everybody } = self;
        let (calm_f1, calm_f2) = others.without_bursts;
        let mut values: Vec<Value> = [others.members, others.f1.models, others.f2.models].map(Value::Count).to_vec();
        values.push(others.f3.into());
        values.extend(others.f1.by_relation.map(Value::Count));
        for (calm, own, of) in [(calm_f1, &everybody.f1, &others.f1), (calm_f2, &everybody.f2, &others.f2)] {
            values.extend([Value::judged(calm), own.models.into(), of.authors.into()]);
        }
        values.extend(others.f2.by_relation.map(Value::Count));
        values
    }
}

/// A way to count derivatives.
pub(super) struct Way {
    pub(super) name: &'static str,
    pub(super) count: fn(&Counts) -> Option<u64>,
    /// What stands where there is no count.
    pub(super) none: Value,
}

impl Way {
    const fn new(name: &'static str, count: fn(&Counts) -> Option<u64>, none: Value) -> Way {
        Way { name, count, none }
    }

    /// The count as a cell.
    pub(super) fn value(&self, counts: &Counts) -> Value {
        (self.count)(counts).map_or(self.none.clone(), Value::Count)
    }
}

/// The ways to count by descent.
pub(super) static WAYS: [Way; 8] = [
    Way::new("F1", |of| Some(of.others.f1.models), Value::Missing),
    Way::new("F1 without bursts", |of| of.others.without_bursts.0, Value::NotJudged),
    Way::new("F1 with own", |of| Some(of.everybody.f1.models), Value::Missing),
    Way::new("F1 authors", |of| Some(of.others.f1.authors), Value::Missing),
    Way::new("F2", |of| Some(of.others.f2.models), Value::Missing),
    Way::new("F2 without bursts", |of| of.others.without_bursts.1, Value::NotJudged),
    Way::new("F2 with own", |of| Some(of.everybody.f2.models), Value::Missing),
    Way::new("F2 authors", |of| Some(of.others.f2.authors), Value::Missing),
];
/// The one by mention.
pub(super) static MENTIONS: Way = Way::new("F3", |of| of.others.f3, Value::Missing);
