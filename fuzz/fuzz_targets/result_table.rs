#![no_main]

antesala_fuzz::fuzzer!("result_table");
