//! The `longwave` program.

fn main() -> std::process::ExitCode {
    longwave::cli::main()
}
