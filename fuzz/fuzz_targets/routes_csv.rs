#![no_main]

antesala_fuzz::fuzzer!("routes_csv");
