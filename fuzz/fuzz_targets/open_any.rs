//! Any text as a token of any format, and good tokens with changes. Oracle: nothing opens but the very token; what is shown adds up.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| orderslip_fuzz::open_any(data));
