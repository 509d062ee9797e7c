use parquet::errors::ParquetError;

/// An error in a column, with its page where that is known.
pub(super) fn in_column(name: &str, page: Option<usize>, error: &ParquetError) -> ParquetError {
    let page = page.map(|page| format!(", page {page}")).unwrap_or_default();
    general(&format!("column {name}{page}: {}", plainly(error)))
}

/// What the crate says, without who says so.
pub(super) fn plainly(error: &ParquetError) -> String {
    match error {
        ParquetError::General(reason) => reason.clone(),
        error => error.to_string(),
    }
}

/// An error of our own.
pub(super) fn general(reason: &str) -> ParquetError {
    ParquetError::General(reason.into())
}
