//! Compiles the crate again when a migration was added or changed: they are embedded in it.

fn main() {
    println!("cargo::rerun-if-changed=../migrations");
}
