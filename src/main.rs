fn main() -> std::process::ExitCode {
    antesala::cli::main()
}
