//! A page shows the first rows of an answer: a browser has an end, and so has the memory of this machine. Programs are given all of it.

use modelkin::ask::Question;
use modelkin::ink::{Block, Report, grouped, plural};
use modelkin::model::Hint;

/// The most rows of a table, lines of a tree, bars and models of a picture, that a page shows.
pub const ROWS: usize = 1_000;
pub const BARS: usize = 100;
pub const MODELS: usize = 120;

/// Asks for no more than a page shows, and says whether more was asked for.
pub fn narrowed(question: &mut Question) -> bool {
    let most = match question {
        Question::Family(asked) if asked.list.is_some() => &mut asked.most,
        Question::Rank(asked) => &mut asked.most,
        Question::Search(asked) => &mut asked.most,
        Question::Owners(asked) => &mut asked.most,
        Question::Check(asked) => &mut asked.most,
        Question::Siblings(asked) => &mut asked.most,
        Question::Blast(asked) => &mut asked.most,
        Question::Compare(asked) => &mut asked.most,
        Question::Flows(asked) => &mut asked.most,
        Question::Show(asked) => &mut asked.lines,
        _ => return false,
    };
    let is_more = most.is_none_or(|most| most > ROWS);
    if is_more {
        *most = Some(ROWS);
    }
    is_more
}

/// Cuts what is longer all the same, and takes out what says that a narrowed question left rows out. Gives what is to be said of it.
pub fn cut(report: &mut Report<'_>, is_narrowed: bool) -> Vec<String> {
    let mut said = Vec::new();
    report.blocks.retain_mut(|block| match block {
        Block::Hinted(text, Hint::AllRows | Hint::FewerLines, _) if is_narrowed => {
            said.push(std::mem::take(text));
            false
        }
        Block::Grid(grid) if grid.rows.len() > ROWS => {
            said.push(format!("{} of {} shown", grouped(ROWS as u64), plural(grid.rows.len() as u64, "row")));
            grid.rows.truncate(ROWS);
            true
        }
        Block::Fixed(text) => {
            if let Some((at, _)) = text.match_indices('\n').nth(ROWS - 1) {
                let all = text.lines().count() as u64;
                said.push(format!("{} of {} shown", grouped(ROWS as u64), plural(all, "line")));
                text.truncate(at);
            }
            true
        }
        _ => true,
    });
    said
}
