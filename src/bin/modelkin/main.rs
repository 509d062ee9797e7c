//! The program tells who descends from whom among the world's open AI models.

// The Python package has the same program inside, and finds it by this path.
#[path = "program.rs"]
mod program;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    program::main(std::env::args_os().collect())
}
