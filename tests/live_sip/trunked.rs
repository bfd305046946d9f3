//! A server with a trunk on which it calls, and who is at its telephones.

use std::path::PathBuf;

use tandem_server::store::Store;

use crate::phone::Phone;
use crate::server::{self, Server};
use crate::supervised::knows_its_trunk;

/// A server, a caller from outside, the telephones of two extensions, and what is called on
/// the trunk. What else tests do there stands with them.
pub struct Trunked {
    pub folder: PathBuf,
    pub centre: String,
    pub server: Server,
    /// Of the administrator.
    pub token: String,
    pub caller: Phone,
    /// That of extension 1001.
    pub ann: Phone,
    /// That of extension 1002.
    pub ben: Phone,
    pub trunk: Phone,
}

impl Trunked {
    /// One whose trunk `Carrier` has these keys. With `centre` comes the rest, for the ports
    /// of both telephones; who administers it is `administrator`.
    pub fn start(
        name: &str,
        outbound: &str,
        administrator: &str,
        centre: impl FnOnce([u16; 2]) -> String,
    ) -> Self {
        let folder = server::folder(name);
        let (ann, ben, trunk) = (Phone::of(1001), Phone::of(1002), Phone::new());
        let carrier = format!(
            r#"
            [[trunk]]
            name = "Carrier"
            address = "127.0.0.1:{}"
            outbound = true
            {outbound}
            "#,
            trunk.port()
        );
        let centre = carrier + &centre([&ann, &ben].map(Phone::port));
        let token = server::token(&folder, administrator);
        let server = Server::start(&folder, &centre);
        knows_its_trunk(&server, &mut Phone::new());
        Self {
            folder,
            centre,
            server,
            token,
            caller: Phone::new(),
            ann,
            ben,
            trunk,
        }
    }

    /// The server is started again, with these options.
    pub fn comes_back(&mut self, options: &[&str]) {
        self.server = Server::start_with(&self.folder, &self.centre, options);
        knows_its_trunk(&self.server, &mut Phone::new());
    }

    /// The server, which does not run now, is told a password.
    pub fn keeps_secret(&self, of: &str, password: &str) {
        let store = Store::open(&self.folder.join("data")).expect("the server has stopped");
        let written = store.put_secret(of, password.as_bytes());
        let written = written.expect("there is room").wait();
        written.expect("it is written");
    }

    /// Stops; the journal leads to the same again.
    pub fn ends(mut self) {
        self.server.stop();
        server::verify(&self.folder);
    }
}
