//! Tandem: tests.
