//! Numbers outside as destinations: how they are written, and what is wrong with them.

use tandem_engine::config::callback::Outbound;
use tandem_engine::config::model::{Destination, TrunkConfig};

use crate::limits::after;
use crate::wrong::said;

/// What is said where a queue leads to this number on this trunk; one can be called out on.
fn leading(number: &str, trunk: &str) -> String {
    after(|config, queue| {
        let trunks = [("Carrier", true), ("Lobby", false)]
            .into_iter()
            .enumerate();
        let trunks = trunks.map(|(place, (name, out))| TrunkConfig {
            name: name.to_owned(),
            address: format!("192.0.2.{place}").parse().ok(),
            user: None,
            outbound: out.then(Outbound::default),
        });
        config.options.trunks.extend(trunks);
        queue.failover = Destination::External {
            number: number.parse().expect("a number"),
            trunk: trunk.to_owned(),
        };
    })
}

#[test]
fn the_trunk_is_there_and_the_number_can_be_dialled() {
    for number in ["112", "0123456789", "+4989100", &"1".repeat(31)] {
        assert_eq!(leading(number, "Carrier"), "", "{number}");
    }
    for number in ["*43", "12#", "1*2"] {
        let fault = leading(number, "Carrier");
        assert!(fault.contains("can not be called"), "{fault}");
    }
    let fault = leading("112", "Lobby");
    assert!(
        fault.contains("nobody can be called on trunk \"Lobby\""),
        "{fault}"
    );
    let fault = leading("112", "Nowhere");
    assert!(fault.contains("there is no trunk \"Nowhere\""), "{fault}");
}

#[test]
fn a_file_names_number_and_trunk() {
    let file = |to: &str| {
        let trunk = "[[trunk]]\nname = \"Carrier one\"\naddress = \"192.0.2.7\"\noutbound = true\n";
        let queue = "[[queue]]\nnumber = \"6400\"\nname = \"A\"\n";
        said(&format!("{trunk}{queue}failover = \"{to}\"\n"))
    };
    assert_eq!(
        file("external 0123456789 on Carrier one"),
        "nothing is wrong\n"
    );
    assert_eq!(
        file("external  +49123  on  Carrier one "),
        "nothing is wrong\n"
    );
    for wrong in [
        "external",
        "external 0123456789",
        "external 0123456789 on",
        "external 0123456789 onCarrier one",
        "external on Carrier one",
        "external someone on Carrier one",
    ] {
        let fault = file(wrong);
        assert!(fault.contains("must be a destination"), "{wrong}: {fault}");
    }
    let fault = file("external 0123456789 on Carrier");
    assert!(fault.contains("there is no trunk \"Carrier\""), "{fault}");
}
