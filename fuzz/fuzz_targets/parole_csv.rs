#![no_main]

antesala_fuzz::fuzzer!("parole_csv");
