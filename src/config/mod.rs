//! Every setting: its name, default, check and help text.
