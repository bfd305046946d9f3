//! The courier: mails and records reach who is to have them, each order ends once, and
//! what is refused for now is tried again.

mod office;
mod receiver;
mod smtp;

use hmac::{Hmac, KeyInit, Mac};
use office::{CENTRE, Office};
use receiver::Receiver;
use sha2::Sha256;
use smtp::{Answers, Smtp};
use tandem_engine::KeptEnd::{Done, Failed};
use tandem_server::courier::{CourierError, MAIL_SECRET, PUSH_SECRET, Routes};

fn mailing(smtp: &Smtp) -> Routes {
    office::routes(Some(&format!("smtp://{}", smtp.address())), None)
}

fn pushing(receiver: &Receiver) -> Routes {
    let url = format!("http://{}/calls?of=tandem", receiver.address());
    office::routes(None, Some(&url))
}

#[test]
fn managers_get_a_mail_about_a_caller_who_hung_up() {
    let smtp = Smtp::start(Answers::default());
    let mut office = Office::open(CENTRE, mailing(&smtp));
    office.abandon(301_234, 65);
    let mails = smtp.wait_for(2);
    assert_eq!(office.ends(1), [Done]);
    let mut to: Vec<_> = mails.iter().map(|mail| mail.to.clone()).collect();
    to.sort();
    // Eli manages too, and has no address; Dan has the one of Cay.
    assert_eq!(to, ["<bob@example.org>", "<cay@example.org>"]);
    for mail in &mails {
        assert_eq!(mail.from, "<tandem@example.org>");
        for part in [
            "From: Tandem <tandem@example.org>\r\n",
            "Subject: A caller of queue Support hung up while waiting\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "Message-ID: <",
            "A caller of queue Support (6400) hung up while waiting.\r\n",
            "Caller:  301234\r\n",
            // The site begins on 28 May 2026 at 20:26:40 UTC.
            "Joined:  2026-05-28 22:26:40 (Europe/Berlin)\r\n",
            "Waited:  1:05\r\n",
            "Left:    caller hung up\r\n",
        ] {
            assert!(mail.text.contains(part), "no {part:?} in {}", mail.text);
        }
    }
    assert!(office.store.kept(None).expect("it is there").is_empty());
}

/// The mail to Bob with this subject.
fn to_bob<'a>(mails: &'a [smtp::Mail], subject: &str) -> &'a str {
    let head = ("<bob@example.org>", subject);
    let mail = mails.iter().find(|mail| mail.head() == head);
    &mail.unwrap_or_else(|| panic!("{head:?} is missing")).text
}

#[test]
fn mails_about_a_callback_say_who_is_to_be_called_where_and_when_he_asked() {
    let smtp = Smtp::start(Answers::default());
    let text = CENTRE.replace(
        "notify_managers = [\"abandoned\"]",
        "notify_managers = [\"callback_failed\", \"callback_requested\"]\n\
         time_zone = \"America/New_York\"\nanswer_on_entry = true\n\
         callback = { trunk = \"Carrier\", timeout_s = 30 }",
    );
    let trunk = "[[trunk]]\nname = \"Carrier\"\naddress = \"192.0.2.7\"\noutbound = true\n";
    let mut office = Office::open(&format!("{text}{trunk}"), mailing(&smtp));
    office.ask_for_a_callback(301_234);
    let mails = smtp.wait_for(4);
    let asked = to_bob(&mails, "A caller of queue Support wants to be called back");
    for part in [
        "A caller of queue Support (6400) wants to be called back.\r\n",
        "Caller:  301234\r\n",
        "Number:  4930222\r\n",
        "Asked:   2026-05-28 16:26:41 (America/New_York)\r\n",
        "Call:    0-",
    ] {
        assert!(asked.contains(part), "no {part:?} in {asked}");
    }
    let failed = to_bob(&mails, "A callback of queue Support failed");
    for part in [
        "A callback of queue Support (6400) failed.\r\n",
        "Caller:  301234\r\n",
        "Joined:  2026-05-28 16:26:40 (America/New_York)\r\n",
        "Waited:  0:31\r\n",
        "Left:    callback no agent\r\n",
        "Number:  4930222\r\n",
        "Failed:  2026-05-28 16:27:11 (America/New_York)\r\n",
        "Call:    0-",
    ] {
        assert!(failed.contains(part), "no {part:?} in {failed}");
    }
}

#[test]
fn managers_get_a_mail_about_a_call_that_was_missed() {
    let smtp = Smtp::start(Answers::default());
    let text = CENTRE.replace(
        "notify_managers = [\"abandoned\"]",
        "notify_managers = [\"missed\"]\nmax_waiting_s = 70",
    );
    let mut office = Office::open(&text, mailing(&smtp));
    office.miss(301_234, 70);
    let mails = smtp.wait_for(2);
    let missed = to_bob(&mails, "A call of queue Support was missed");
    for part in [
        "A call of queue Support (6400) was missed.\r\n",
        "Caller:  301234\r\n",
        "Joined:  2026-05-28 22:26:40 (Europe/Berlin)\r\n",
        "Waited:  1:10\r\n",
    ] {
        assert!(missed.contains(part), "no {part:?} in {missed}");
    }
}

#[test]
fn a_refusal_for_now_is_tried_again_and_one_for_good_is_not() {
    let answers = Answers {
        to_receiver: [
            (
                "<cay@example.org>",
                vec!["451 Later", "452 Later", "250 OK"],
            ),
            ("<bob@example.org>", vec!["550 Nobody"]),
        ]
        .into(),
        ..Answers::default()
    };
    let smtp = Smtp::start(answers);
    let mut office = Office::open(CENTRE, mailing(&smtp));
    office.abandon(301_234, 5);
    // Bob never gets it; Cay, behind him, does.
    assert_eq!(office.ends(1), [Failed]);
    let mails = smtp.wait_for(1);
    assert_eq!(mails[0].to, "<cay@example.org>");
    assert_eq!(smtp.asked("<cay@example.org>"), 3);
    assert_eq!(smtp.asked("<bob@example.org>"), 1);
}

/// Bob's address, the first one, is refused for now, and for longer than the test lasts.
#[test]
fn an_address_that_is_refused_for_now_holds_up_no_other() {
    let answers = Answers {
        to_receiver: [("<bob@example.org>", vec!["451 Later"])].into(),
        ..Answers::default()
    };
    let smtp = Smtp::start(answers);
    let mut routes = mailing(&smtp);
    let hour = std::time::Duration::from_secs(3_600);
    (routes.patience.first, routes.patience.longest) = (hour, hour);
    routes.patience.all = hour * 24;
    let mut office = Office::open(CENTRE, routes);
    office.abandon(301_234, 5);
    assert_eq!(smtp.wait_for(1)[0].to, "<cay@example.org>");
    assert_eq!(office.ends(0), [], "Bob may get his yet");
}

#[test]
fn a_password_that_is_refused_is_tried_again_and_never_shown_to_nobody() {
    let answers = Answers {
        to_sign_in: vec!["535 Wrong", "235 Welcome"],
        ..Answers::default()
    };
    let smtp = Smtp::start(answers);
    let server = format!("smtp://ann%40example.org@{}", smtp.address());
    let routes = office::routes(Some(&server), None);
    // Without the password it does not even start.
    let refused = Office::try_open(CENTRE, routes.clone(), &[]);
    let refused = refused.err().expect("there is no password");
    assert!(
        matches!(refused, CourierError::Unknown(MAIL_SECRET, _)),
        "{refused}"
    );
    let mut office = Office::open_with(CENTRE, routes, &[(MAIL_SECRET, "open sesame")]);
    office.abandon(301_234, 5);
    assert_eq!(office.ends(1), [Done]);
    assert_eq!(smtp.wait_for(2).len(), 2);
    // RFC 4616: base64 of "\0ann@example.org\0open sesame".
    let plain = "AUTH PLAIN AGFubkBleGFtcGxlLm9yZwBvcGVuIHNlc2FtZQ==";
    assert!(
        smtp.said().iter().all(|line| line == plain),
        "{:?}",
        smtp.said()
    );
}

#[test]
fn a_server_that_is_not_there_yet_gets_its_mail_later() {
    let closed = Smtp::start(Answers::default());
    let address = closed.address();
    closed.stop();
    let routes = office::routes(Some(&format!("smtp://{address}")), None);
    let mut office = Office::open(CENTRE, routes);
    office.abandon(301_234, 5);
    office.settle();
    assert_eq!(office.ends(0), []);
    let smtp = Smtp::start_at(address, Answers::default());
    assert_eq!(office.ends(1), [Done]);
    assert_eq!(smtp.wait_for(2).len(), 2);
}

#[test]
fn an_order_for_nobody_is_over_at_once() {
    let smtp = Smtp::start(Answers::default());
    let text = CENTRE.replace("email = ", "# email = ");
    let mut office = Office::open(&text, mailing(&smtp));
    office.abandon(301_234, 5);
    assert_eq!(office.ends(1), [Failed]);
    drop(office);
    let mut office = Office::open(CENTRE, Routes::default());
    office.abandon(301_234, 5);
    assert_eq!(office.ends(1), [Failed]);
    assert_eq!(smtp.wait_for(0).len(), 0);
}

#[test]
fn what_is_tried_again_is_given_up_in_the_end_and_when_the_server_stops() {
    let answers = Answers {
        to_mail: vec!["451 Never ready"; 10_000],
        ..Answers::default()
    };
    let smtp = Smtp::start(answers);
    let mut routes = mailing(&smtp);
    let mut office = Office::open(CENTRE, routes.clone());
    office.abandon(301_234, 5);
    assert_eq!(office.ends(1), [Failed], "given up after all pauses");
    drop(office);
    // Pauses of an hour: the stop ends them.
    let hour = std::time::Duration::from_secs(3_600);
    (routes.patience.first, routes.patience.longest) = (hour, hour);
    routes.patience.all = hour * 24;
    let mut office = Office::open(CENTRE, routes);
    office.abandon(301_234, 5);
    office.settle();
    office.stop_courier();
    assert_eq!(office.ends(1), [Failed], "given up by the stop");
}

/// Everything beside calls that hung up.
#[test]
fn agents_boxes_and_service_levels_have_mails_of_their_own() {
    let smtp = Smtp::start(Answers::default());
    let mut office = Office::open(CENTRE, mailing(&smtp));
    office.miss_a_call_until_paused();
    office.leave_a_message("6400");
    office.leave_a_message("1001");
    office.leave_a_message("6300");
    let mails = smtp.wait_for(5);
    let mut heads: Vec<_> = mails.iter().map(smtp::Mail::head).collect();
    heads.sort();
    assert_eq!(
        heads,
        [
            ("<ann@example.org>", "A message in the box of 1001"),
            ("<ann@example.org>", "A message in the box of Night (6300)"),
            ("<ann@example.org>", "You are paused in Sales"),
            (
                "<bob@example.org>",
                "A message in the box of Support (6400)"
            ),
            (
                "<cay@example.org>",
                "A message in the box of Support (6400)"
            ),
        ]
    );
    let left = mails.iter().find(|mail| mail.text.contains("box of 1001"));
    let left = &left.expect("it is there").text;
    for part in [
        "Caller:  302000\r\n",
        "Length:  0:07\r\n",
        "File:    1001/0-",
    ] {
        assert!(left.contains(part), "no {part:?} in {left}");
    }
}

#[test]
fn managers_hear_that_the_service_level_fell() {
    let smtp = Smtp::start(Answers::default());
    let text = CENTRE.replace(
        "notify_managers = [\"abandoned\"]",
        "notify_managers = [\"service_level\"]\nsla_time_s = 20\nsla_interval_s = 60",
    );
    let mut office = Office::open(&text, mailing(&smtp));
    office.abandon(301_234, 30);
    office.pass(60);
    let mails = smtp.wait_for(2);
    for mail in &mails {
        for part in [
            "Subject: Support: the service level is under its threshold\r\n",
            "of queue Support (6400) has fallen under the threshold of",
            "Calls:   1\r\n",
            "In time: 0 (0 %), answered in less than 20 s\r\n",
        ] {
            assert!(mail.text.contains(part), "no {part:?} in {}", mail.text);
        }
    }
}

#[test]
fn a_record_is_pushed_signed_until_it_is_taken() {
    let receiver = Receiver::start(&[500, 404, 204]);
    let secret = "shared with the receiver";
    let mut office =
        Office::open_with(office::PUSHED, pushing(&receiver), &[(PUSH_SECRET, secret)]);
    office.abandon(301_234, 65);
    let pushed = receiver.wait_for(3);
    assert_eq!(office.ends(1), [Done]);
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
    mac.update(pushed[0].body.as_bytes());
    let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    for push in &pushed {
        assert_eq!(push.line, "POST /calls?of=tandem HTTP/1.1");
        assert_eq!(push.header("content-type"), "application/json");
        assert_eq!(push.header("x-signature-256"), signature);
        assert_eq!(
            push.header("idempotency-key"),
            format!("{}.0", office.newest())
        );
        assert_eq!(push.body, pushed[0].body, "the same each time");
    }
    let record: serde_json::Value = serde_json::from_str(&pushed[0].body).expect("JSON");
    assert_eq!(record["queue"], "6400");
    assert_eq!(record["caller"], "301234");
    assert_eq!(record["outcome"], "abandoned");
    assert_eq!(record["waited_ms"], 65_000);
    assert_eq!(record["joined_at"], 1_780_000_000_000_i64);
}

#[test]
fn a_record_that_is_refused_for_good_is_not_pushed_again() {
    let receiver = Receiver::start(&[422, 204]);
    let mut office = Office::open_with(office::PUSHED, pushing(&receiver), &[(PUSH_SECRET, "x")]);
    office.abandon(301_234, 5);
    assert_eq!(office.ends(1), [Failed]);
    assert_eq!(receiver.wait_for(1).len(), 1);
    // The next one is not kept from going.
    office.abandon(301_235, 5);
    assert_eq!(office.ends(1), [Done]);
}

#[test]
fn a_record_that_nobody_took_is_pushed_after_a_restart() {
    let receiver = Receiver::start(&[503]);
    let mut routes = pushing(&receiver);
    let hour = std::time::Duration::from_secs(3_600);
    (routes.patience.first, routes.patience.longest) = (hour, hour);
    routes.patience.all = hour * 24;
    let mut office = Office::open_with(office::PUSHED, routes, &[(PUSH_SECRET, "x")]);
    office.abandon(301_234, 5);
    let before = receiver.wait_for(1).remove(0);
    let site = office.pull_the_plug();
    drop(receiver);
    let receiver = Receiver::start(&[204]);
    let mut office = Office::reopen(site, pushing(&receiver));
    let after = receiver.wait_for(1).remove(0);
    assert_eq!(office.ends(1), [Done]);
    assert_eq!(after.body, before.body);
    assert_eq!(
        after.header("idempotency-key"),
        before.header("idempotency-key")
    );
}

#[test]
fn more_orders_than_may_be_under_way_all_arrive() {
    let receiver = Receiver::start(&[204]);
    let mut office = Office::open_with(office::PUSHED, pushing(&receiver), &[(PUSH_SECRET, "x")]);
    let calls = 5 * tandem_server::courier::DELIVERIES_MAX;
    for call in 0..calls {
        office.abandon(302_000 + u64::try_from(call).expect("few"), 1);
    }
    assert_eq!(office.ends(calls), vec![Done; calls]);
    let mut bodies: Vec<_> = receiver
        .wait_for(calls)
        .into_iter()
        .map(|push| push.body)
        .collect();
    bodies.sort();
    bodies.dedup();
    assert_eq!(bodies.len(), calls, "each once");
    assert!(receiver.most_at_once() <= tandem_server::courier::DELIVERIES_MAX);
}
