//! The program `broadsheet`.

use std::process::ExitCode;

/// Under load glibc's allocator keeps several times what the server holds.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    broadsheet::cli::main()
}
