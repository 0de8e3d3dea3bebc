//! `broadsheet openapi`.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

/// Write the OpenAPI 3.1 document
///
/// The same that a server gives at /v1/openapi.json. Needs neither a database nor a server.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Openapi {
    /// The file to write [without it: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  broadsheet openapi > openapi.json
  broadsheet openapi --output openapi/openapi.json";

impl Openapi {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let mut text = crate::server::document().to_pretty_json()?;
        text.push('\n');
        match &self.output {
            Some(file) => std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))?,
            None => std::io::stdout().write_all(text.as_bytes())?,
        }
        Ok(ExitCode::SUCCESS)
    }
}
