//! `schemas` writes the JSON schemas of all answers, a file each.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use modelkin::schema::FORMS;

use crate::program::files;

pub fn run(folder: &Path) -> anyhow::Result<ExitCode> {
    let refused = |error| files::refused("", folder, &error, "name a folder that can be written to");
    std::fs::create_dir_all(folder).map_err(refused)?;
    for form in FORMS {
        let path = folder.join(form.name).with_extension("json");
        std::fs::write(&path, form.text()).with_context(|| path.display().to_string())?;
    }
    Ok(ExitCode::SUCCESS)
}
