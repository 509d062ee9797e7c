use super::{Error, Recording};
use crate::model::DAY;
use crate::source::hub::listing::Glance;

/// A `Span` says when a recording was made, in milliseconds since 1970, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first answer came then, by the Hub's clock; by our own where it tells none that can be right.
    pub began: i64,
    /// The last answer came then, by the Hub's clock, if that can be right.
    pub ended: Option<i64>,
    /// The Hub's clock told this and cannot have been right.
    pub disbelieved: Option<i64>,
}

impl Recording {
    /// Tells when it was made. What an earlier crawl brought does not count.
    ///
    /// # Errors
    /// It fails if a page cannot be read.
    pub fn span(&self) -> Result<Span, Error> {
        let (mut told, mut newest, mut last) = (None, None, None);
        for page in self.earlier_pages()..self.pages {
            let head = self.head(page)?;
            if page == self.earlier_pages() {
                told = head.date;
            }
            newest = newest.max(head.made);
            last = head.date;
        }
        let Some(began) = told.filter(|told| is_believable(*told, self.note.began, newest)) else {
            return Ok(Span { began: self.note.began, ended: None, disbelieved: told });
        };
        let ours = self.note.ended.unwrap_or(i64::MAX);
        let believed = |told: &i64| is_believable(*told, ours, newest);
        Ok(Span {
            began,
            // Two servers of one Hub may differ by a moment.
            ended: last.filter(believed).map(|told| told.max(began)),
            disbelieved: last.filter(|told| !believed(told)),
        })
    }

    /// Tells when the newest of some rows was made, those left out that are still to come: one absurd date must not
    /// stand for the others.
    pub fn newest(&self, rows: &[Glance]) -> Option<i64> {
        rows.iter().filter_map(|row| row.created).filter(|at| *at <= self.note.began).max()
    }
}

/// Whether a Hub's clock can have told an instant: it is neither still to come by our own clock, nor before the newest that
/// the Hub has, nor in 1970, where a clock stands that nobody set. Clocks may differ by a day.
fn is_believable(told: i64, ours: i64, newest: Option<i64>) -> bool {
    told >= 365 * DAY
        && told < ours.saturating_add(DAY)
        && newest.is_none_or(|newest| newest < told.saturating_add(DAY))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::super::{Head, PageKind, Plan};
    use super::*;

    fn span(began: i64, ended: Option<i64>) -> Span {
        Span { began, ended, disbelieved: None }
    }

    /// Else what was made since a family's crawl broke off would be of the future.
    #[test]
    fn a_crawl_of_the_whole_hub_has_its_own_date_whatever_it_goes_on_with() {
        const OCTOBER: i64 = 1_790_812_800_000;
        let folder = tempfile::tempdir().unwrap();
        let whole = Plan { endpoint: "https://h".into(), ..Plan::default() };
        let page = |date| Head::new(PageKind::List, "/api/models".into(), Some(date));
        let family = Plan { below: Some("a/b".into()), ..whole.clone() };
        let mut recording = Recording::resume(folder.path(), &family, OCTOBER).unwrap();
        recording.add(&page(OCTOBER + 1), b"[]").unwrap();
        recording.add(&page(OCTOBER + 2), b"[]").unwrap();
        assert_eq!(recording.span().unwrap(), span(OCTOBER + 1, Some(OCTOBER + 2)));
        drop(recording);
        let later = OCTOBER + 19 * DAY;
        let mut recording = Recording::resume(folder.path(), &whole, later).unwrap();
        assert_eq!(recording.span().unwrap(), span(later, None));
        recording.add(&page(later + 1), b"[]").unwrap();
        drop(recording);
        let mut recording = Recording::resume(folder.path(), &whole, later + 2 * DAY).unwrap();
        recording.add(&page(later + 2 * DAY), b"[]").unwrap();
        recording.finish().unwrap();
        let recording = Recording::open(folder.path()).unwrap();
        assert_eq!(recording.span().unwrap(), span(later + 1, Some(later + 2 * DAY)));
    }

    #[test]
    fn a_clock_is_believed_that_can_be_right() {
        const NOW: i64 = 1_790_812_800_000;
        const NONE: Option<i64> = None;
        for (told, newest, expected) in [
            (NOW, NONE, true),
            (NOW + DAY - 1, NONE, true),
            (NOW + DAY, NONE, false),
            (i64::MAX, NONE, false),
            // Nothing tells that it is late, if nothing is dated.
            (NOW - 9000 * DAY, NONE, true),
            (0, NONE, false),
            (300 * DAY, NONE, false),
            (-1, NONE, false),
            (i64::MIN, NONE, false),
            (NOW - DAY, Some(NOW - DAY), true),
            (NOW - DAY + 1, Some(NOW), true),
            (NOW - DAY, Some(NOW), false),
            (NOW - 9000 * DAY, Some(NOW - 400 * DAY), false),
        ] {
            assert_eq!(is_believable(told, NOW, newest), expected, "{told} {newest:?}");
        }
        assert!(is_believable(NOW, i64::MAX, Some(NOW)));
    }
}
