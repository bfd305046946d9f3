//! Tandem: sim.
