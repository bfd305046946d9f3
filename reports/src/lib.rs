//! Tandem: reports.
