//! A real mail server, whom ours knows by its certificate.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::peers::{Callers, free_port};
use super::server::{self, Server};

/// Nothing here takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

const CENTRE: &str = r#"
[[trunk]]
name = "Carrier"
address = "127.0.0.1"
[[extension]]
number = "1001"
email = "cay@example.org"
[[queue]]
number = "6400"
name = "Support"
managers = ["1001"]
notify_managers = ["missed"]
max_waiting_s = 1
"#;

/// aiosmtpd, which speaks TLS and puts mails into a Maildir.
struct MailServer {
    child: Child,
    port: u16,
    folder: PathBuf,
}

impl MailServer {
    fn start(folder: &Path) -> Self {
        let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt"])
            .args(["ec_paramgen_curve:P-256", "-nodes", "-days", "2"])
            .args(["-subj", "/CN=A mail server", "-addext"])
            .args(["subjectAltName=IP:127.0.0.1", "-addext"])
            .args(["basicConstraints=critical,CA:FALSE", "-keyout"])
            .arg(&key)
            .arg("-out")
            .arg(&certificate)
            .stderr(Stdio::null())
            .status();
        let made = made.expect("openssl is installed (Debian: openssl)");
        assert!(made.success(), "a certificate is made");
        let (port, maildir) = (free_tcp_port(), folder.join("mails"));
        let child = Command::new("aiosmtpd")
            .args(["-n", "-l", &format!("127.0.0.1:{port}"), "--smtpscert"])
            .arg(&certificate)
            .arg("--smtpskey")
            .arg(&key)
            .args(["-c", "aiosmtpd.handlers.Mailbox"])
            .arg(&maildir)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let server = Self {
            child: child.expect("aiosmtpd is installed (Debian: python3-aiosmtpd)"),
            port,
            folder: maildir,
        };
        wait_for("the mail server", || {
            TcpStream::connect(("127.0.0.1", port)).ok()
        });
        server
    }

    fn mails(&self) -> Vec<String> {
        let Ok(files) = fs::read_dir(self.folder.join("new")) else {
            return Vec::new();
        };
        let files = files.map(|file| file.expect("it is there").path());
        files
            .map(|path| fs::read_to_string(path).expect("a mail"))
            .collect()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _killed = self.child.kill();
        let _waited = self.child.wait();
    }
}

fn free_tcp_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    listener.local_addr().expect("it is bound").port()
}

fn wait_for<T>(what: &str, seen: impl Fn() -> Option<T>) -> T {
    let step = Duration::from_millis(50);
    for _ in 0..PATIENCE.as_millis() / step.as_millis() {
        if let Some(found) = seen() {
            return found;
        }
        std::thread::sleep(step);
    }
    panic!("in vain waited for {what}");
}

#[test]
fn a_missed_call_is_mailed_to_a_server_whose_certificate_is_known() {
    let folder = server::folder("mail");
    let mail = MailServer::start(&folder);
    let url = format!("smtps://127.0.0.1:{}", mail.port);
    let more = ["--mail", &url, "--mail-from", "Tandem <tandem@example.org>"];
    let call = |server: &Server| {
        let callers = Callers {
            to: server.sip(),
            rtp: free_port(),
            calls: 1,
            rate: 1,
            stays_ms: 5_000,
        };
        // Whom nobody answers is hung up on, which SIPp does not expect.
        callers.call(&folder);
    };

    // Nobody vouches for the certificate: nothing is said to who shows it.
    let log = folder.join("server.log");
    let said = File::create(&log).expect("tests may write here");
    let mut server = Server::start_as(&folder, CENTRE, |command| command.args(more).stderr(said));
    call(&server);
    wait_for("trouble with the certificate", || {
        let said = fs::read_to_string(&log).expect("it is there");
        said.contains("invalid peer certificate").then_some(())
    });
    server.stop();
    assert_eq!(mail.mails(), Vec::<String>::new());

    let known = folder.join("certificate.pem");
    let mut server = Server::start_as(&folder, CENTRE, |command| {
        command.args(more).env("SSL_CERT_FILE", known)
    });
    call(&server);
    let mails = wait_for("the mail", || {
        Some(mail.mails()).filter(|mails| !mails.is_empty())
    });
    assert_eq!(mails.len(), 1);
    for part in [
        "X-RcptTo: cay@example.org\n",
        "Subject: A call of queue Support was missed\n",
        "Caller:  +493011\n",
        "Left:    timed out\n",
    ] {
        assert!(mails[0].contains(part), "no {part:?} in {}", mails[0]);
    }
    server.stop();
}
