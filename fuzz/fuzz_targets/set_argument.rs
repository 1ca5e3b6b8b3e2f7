#![no_main]

antesala_fuzz::fuzzer!("set_argument");
