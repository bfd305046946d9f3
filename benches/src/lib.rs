//! Tandem: benches.
