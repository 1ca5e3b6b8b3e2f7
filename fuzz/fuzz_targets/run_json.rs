#![no_main]

antesala_fuzz::fuzzer!("run_json");
