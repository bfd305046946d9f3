//! Figures of a contact centre: folds the engine's events, live or simulated,
//! and renders them as table, JSON and page. It never does I/O.
//! ```
//! # use std::sync::Arc; use tandem_reports::{Layout, SummaryBuilder, Tally};
//! let layout = Arc::new(Layout::default()); // the queues, agents and times of the run
//! let mut tally = Tally::new(Arc::clone(&layout));
//! tally.close(layout.end()); // after tally.observe(at, &event) for every event
//! let mut summary = SummaryBuilder::new(layout);
//! summary.add(&tally); // for every replication, in order
//! ```

pub mod activity;
mod clock;
mod comparison;
mod estimate;
mod figure;
mod format;
mod html;
mod json;
mod labels;
mod layout;
mod report;
pub mod story;
mod summary;
mod table;
mod tally;
mod waits;

pub use comparison::{Compared, Comparison, FORECASTS_MIN, Forecast, Voices};
pub use estimate::{Estimate, Moments};
pub use figure::{Figure, Figures};
pub use html::to_html;
pub use json::to_json;
pub use labels::{outcome_word, reason_word, result_word};
pub use layout::{Interval, Layout, QueueLayout};
pub use report::{About, Actual, CalendarStart, Expectation, Report};
pub use summary::{GroupSummary, QueueSummary, Row, Summary, SummaryBuilder};
pub use table::{TableOptions, to_table};
pub use tally::Tally;
pub use waits::Waits;
