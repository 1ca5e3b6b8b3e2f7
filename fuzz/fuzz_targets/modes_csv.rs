#![no_main]

antesala_fuzz::fuzzer!("modes_csv");
