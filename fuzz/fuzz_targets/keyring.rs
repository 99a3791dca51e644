//! Key sets, and every change of a schedule. Oracle: as for a key; whatever a change gives is stable, too.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| orderslip_fuzz::keyring(data));
