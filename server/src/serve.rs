//! `tandem serve`.

use std::process::ExitCode;

use tandem_server::appliance::{Appliance, Options};
use tandem_server::driver::{ConfigFile, Recovery};
use tandem_sip::digest::Algorithm;

use crate::WRONG;
use crate::args::{Digest, ServeArgs};
use crate::output::{print, read_text, say};
use crate::signals::StopSignals;

/// Serves until it is told to stop, or can not go on.
pub(crate) fn run(args: &ServeArgs) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(serve(args)),
        Err(why) => {
            say(&format!("can not start threads: {why}"));
            ExitCode::from(WRONG)
        }
    }
}

async fn serve(args: &ServeArgs) -> ExitCode {
    let (mut signals, appliance) = match start(args).await {
        Ok(started) => started,
        Err(why) => {
            say(&why);
            return ExitCode::from(WRONG);
        }
    };
    let how = match appliance.recovery() {
        Recovery::Anew(why) => {
            // What was waiting is lost, and nobody should have to look for that.
            say(&format!(
                "warning: the journal could not be replayed: {why}"
            ));
            "begun anew".to_owned()
        }
        Recovery::New => "new data".to_owned(),
        Recovery::Replayed(entries) => format!("{entries} entries replayed"),
    };
    let sip = appliance.sip();
    // Whoever closed the standard output does not want to know.
    let mut said = format!("Tandem serves SIP at {sip}, UDP and TCP ({how})\n");
    if let Some(http) = appliance.http() {
        said += &format!("The page and the API are at http://{http}/\n");
        if let Some(token) = appliance.first_token() {
            said += &format!("Sign in with this token, which is shown this once:\n  {token}\n");
        }
    }
    let _printed = print(&said);
    tokio::select! {
        () = appliance.ended() => {}
        () = signals.heard() => {}
    }
    match appliance.stop().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            say(&why.to_string());
            ExitCode::from(why.exit_code())
        }
    }
}

async fn start(args: &ServeArgs) -> Result<(StopSignals, Appliance), String> {
    let signals = StopSignals::listen().map_err(|why| format!("can not hear signals: {why}"))?;
    let appliance = Appliance::start(options(args)?).await;
    Ok((signals, appliance.map_err(|why| why.to_string())?))
}

fn options(args: &ServeArgs) -> Result<Options, String> {
    let mut options = Options::new(args.data.data.clone());
    if let Some(path) = &args.config {
        options.config = Some(ConfigFile {
            name: path.display().to_string(),
            text: read_text(path)?,
        });
    }
    options.overwrite = args.overwrite;
    options.sip = args.sip;
    options.http = Some(args.http);
    options.https_in_front = args.https_in_front;
    options.realm.clone_from(&args.realm);
    options.digest = (args.digest.iter())
        .map(|digest| match digest {
            Digest::Md5 => Algorithm::Md5,
            Digest::Sha256 => Algorithm::Sha256,
        })
        .collect();
    if let (Some(server), Some(from)) = (&args.mail, &args.mail_from) {
        options.routes.mail = Some((server.clone(), from.clone()));
    }
    options.routes.push.clone_from(&args.push);
    if let Some(music) = &args.music {
        options.music.clone_from(music);
    }
    Ok(options)
}
