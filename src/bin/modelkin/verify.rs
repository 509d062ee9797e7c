//! `verify` computes a snapshot's digest, its counts and all that it keeps from its records again; a lie gives exit
//! code 3.

use std::process::ExitCode;

use modelkin::import::{Step, verify};
use modelkin::ink::plural;
use modelkin::reference::Families;

use crate::program::busy::Busy;
use crate::program::{POLICY, args, output, snapshots};

pub fn run(args: &args::Verify) -> anyhow::Result<ExitCode> {
    let snapshot = snapshots::open_named("", &args.file)?;
    let tell = |step: Step| {
        output::note(match step {
            Step::Digest => "the digest is computed from the records",
            Step::Counts => "the counts and what is kept are computed from the records",
        });
    };
    let busy = Busy::new("computing");
    let found = verify(&snapshot, &Families::built_in()?.all()?, args.wait.seconds(), &tell);
    drop(busy);
    let mut found = found.map_err(anyhow::Error::from_boxed)?;
    snapshot.unchanged()?;
    let provenance = snapshot.provenance();
    let is_honest = found.lies.is_empty();
    if let Some(cited) = args.digest.as_deref().filter(|cited| !provenance.digest.starts_with(cited)) {
        found.lies.push(format!("sha256 of the contents: {cited} is cited, and it says {}", provenance.digest));
    }
    let name = args.file.display();
    if !found.lies.is_empty() {
        output::result(&format!("{name}: {}\n", found.lies.join(&format!("\n{name}: "))))?;
        output::say(match is_honest {
            true => "verify: it is another snapshot than the one that is cited",
            false => "verify: it does not say what its records say; import its sources again",
        });
        return Ok(ExitCode::from(POLICY));
    }
    let counts = &provenance.counts;
    let mut text = format!(
        "{name}: {}, {}, {}: as its records say\nsha256 of the contents {}: as its records say\n",
        plural(counts.models, "model"),
        plural(counts.links, "link"),
        plural(counts.unlisted, "unlisted parent"),
        provenance.digest,
    );
    if found.arrays > 0 {
        text += &format!("{}: as its records give\n", plural(found.arrays as u64, "kept array"));
    }
    if !found.unknown.is_empty() {
        // A snapshot of another version's table of families has hundreds.
        const SHOWN: usize = 3;
        let (shown, more) = found.unknown.split_at(found.unknown.len().min(SHOWN));
        let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
        text += &format!(
            "{} of another version are not asked: {}{more}\n",
            plural(found.unknown.len() as u64, "kept array"),
            shown.join(", ")
        );
    }
    text += "the date, the sources, what was rejected and who answered are its own word\n";
    output::result(&text)?;
    Ok(ExitCode::SUCCESS)
}
