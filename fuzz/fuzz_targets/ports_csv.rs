#![no_main]

antesala_fuzz::fuzzer!("ports_csv");
