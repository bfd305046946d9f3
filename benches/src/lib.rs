//! What the benches measure Tandem against, and how.
//!
//! [`bare`] is the limit: the plainest queue, written by hand. [`tandem`] is the
//! whole chain, [`centre`] the engine alone. [`paired`] runs parties in turns
//! and prints ratios, [`plot`] draws. Nothing here is part of the product.

pub mod bare;
pub mod centre;
pub mod paired;
pub mod plot;
pub mod tandem;
