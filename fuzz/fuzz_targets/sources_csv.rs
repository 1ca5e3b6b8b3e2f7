#![no_main]

antesala_fuzz::fuzzer!("sources_csv");
