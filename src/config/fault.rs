//! What is wrong with the settings, all of it at once.

use std::fmt;

/// One setting that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its flag and variable, as `--bind (BROADSHEET_BIND)`.
    pub setting: &'static str,
    /// What was found, and what would do.
    pub problem: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.setting, self.problem)
    }
}

/// Every setting that cannot be used; shown as a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// An error when there is any.
    ///
    /// # Errors
    /// The faults.
    pub fn into_result(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }

    /// The value of a setting, or `None` and one fault more.
    pub(super) fn take<T>(&mut self, setting: &'static str, value: Result<T, String>) -> Option<T> {
        value.map_err(|problem| self.0.push(Fault { setting, problem })).ok()
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [one] => write!(f, "a setting cannot be used\n  {one}"),
            many => {
                write!(f, "{} settings cannot be used", many.len())?;
                many.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
            }
        }
    }
}

impl std::error::Error for Faults {}
