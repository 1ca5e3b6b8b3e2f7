#![no_main]

antesala_fuzz::fuzzer!("manifest_json");
