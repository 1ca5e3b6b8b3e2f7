#![deny(unsafe_code)]

mod huge_pages;

#[global_allocator]
static MEMORY: huge_pages::HugePages = huge_pages::HugePages;

fn main() -> std::process::ExitCode {
    antesala::cli::main()
}
