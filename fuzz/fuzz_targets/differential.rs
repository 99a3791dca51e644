//! Two readers of the same authentic bytes. Oracle: what we accept, coset, ciborium and a plain JOSE reader accept, with the same meaning.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    orderslip_fuzz::differential(data);
    #[cfg(feature = "josekit")]
    orderslip_fuzz::josekit::agrees(data);
});
