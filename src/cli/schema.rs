//! `longwave schema`: the JSON Schema of station files, for editors.

use crate::station::schema;
use std::io::{self, Write};
use std::process::ExitCode;

/// Arguments of `longwave schema`: none.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct SchemaArgs {}

/// Writes the schema to `out`.
///
/// # Errors
/// If it can't be written.
pub fn run(SchemaArgs {}: &SchemaArgs, out: &mut dyn Write) -> io::Result<ExitCode> {
    out.write_all(text().as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// The schema as the text of a file.
pub fn text() -> String {
    format!("{:#}\n", schema::schema())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_schema_is_the_programs_own() {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/station.schema.json");
        let mut printed = Vec::new();
        run(&SchemaArgs {}, &mut printed).unwrap();
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&file, &printed).unwrap();
        }
        let published =
            std::fs::read(&file).expect("docs/station.schema.json; write it with UPDATE_GOLDEN=1");
        assert!(published == printed, "docs/station.schema.json is old; write it anew with UPDATE_GOLDEN=1");
    }
}
