//! Authentic states of any bytes, as every kind of type. Oracle: unreadable, or what ciborium reads; and sealed again it opens as the same.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| orderslip_fuzz::cbor_state(data));
