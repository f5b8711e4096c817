//! Tells cargo to look again when files of the web app come or go: the binary embeds them.

fn main() {
    println!("cargo:rerun-if-changed=../../web/dist");
}
