use std::collections::{BTreeMap, HashMap, HashSet};

use crate::model::{Oddity, OddityKind};

/// From so many oddities on, a model's are looked up and not gone through.
const MANY: usize = 32;

/// An `Oddities` holds the odd things about models, by the models' numbers: of each, every one once, in the order in
/// which they were met.
#[derive(Debug, Default)]
pub(super) struct Oddities {
    of: BTreeMap<u32, Vec<Oddity>>,
    many: HashMap<u32, Many>,
}

/// What is known of a model's many oddities.
#[derive(Debug)]
struct Many {
    known: HashSet<Oddity>,
    /// The first of them, so many, are not about parents.
    kept: usize,
}

impl Oddities {
    /// Takes these in the place of those that a model had.
    pub fn replace(&mut self, model: u32, oddities: Vec<Oddity>) {
        self.many.remove(&model);
        if oddities.is_empty() {
            self.of.remove(&model);
        } else {
            self.of.insert(model, oddities);
        }
    }

    /// Adds an oddity of a model, if it is not there yet.
    pub fn add(&mut self, model: u32, oddity: Oddity) {
        let (all, many) = self.entry(model);
        let is_new = match many {
            Some(many) => many.known.insert(oddity.clone()),
            None => !all.contains(&oddity),
        };
        if is_new {
            all.push(oddity);
        }
    }

    /// Takes away what is odd about a model's parents, which are replaced.
    pub fn forget_parents(&mut self, model: u32) {
        if !self.of.contains_key(&model) {
            return;
        }
        let (all, mut many) = self.entry(model);
        let kept = many.as_ref().map_or(0, |many| many.kept);
        for oddity in all.split_off(kept) {
            if !oddity.kind.is_of_parents() {
                all.push(oddity);
            } else if let Some(many) = &mut many {
                many.known.remove(&oddity);
            }
        }
        many.into_iter().for_each(|many| many.kept = all.len());
    }

    fn entry(&mut self, model: u32) -> (&mut Vec<Oddity>, Option<&mut Many>) {
        let all = self.of.entry(model).or_default();
        if all.len() < MANY {
            return (all, self.many.get_mut(&model));
        }
        let many = self.many.entry(model);
        let many = many.or_insert_with(|| Many { known: all.iter().cloned().collect(), kept: 0 });
        (all, Some(many))
    }

    /// Leaves of each model the other spellings alone, each once: rows that alternate, and snapshots that noted it before, say
    /// the same again, and the spelling that holds in the end, which `name` tells, is no other one.
    pub fn settle_spellings<'n>(&mut self, name: impl Fn(u32) -> &'n str) {
        self.many.clear();
        for (model, oddities) in &mut self.of {
            let own = Oddity::new(OddityKind::CaseCollision, name(*model));
            let mut known = HashSet::from([own.text]);
            oddities.retain(|odd| odd.kind != OddityKind::CaseCollision || known.insert(odd.text.clone()));
        }
        self.of.retain(|_, oddities| !oddities.is_empty());
    }

    /// Gives the oddities of each model that has any.
    pub fn into_lists(self) -> BTreeMap<u32, Vec<Oddity>> {
        self.of
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_there_once_in_its_order_however_many_there_are() {
        for most in [MANY / 4, MANY, 3 * MANY] {
            let (mut oddities, mut twin) = (Oddities::default(), Vec::<Oddity>::new());
            for at in 0..40 * most {
                let kind = [OddityKind::Renamed, OddityKind::Path, OddityKind::ReusedId][at % 3];
                let oddity = Oddity::new(kind, &format!("{}", at * at % most));
                oddities.add(7, oddity.clone());
                if !twin.contains(&oddity) {
                    twin.push(oddity);
                }
                if at % (3 * most / 2) == most {
                    oddities.forget_parents(7);
                    twin.retain(|oddity| !oddity.kind.is_of_parents());
                }
                if at == 20 * most {
                    twin.truncate(most);
                    oddities.replace(7, twin.clone());
                }
                assert_eq!(oddities.of[&7], twin, "{at} of {most}");
            }
        }
    }
}
