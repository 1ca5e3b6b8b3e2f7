#![no_main]

antesala_fuzz::fuzzer!("shelters_csv");
