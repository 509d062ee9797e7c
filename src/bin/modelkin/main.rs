//! The modelkin program.
fn main() {}
