//! Why a tool gives no answer, in the words of its arguments: whoever asked can put it right. What is wrong with the snapshot is said on
//! standard error, since it names files of this machine.

use modelkin::ask::{Contradiction, Error, What};
use modelkin::census;

use crate::program::output;

/// What is said to whoever asked.
#[derive(Debug)]
pub struct Refused(String);

impl Refused {
    const LONGEST: usize = 2_000;

    pub fn new(said: impl Into<String>) -> Refused {
        let said = said.into();
        Refused(if said.len() > Refused::LONGEST { format!("{}…", beginning(&said, Refused::LONGEST)) } else { said })
    }

    pub fn said(self) -> String {
        self.0
    }

    /// What is nobody's fault who asks.
    pub fn broken(error: &anyhow::Error) -> Refused {
        output::say(&format!("error: {}", output::with_causes(error)));
        Refused::new("this cannot be answered; standard error of the server says why, which whoever runs it can read")
    }
}

impl From<anyhow::Error> for Refused {
    fn from(error: anyhow::Error) -> Refused {
        Refused::broken(&error)
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Refused {
        let tip = match &error {
            Error::Contradiction(contradiction) => match contradiction {
                Contradiction::NoDay { .. } => "change `since` or `until` of `filter`",
                Contradiction::NoRelation => "change `relations` or `exclude` of `filter`",
                Contradiction::DaysElsewhere => "leave out `since` and `until` of `filter`",
                Contradiction::ForModelsAlone(_) => "leave out `of`, or name another measure",
                Contradiction::WithinGroups => {
                    "leave out `within`, or rank `of` models, authors, countries or licences"
                }
                Contradiction::DaysWithoutGrowth => "leave out `days`, or rank `by` growth",
                Contradiction::FigureOfAll => "leave out `figure`, or name parts with `by`",
                Contradiction::ShareOfGenerations => "name another `figure`, or another `by`",
                Contradiction::MembersOfMembers => "leave out `include_members`, or name another `list`",
                Contradiction::CommonOfOne => "name two or more in `models`",
                _ => "",
            },
            Error::Unknown(unknown) => match unknown.what {
                What::Any => "`rank` with `of` families lists the families, and `find_model` finds ids by words",
                What::Model | What::Several(_) => "`find_model` finds ids by words",
                _ => "",
            },
            Error::NoModel(_) => "`find_model` finds ids by words",
            Error::NoDate => "rank by another measure",
            Error::Counting(census::Error::TooLong(_)) => {
                "narrow it with `filter`, or ask the program itself, with --wait"
            }
            Error::Counting(_) | Error::Unverified(_) => return Refused::broken(&error.into()),
            _ => "",
        };
        Refused::new(if tip.is_empty() { error.to_string() } else { format!("{error}; {tip}") })
    }
}

/// The beginning of a text, of so many bytes at most.
pub fn beginning(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
