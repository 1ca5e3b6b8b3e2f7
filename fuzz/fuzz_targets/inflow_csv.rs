#![no_main]

antesala_fuzz::fuzzer!("inflow_csv");
