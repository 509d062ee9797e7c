//! A stand-in for the Hub on loopback: the part of its API that clients use, over a made-up Hub of any size, with
//! whatever faults are asked for. It never leaves the tests, the benches and the examples.
#![allow(dead_code, unused_imports, reason = "each user of the stand-in uses a part of it")]

pub mod dataset;
pub mod dump;
mod refusal;
mod server;
mod world;

pub use refusal::Form;
pub use server::{Fault, Limit, Logged, Manner, StandIn};
pub use world::{Parent, World};
