#![no_main]

antesala_fuzz::fuzzer!("dispositions_csv");
