#![no_main]

antesala_fuzz::fuzzer!("initial_csv");
