#![no_main]

antesala_fuzz::fuzzer!("calibration_plan");
