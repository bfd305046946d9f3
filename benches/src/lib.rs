//! What the benches measure Tandem against, and how.
//!
//! [`bare`] is the limit: the plainest queue, written by hand. [`paired`] runs
//! parties in turns and prints ratios. Nothing here is part of the product.

pub mod bare;
pub mod paired;
