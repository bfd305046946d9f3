//! Callbacks as text.

use super::people::number;
use super::set;
use super::write::{line, quoted, seconds};
use crate::config::callback::{CallbackConfig, Outbound};
use crate::config::check::bounds;
use crate::config::reader::{Table, Value};
use crate::key::Key;

/// `{ trunk = "Carrier", key = "1", prefix = "9" }`: how callers can ask to be called back.
pub(super) fn read(mut table: Table<'_>) -> Option<CallbackConfig> {
    let trunk = table.required("trunk").and_then(Value::str);
    let mut callback = CallbackConfig::new(trunk.unwrap_or_default());
    set(&mut callback.key, table.get("key").and_then(key));
    let prefix = table.get("prefix").and_then(number);
    set(&mut callback.prefix, prefix);
    for (key, span, range) in [
        ("after_s", &mut callback.after, bounds::MAX_WAITING_S),
        ("timeout_s", &mut callback.timeout, bounds::MAX_WAITING_S),
        (
            "customer_ring_s",
            &mut callback.customer_ring,
            bounds::RING_TIMEOUT_S,
        ),
    ] {
        set(span, table.get(key).and_then(|value| value.seconds(range)));
    }
    for (key, prompt) in [
        ("offer", &mut callback.offer),
        ("crowded", &mut callback.crowded),
        ("confirm", &mut callback.confirm),
        ("thanks", &mut callback.thanks),
        ("invalid", &mut callback.invalid),
    ] {
        *prompt = table.get(key).and_then(Value::str).map(str::to_owned);
    }
    table.finish();
    trunk.map(|_| callback)
}

fn key(value: Value<'_>) -> Option<Key> {
    let text = value.str()?;
    let key = text.parse::<Key>();
    if let Err(why) = &key {
        let what = format!("{text:?} is no key: {why}");
        value.wrong(what, Some("as key = \"1\"".to_owned()));
    }
    key.ok()
}

/// How callbacks are asked for, as a table in one line.
pub(super) fn write(out: &mut String, callback: &CallbackConfig) {
    let default = CallbackConfig::new("");
    let mut parts = vec![format!("trunk = {}", quoted(&callback.trunk))];
    if callback.key != default.key {
        parts.push(format!("key = \"{}\"", callback.key));
    }
    if callback.prefix != default.prefix {
        parts.push(format!("prefix = \"{}\"", callback.prefix));
    }
    for (key, span, default) in [
        ("after_s", callback.after, default.after),
        ("timeout_s", callback.timeout, default.timeout),
        (
            "customer_ring_s",
            callback.customer_ring,
            default.customer_ring,
        ),
    ] {
        if span != default {
            parts.push(format!("{key} = {}", seconds(span)));
        }
    }
    for (key, prompt) in callback.prompts() {
        parts.extend(
            prompt
                .iter()
                .map(|name| format!("{key} = {}", quoted(name))),
        );
    }
    line(out, "callback", &format!("{{ {} }}", parts.join(", ")));
}

/// How a trunk is called out on.
pub(super) fn read_outbound(table: &mut Table<'_>) -> Option<Outbound> {
    let dials = table.bool("outbound");
    let (shown, user) = (table.get("outbound_number"), table.get("outbound_user"));
    if dials != Some(true) {
        for value in [shown, user].into_iter().flatten() {
            let what = format!("{} goes only together with \"outbound\"", value.name());
            value.wrong(what, Some("add outbound = true".to_owned()));
        }
        return None;
    }
    Some(Outbound {
        number: shown.and_then(number),
        user: user.and_then(Value::str).map(str::to_owned),
    })
}

pub(super) fn write_outbound(out: &mut String, outbound: &Outbound) {
    line(out, "outbound", "true");
    if let Some(number) = outbound.number {
        line(out, "outbound_number", &format!("\"{number}\""));
    }
    if let Some(user) = &outbound.user {
        line(out, "outbound_user", &quoted(user));
    }
}
