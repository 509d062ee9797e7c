use super::error::Error;
use super::event::{Event, Tell};
use crate::source::hub::{Answer, Hub, Meaning, listing, meaning};

/// The fields that the Hub still gives after it has answered 400 to a path that asks for `fields`; none if they are not
/// at fault. A refusal that cannot be read is found out by trying: fields are given up one after the other, those worth
/// least first, and what was given up without need is taken back. That costs a score of requests at most, once.
///
/// # Errors
/// If the Hub gives no answer.
pub(super) async fn kept(
    hub: &Hub,
    path: &str,
    fields: &[String],
    answer: &Answer,
    tell: Tell<'_>,
) -> Result<Option<Vec<String>>, Error> {
    // In the order of the query, by which a refusal may count.
    let asked: Vec<&str> = listing::fields_of(path);
    if asked.is_empty() {
        return Ok(None);
    }
    let kept = match meaning(&answer.said, &asked) {
        Meaning::Other => return Ok(None),
        Meaning::Fields(refused) => fields.iter().filter(|field| !refused.contains(field)).cloned().collect(),
        Meaning::Unreadable => match tried(hub, path, fields, tell).await? {
            Some(kept) => kept,
            None => return Ok(None),
        },
    };
    let refused = fields.iter().filter(|field| !kept.contains(field)).cloned().collect();
    tell(Event::WithoutFields(refused));
    Ok(Some(kept))
}

async fn tried(hub: &Hub, path: &str, fields: &[String], tell: Tell<'_>) -> Result<Option<Vec<String>>, Error> {
    let is_taken = async |fields: &[String]| -> Result<bool, Error> {
        let path = listing::only_fields(path, fields);
        let (answer, ()) = hub.get(&path, &|_: &Answer| Ok(()), &|pause| tell(Event::Waits(pause))).await?;
        Ok(answer.status == 200)
    };
    let mut kept = fields.to_vec();
    let last = loop {
        let before = std::mem::take(&mut kept);
        kept = listing::less(&before);
        if is_taken(&kept).await? {
            break before;
        }
        if kept.is_empty() {
            return Ok(None);
        }
    };
    let mut others: Vec<&String> = fields.iter().filter(|field| !kept.contains(field)).collect();
    // With the one that was given up last, and without the others, the Hub refused.
    others.retain(|field| !(last.len() == kept.len() + 1 && last.contains(field)));
    others.sort_by_key(|field| listing::worth(field));
    for field in others {
        let more: Vec<String> =
            fields.iter().filter(|known| kept.contains(known) || *known == field).cloned().collect();
        if is_taken(&more).await? {
            kept = more;
        }
    }
    Ok(Some(kept))
}
