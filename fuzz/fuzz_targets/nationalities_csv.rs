#![no_main]

antesala_fuzz::fuzzer!("nationalities_csv");
