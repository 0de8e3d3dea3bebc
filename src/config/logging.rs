//! What is logged.

use std::str::FromStr;

use clap::Args;

use super::fault::{Fault, Faults};

/// The setting of the log, which every command has.
#[derive(Args, Clone, Debug)]
pub struct LogOptions {
    /// What to log: error, warn, info, debug, trace or off, also by module (info,diesel=debug)
    #[arg(long, env = "BROADSHEET_LOG", value_name = "FILTER", default_value = "info", global = true, help_heading = "Logging")]
    pub log: String,
}

impl LogOptions {
    /// The filter, checked.
    ///
    /// # Errors
    /// A level that there is not.
    pub fn check(&self) -> Result<&str, Faults> {
        let directives = self.log.split('/').next().unwrap_or_default();
        let wrong = directives.split(',').find(|directive| {
            let level = directive.split_once('=').map_or(*directive, |(_, level)| level).trim();
            // A bare word may be the name of a module, but with nothing to tell it from a level misspelt.
            !level.is_empty() && log::LevelFilter::from_str(level).is_err()
        });
        match wrong {
            None => Ok(&self.log),
            Some(wrong) => Err(Faults(vec![Fault {
                setting: "--log (BROADSHEET_LOG)",
                problem: format!(
                    "`{wrong}` names no level; write error, warn, info, debug, trace or off, or module=level, separated by commas"
                ),
            }])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_and_modules_are_told_from_slips() {
        let check = |log: &str| LogOptions { log: log.into() }.check().map(str::to_owned);
        for good in ["info", "WARN", "off", "", "info,broadsheet::store=debug", "diesel=trace", "info/article"] {
            assert_eq!(check(good), Ok(good.to_owned()));
        }
        for bad in ["inof", "info,diesel=loud", "info debug"] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
