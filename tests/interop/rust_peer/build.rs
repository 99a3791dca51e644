//! The versions of the peers, as Cargo.lock has them.

fn main() {
    println!("cargo:rerun-if-changed=Cargo.lock");
    let lock = std::fs::read_to_string("Cargo.lock").expect("the lock file is committed");
    for name in ["josekit", "jsonwebtoken"] {
        let entry = lock.split("[[package]]").find(|entry| entry.contains(&format!("name = \"{name}\""))).expect(name);
        let version = entry.split('"').nth(3).expect("a version");
        println!("cargo:rustc-env={}={version}", name.to_uppercase());
    }
}
