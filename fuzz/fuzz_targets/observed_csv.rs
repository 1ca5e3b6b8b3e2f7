#![no_main]

antesala_fuzz::fuzzer!("observed_csv");
