#![no_main]

antesala_fuzz::fuzzer!("checkpoint_record");
