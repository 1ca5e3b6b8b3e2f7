#![no_main]

antesala_fuzz::fuzzer!("scenario_toml");
