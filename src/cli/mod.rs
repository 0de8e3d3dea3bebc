//! The command line: a file a subcommand.
//!
//! `serve` is what runs without a subcommand, so its flags stand at the top as well. A fault of the settings or of the
//! command line ends with code 2, any other with code 1, each told after one `error:`.

mod database;
mod demo;
mod doctor;
mod generate;
mod health;
mod import;
mod key;
mod migrate;
mod openapi;
mod serve;
mod user;

pub use database::Database;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::config::{Fault, Faults, LogOptions};

/// A headless content API for news publishers.
///
/// Without a command it serves. Every setting is a flag and an environment variable; a file `.env` in the current
/// directory is read first.
#[derive(Parser, Debug)]
#[command(name = "broadsheet", version, max_term_width = 110, after_help = EXAMPLES)]
pub struct Cli {
    #[command(flatten)]
    log: LogOptions,

    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    serve: serve::Serve,
}

const EXAMPLES: &str = "\
Examples:
  Serve on 127.0.0.1:8080, with a private Postgres in ./data:
    broadsheet
  Serve on every address, from a database of your own:
    DATABASE_URL=postgres://news:secret@db.example.org/news broadsheet --bind 0.0.0.0:80
  Look at the settings and the machine, and hear what to do:
    broadsheet doctor";

#[derive(Subcommand, Debug)]
enum Command {
    Serve(serve::Serve),
    Demo(demo::Demo),
    Migrate(migrate::Migrate),
    Import(import::Import),
    Generate(generate::Generate),
    Openapi(openapi::Openapi),
    User(user::User),
    Key(key::Key),
    Doctor(doctor::Doctor),
    Health(health::Health),
}

/// Runs the program and gives its exit code.
pub fn main() -> ExitCode {
    let read_env = read_env_file();
    let cli = match Cli::from_line(std::env::args_os()) {
        Ok(cli) => cli,
        // Help and version come this way too; clap knows where each goes.
        Err(fault) => fault.exit(),
    };
    match read_env.and_then(|()| start_log(&cli.log)).map(|()| warn_of_strangers()).and_then(|()| cli.run()) {
        Ok(code) => code,
        // Whoever read our output has seen enough, as `head` does.
        Err(fault) if is_closed_pipe(&fault) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("error: {fault:#}");
            ExitCode::from(if fault.is::<Faults>() { 2 } else { 1 })
        }
    }
}

impl Cli {
    /// Reads a command line, the program's name first.
    ///
    /// # Errors
    /// What clap refuses, and flags of `serve` before another command, which would do nothing there.
    pub fn from_line(line: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> Result<Self, clap::Error> {
        let mut command = Self::command();
        let matches = command.try_get_matches_from_mut(line)?;
        if let (Some(name), Some(flag)) = (matches.subcommand_name(), misplaced(&command, &matches)) {
            let message = format!("write '{flag}' after '{name}', whose setting it then is");
            return Err(command.error(clap::error::ErrorKind::ArgumentConflict, message));
        }
        Self::from_arg_matches(&matches)
    }

    fn run(self) -> anyhow::Result<ExitCode> {
        match self.command.unwrap_or(Command::Serve(self.serve)) {
            Command::Serve(serve) => serve.run(),
            Command::Demo(demo) => demo.run(),
            Command::Migrate(migrate) => migrate.run(),
            Command::Import(import) => import.run(),
            Command::Generate(generate) => generate.run(),
            Command::Openapi(openapi) => openapi.run(),
            Command::User(user) => user.run(),
            Command::Key(key) => key.run(),
            Command::Doctor(doctor) => doctor.run(),
            Command::Health(health) => health.run(),
        }
    }
}

/// The first flag of `serve` that was written before the subcommand.
fn misplaced(command: &clap::Command, matches: &ArgMatches) -> Option<String> {
    let own = command.get_arguments().filter(|arg| !arg.is_global_set());
    let mut written = own.filter(|arg| {
        let id = arg.get_id().as_str();
        matches.try_contains_id(id).unwrap_or(false) && matches.value_source(id) == Some(ValueSource::CommandLine)
    });
    Some(format!("--{}", written.next()?.get_long()?))
}

fn is_closed_pipe(fault: &anyhow::Error) -> bool {
    fault.downcast_ref::<std::io::Error>().is_some_and(|fault| fault.kind() == std::io::ErrorKind::BrokenPipe)
}

/// A variable misspelt would otherwise be a setting that silently is not set.
fn warn_of_strangers() {
    let command = Cli::command();
    let known = known_variables(&command);
    for (name, _) in std::env::vars_os() {
        let Some(name) = name.to_str().filter(|name| name.starts_with("BROADSHEET_") && !known.contains(name)) else { continue };
        match nearest(name, &known) {
            Some(near) => log::warn!("the variable {name} sets nothing; did you mean {near}?"),
            None => log::warn!("the variable {name} sets nothing"),
        }
    }
}

fn known_variables(command: &clap::Command) -> Vec<&str> {
    let own = command.get_arguments().filter_map(|arg| arg.get_env()?.to_str());
    own.chain(command.get_subcommands().flat_map(known_variables)).collect()
}

fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let distance = |other: &&str| strsim::damerau_levenshtein(name, other);
    known.iter().copied().min_by_key(distance).filter(|near| distance(near) <= 3)
}

/// Variables that are set already win over the file's.
fn read_env_file() -> anyhow::Result<()> {
    match dotenvy::from_path(".env") {
        Err(dotenvy::Error::Io(fault)) if fault.kind() == std::io::ErrorKind::NotFound => Ok(()),
        // The line is not told: it may hold a password.
        Err(dotenvy::Error::LineParse(_, at)) => {
            let problem = format!("a line cannot be read from its character {at} on; write NAME=value or NAME='value'");
            Err(Faults(vec![Fault { setting: ".env", problem }]).into())
        }
        Err(fault) => Err(anyhow::Error::new(fault).context("cannot read .env")),
        Ok(()) => Ok(()),
    }
}

/// One line an event on standard error: time, level, message.
fn start_log(options: &LogOptions) -> anyhow::Result<()> {
    let mut builder = env_logger::Builder::new();
    // What actix says at its start (how many workers, which runtime) is known already.
    builder
        .filter_module("actix_server", log::LevelFilter::Warn)
        // A request that is no HTTP is the client's fault, and no error of ours.
        .filter_module("actix_http::h1", log::LevelFilter::Off)
        .parse_filters(options.check()?)
        .format(|out, record| {
            let (time, level) = (out.timestamp_millis(), record.level());
            let style = out.default_level_style(level);
            writeln!(out, "{time} {style}{level:<5}{style:#} {}", record.args())
        });
    builder.try_init()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::from_line(line.split(' '))
    }

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn serve_needs_no_word() {
        for line in
            ["broadsheet --bind 127.0.0.1:9", "broadsheet serve --bind 127.0.0.1:9", "broadsheet serve --bind=127.0.0.1:9 --log debug"]
        {
            let cli = parse(line).unwrap();
            let Command::Serve(serve) = cli.command.unwrap_or(Command::Serve(cli.serve)) else { panic!("{line}") };
            assert_eq!(serve.server.bind, "127.0.0.1:9", "{line}");
        }
    }

    #[test]
    fn a_flag_before_another_command_is_refused_rather_than_lost() {
        assert!(matches!(parse("broadsheet --log debug migrate").unwrap().command, Some(Command::Migrate(_))));
        let message = parse("broadsheet --data-dir /srv migrate").unwrap_err().to_string();
        assert!(message.contains("write '--data-dir' after 'migrate'"), "{message}");
    }

    #[test]
    fn a_misspelt_variable_is_told_with_the_nearest() {
        let command = Cli::command();
        let known = known_variables(&command);
        assert!(known.contains(&"BROADSHEET_BIND") && known.contains(&"BROADSHEET_LOG"));
        assert_eq!(nearest("BROADSHEET_BNID", &known), Some("BROADSHEET_BIND"));
        assert_eq!(nearest("BROADSHEET_IMAGE_TAG_OF_CI", &known), None);
    }

    #[test]
    fn every_command_explains_itself_with_examples() {
        for command in Cli::command().get_subcommands() {
            assert!(command.get_about().is_some(), "{}", command.get_name());
            assert!(command.get_after_help().is_some_and(|text| text.to_string().contains("broadsheet")), "{}", command.get_name());
        }
    }
}
