#![no_main]

antesala_fuzz::fuzzer!("batch_line");
