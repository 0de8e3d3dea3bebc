//! Runs a command with `DATABASE_URL` set to a migrated database of its own, which is thrown away afterwards.
//!
//! For tools that want a database of the present schema, without a server to set up:
//! `cargo run --example with_database -- diesel print-schema --locked-schema`

use std::process::{Command, ExitCode};

use broadsheet::{
    postgres::{Options, PrivatePostgres},
    store::migrations,
};

fn main() -> anyhow::Result<ExitCode> {
    let mut line = std::env::args().skip(1);
    let program = line.next().ok_or_else(|| anyhow::anyhow!("usage: with_database COMMAND [ARGUMENT…]"))?;
    let data_dir = std::env::temp_dir().join(format!("broadsheet-with-database-{}", std::process::id()));
    let settings = ["fsync", "full_page_writes", "synchronous_commit"].map(|name| (name.to_owned(), "off".to_owned())).to_vec();
    let postgres = PrivatePostgres::start(&Options { data_dir: data_dir.clone(), bin_dir: None, settings })?;
    migrations::run(postgres.url())?;
    let status = Command::new(program).args(line).env("DATABASE_URL", postgres.url()).status()?;
    drop(postgres);
    std::fs::remove_dir_all(data_dir)?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
