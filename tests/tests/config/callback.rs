//! What is wrong with callbacks, at their limits and one past them.

use tandem_engine::config::callback::{CallbackConfig, Outbound};
use tandem_engine::config::model::{Destination, PromptConfig, TrunkConfig};
use tandem_engine::limits::{RING_TIMEOUT_S_MAX, WAITING_S_MAX};
use tandem_engine::{Key, Number, Span};

use crate::limits::after;
use crate::wrong::said;

/// What is wrong where callbacks are as they are made here, in a queue whose callers may
/// wait for a minute.
fn with(make: impl Fn(&mut CallbackConfig)) -> String {
    after(|config, queue| {
        config.options.prompts.push(PromptConfig {
            name: "Offer".to_owned(),
            length: Span::from_secs(6),
            file: None,
        });
        queue.max_waiting = Span::from_secs(60);
        let mut callback = CallbackConfig::new("Carrier");
        make(&mut callback);
        queue.callback = Some(Box::new(callback));
    })
}

#[test]
fn times() {
    let offered = |after| {
        with(|callback| {
            callback.after = Span::from_secs(after);
            callback.offer = Some("Offer".to_owned());
        })
    };
    assert_eq!(offered(60), "");
    assert!(offered(61).contains("\"after_s\" is at most \"max_waiting_s\""));
    let timeout = |span| with(|callback| callback.timeout = span);
    assert_eq!(timeout(Span::from_micros(59_999_999)), "");
    assert!(timeout(Span::from_secs(60)).contains("must be less than \"max_waiting_s\""));
    let ring = |seconds| with(|callback| callback.customer_ring = Span::from_secs(seconds));
    assert_eq!((ring(1), ring(RING_TIMEOUT_S_MAX)), Default::default());
    for beyond in [0, RING_TIMEOUT_S_MAX + 1] {
        assert!(ring(beyond).contains("lasts 1 to 600 seconds"));
    }
    // Where everybody waits as long as he likes, the common limits hold.
    let endless = |seconds| {
        after(|_, queue| {
            queue.max_waiting = Span::ZERO;
            let mut callback = CallbackConfig::new("Carrier");
            callback.timeout = Span::from_secs(seconds);
            queue.callback = Some(Box::new(callback));
        })
    };
    assert_eq!(endless(WAITING_S_MAX), "");
    assert!(endless(WAITING_S_MAX + 1).contains("lasts 0 to 86400 seconds"));
}

#[test]
fn keys_and_numbers() {
    for key in Key::ALL {
        let fault = with(|callback| callback.key = key);
        assert_eq!(fault.is_empty(), key != Key::Pound, "{fault}");
    }
    let both = after(|_, queue| {
        queue.callback = Some(Box::new(CallbackConfig::new("Carrier")));
        queue.keys.insert(Key::One, Destination::HangUp);
    });
    assert!(both.contains("key 1 leads elsewhere already"), "{both}");
    let prefix = |text: &str| with(|callback| callback.prefix = text.parse().expect("a number"));
    assert_eq!(prefix("90"), "");
    assert!(prefix("*9").contains("can not be dialled first"));
    assert!(with(|callback| callback.trunk.clear()).contains("name the trunk"));
}

#[test]
fn offers_have_a_time_and_prompts_are_there() {
    let offer = with(|callback| callback.offer = Some("Offer".to_owned()));
    assert!(offer.contains("go together"), "{offer}");
    let after = with(|callback| callback.after = Span::from_secs(20));
    assert!(after.contains("go together"), "{after}");
    let thanks = with(|callback| callback.thanks = Some("Ofer".to_owned()));
    assert!(thanks.contains("did you mean \"Offer\"?"), "{thanks}");
}

#[test]
fn callers_are_answered_who_press_keys() {
    let fault = after(|_, queue| {
        queue.callback = Some(Box::new(CallbackConfig::new("Carrier")));
        queue.answer_on_entry = false;
    });
    assert!(fault.contains("can not press keys"), "{fault}");
}

#[test]
fn trunks_that_are_called_out_on_have_an_address_and_a_user() {
    let trunk = |address: Option<&str>, user: &str| {
        after(|config, _| {
            config.options.trunks.push(TrunkConfig {
                name: "Carrier".to_owned(),
                address: address.map(|address| address.parse().expect("an address")),
                user: Some("carrier".to_owned()),
                outbound: Some(Outbound {
                    number: Some(Number::from_u64(4_930_111)),
                    user: Some(user.to_owned()),
                }),
            });
        })
    };
    assert_eq!(trunk(Some("192.0.2.7"), "tandem"), "");
    assert!(trunk(None, "tandem").contains("give it an \"address\""));
    assert!(trunk(Some("192.0.2.7"), "a b").contains("is no user"));
}

#[test]
fn a_file_says_what_is_wrong() {
    let file = |line: &str| {
        let queue = "[[queue]]\nnumber = \"6400\"\nname = \"A\"\n";
        said(&format!("{queue}{line}\n"))
    };
    assert!(file("callback = { key = \"1\" }").contains("trunk"));
    assert!(file("callback = { trunk = \"T\", key = \"A\" }").contains("\"A\" is no key"));
    assert!(file("callback = { trunk = \"T\", prefix = \"x\" }").contains("no number"));
    let trunk = said("[[trunk]]\nname = \"T\"\naddress = \"192.0.2.7\"\noutbound_user = \"u\"\n");
    assert!(
        trunk.contains("goes only together with \"outbound\""),
        "{trunk}"
    );
}
