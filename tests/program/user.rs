//! `broadsheet user`, beside a running server.

use std::io::Write;
use std::process::{Output, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use crate::{Place, Server};

const PASSWORD: &str = "a storm at the harbour";
const OTHER_PASSWORD: &str = "a calm day at the harbour";

impl Place {
    fn run_with_input(&self, args: &[&str], input: &str) -> Output {
        let mut command = self.command(args);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Refused before it is read, where an argument is wrong.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn log_in(url: &str, password: &str) -> Result<Value, ureq::Error> {
    let body = json!({"email": "ada@example.org", "password": password});
    ureq::post(format!("{url}/v1/auth/login")).send_json(body)?.body_mut().read_json()
}

fn show_me(url: &str, tokens: &Value) -> Result<Value, ureq::Error> {
    let token = tokens["access_token"].as_str().unwrap();
    ureq::get(format!("{url}/v1/me")).header("Authorization", format!("Bearer {token}")).call()?.body_mut().read_json()
}

fn is_refused<T>(outcome: Result<T, ureq::Error>) -> bool {
    matches!(outcome, Err(ureq::Error::StatusCode(401)))
}

#[test]
fn an_account_is_made_and_closed_while_the_server_runs() {
    let place = Place::new("user");
    let mut command = place.command(&["--bind", "127.0.0.1:0", "--log", "trace"]);
    let Server { mut child, url, log } = Place::started(command.stderr(Stdio::piped()).spawn().unwrap());
    // Read all the while: a full pipe would stop the server.
    let log = std::thread::spawn(move || log.map_while(Result::ok).collect::<Vec<_>>());
    let mut outputs = Vec::new();
    let mut run = |args: &[&str], input: &str, code: i32| {
        let output = place.run_with_input(args, input);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}", said(&output));
        outputs.push(said(&output));
        said(&output)
    };

    let create = ["user", "create", "--email", "Ada@Example.org", "--name", "Ada", "--role", "admin", "--password-stdin"];
    assert!(run(&["user", "list"], "", 0).contains("nobody yet"));
    assert!(run(&create, "short\n", 1).contains("at least 12 characters"));
    assert!(run(&create[..8], "", 1).contains("--password-stdin"));
    assert!(run(&create, &format!("{PASSWORD}\n"), 0).contains("ada@example.org"));
    assert!(run(&create, &format!("{PASSWORD}\n"), 1).contains("already"));
    assert!(run(&["user", "list"], "", 0).contains("admin"));

    let tokens = log_in(&url, PASSWORD).unwrap();
    assert_eq!(show_me(&url, &tokens).unwrap()["role"], "admin");

    // Another password ends the session of the one before.
    run(&["user", "set-password", "--email", "ada@example.org", "--password-stdin"], OTHER_PASSWORD, 0);
    assert!(is_refused(show_me(&url, &tokens)));
    assert!(is_refused(log_in(&url, PASSWORD)));
    let tokens = log_in(&url, OTHER_PASSWORD).unwrap();

    // The last admin stays; beside another one they may go.
    for action in ["disable", "set-role"] {
        let args: &[&str] = if action == "disable" { &[] } else { &["--role", "editor"] };
        assert!(run(&[&["user", action, "--email", "ada@example.org"], args].concat(), "", 1).contains("last admin"));
    }
    let another = ["user", "create", "--email", "bea@example.org", "--name", "Bea", "--role", "admin", "--password-stdin"];
    run(&another, PASSWORD, 0);
    run(&["user", "set-role", "--email", "ada@example.org", "--role", "editor"], "", 0);
    assert_eq!(show_me(&url, &tokens).unwrap()["role"], "editor");
    run(&["user", "disable", "--email", "ADA@example.org"], "", 0);
    assert!(is_refused(show_me(&url, &tokens)));
    assert!(is_refused(log_in(&url, OTHER_PASSWORD)));
    assert!(run(&["user", "list"], "", 0).contains("disabled"));
    run(&["user", "enable", "--email", "ada@example.org"], "", 0);
    assert!(is_refused(show_me(&url, &tokens)));
    log_in(&url, OTHER_PASSWORD).unwrap();
    assert!(run(&["user", "disable", "--email", "nobody@example.org"], "", 1).contains("there is no account"));

    // However much is logged, no secret is.
    kill(Pid::from_raw(child.id().try_into().unwrap()), Signal::SIGTERM).unwrap();
    child.wait().unwrap();
    let log = log.join().unwrap();
    assert!(log.iter().any(|line| line.contains("/v1/auth/login")), "the log is empty");
    let secrets =
        [PASSWORD, OTHER_PASSWORD, tokens["access_token"].as_str().unwrap(), tokens["refresh_token"].as_str().unwrap(), "$argon2id"];
    for line in log.iter().chain(&outputs) {
        assert!(!secrets.iter().any(|secret| line.contains(secret)), "{line}");
    }
}
