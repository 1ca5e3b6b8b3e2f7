#![no_main]

antesala_fuzz::fuzzer!("places_csv");
