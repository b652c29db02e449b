#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| nucleus_fuzz::targets::oci::run(bytes));
