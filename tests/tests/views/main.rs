//! What screens show, against the engine that nobody but this test may ask.

mod counts;
mod fold;
mod reader;
