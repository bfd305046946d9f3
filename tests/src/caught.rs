//! Panics as values: a property that shrinks sees hundreds of them, and only
//! the last is worth reading.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    /// What the last panic of this thread said, while somebody catches them.
    static SAID: RefCell<Option<String>> = const { RefCell::new(None) };
    static CATCHING: RefCell<u32> = const { RefCell::new(0) };
}

static HOOK: Once = Once::new();

/// What `work` returns, or what it said when it panicked, with the place.
///
/// # Errors
/// Where `work` panics.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    HOOK.call_once(install);
    CATCHING.with_borrow_mut(|depth| *depth += 1);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    CATCHING.with_borrow_mut(|depth| *depth -= 1);
    result.map_err(|_| {
        let said = SAID.with_borrow_mut(Option::take);
        said.unwrap_or_else(|| "a panic without words".to_owned())
    })
}

/// Keeps quiet about panics that are caught; all others are told as before.
fn install() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if CATCHING.with_borrow(|depth| *depth == 0) {
            return before(info);
        }
        let payload = info.payload();
        let words = (payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned()))
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_default();
        let place = info.location().map_or(String::new(), ToString::to_string);
        SAID.with_borrow_mut(|said| *said = Some(format!("panicked at {place}: {words}")));
    }));
}
