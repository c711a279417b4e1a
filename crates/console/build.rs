//! Has the files embedded anew when one comes or goes; those that change are seen to by the compiler.

fn main() {
    println!("cargo::rerun-if-changed=static");
}
