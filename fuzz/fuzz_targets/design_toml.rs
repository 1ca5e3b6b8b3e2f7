#![no_main]

antesala_fuzz::fuzzer!("design_toml");
