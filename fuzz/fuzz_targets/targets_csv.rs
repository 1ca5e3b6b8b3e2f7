#![no_main]

antesala_fuzz::fuzzer!("targets_csv");
