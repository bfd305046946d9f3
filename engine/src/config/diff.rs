//! Stand-in.
use super::model::{Change, Config};
/// x
pub fn changes(_from: &Config, to: &Config) -> Vec<Change> {
    let mut out = vec![Change::PutOptions(to.options.clone())];
    out.extend(to.extensions.iter().cloned().map(Change::PutExtension));
    out.extend(to.queues.iter().cloned().map(Change::PutQueue));
    out
}
