#![no_main]

antesala_fuzz::fuzzer!("posterior_csv");
