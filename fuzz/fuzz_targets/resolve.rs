#![no_main]

antesala_fuzz::fuzzer!("resolve");
