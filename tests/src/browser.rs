//! A browser without a window, and what it says of a page.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::server::from_run;

/// A browser that runs; ends with this.
pub struct Browser {
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// The number of the last call.
    last: u64,
    /// What was not an answer.
    events: Vec<Value>,
    _process: Child,
    _profile: TempDir,
}

/// What a page is opened with.
#[derive(Debug, Clone, Copy)]
pub struct Screen {
    /// In pixels.
    pub width: u32,
    /// Whether the reader wants light letters on a dark page.
    pub dark: bool,
    /// Whether it is paper.
    pub print: bool,
}

/// What came of it.
#[derive(Debug)]
pub struct Seen {
    /// Errors and warnings of the console, exceptions, and requests for anything but the page.
    pub complaints: Vec<String>,
    /// What the script returned.
    pub answer: Value,
    /// A PNG of the whole page, in base64, where pictures are kept.
    pub picture: Option<String>,
}

impl Browser {
    /// Starts one.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start() -> Self {
        let profile = tempfile::tempdir().expect("a folder");
        // It reads calls from descriptor 3 and answers on 4. It has to run as root here and there, where its own
        // sandbox does not work.
        let script = "exec \"$0\" --headless --no-sandbox --disable-gpu --no-first-run --hide-scrollbars \
                      --remote-debugging-pipe --user-data-dir=\"$1\" about:blank 3<&0 4>&1 </dev/null >/dev/null";
        let mut process = Command::new("bash")
            .args(["-c", script, &from_run("DOCKTUNA_TEST_CHROMIUM")])
            .arg(profile.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("the browser that tests/run installed");
        Self {
            input: process.stdin.take().expect("a pipe"),
            output: BufReader::new(process.stdout.take().expect("a pipe")),
            last: 0,
            events: Vec::new(),
            _process: process,
            _profile: profile,
        }
    }

    /// Opens a file, runs a script in it when it is loaded, and takes a picture with DOCKTUNA_TEST_PICTURES.
    ///
    /// # Panics
    /// When the browser does not answer, or the script throws.
    pub async fn look(&mut self, page: &Path, screen: Screen, script: &str) -> Seen {
        let looking = self.look_at(page, screen, script);
        tokio::time::timeout(Duration::from_secs(90), looking)
            .await
            .expect("a browser that answers")
    }

    async fn look_at(&mut self, page: &Path, screen: Screen, script: &str) -> Seen {
        let url = format!("file://{}", page.display());
        let target = self
            .call("", "Target.createTarget", json!({"url": "about:blank"}))
            .await;
        let target = target["targetId"].clone();
        let attach = json!({"targetId": target, "flatten": true});
        let session = self.call("", "Target.attachToTarget", attach).await;
        let session = session["sessionId"].as_str().expect("a session").to_owned();
        for domain in ["Page", "Runtime", "Log", "Network"] {
            self.call(&session, &format!("{domain}.enable"), json!({}))
                .await;
        }
        let metrics = json!({"width": screen.width, "height": 900, "deviceScaleFactor": 1, "mobile": screen.width < 600});
        self.call(&session, "Emulation.setDeviceMetricsOverride", metrics)
            .await;
        let scheme = if screen.dark { "dark" } else { "light" };
        let media = json!({
            "media": if screen.print { "print" } else { "" },
            "features": [{"name": "prefers-color-scheme", "value": scheme}],
        });
        self.call(&session, "Emulation.setEmulatedMedia", media)
            .await;
        self.events.clear();
        self.call(&session, "Page.navigate", json!({"url": url}))
            .await;
        while !self
            .events
            .iter()
            .any(|event| event["method"] == "Page.loadEventFired")
        {
            let message = self.message().await;
            self.events.push(message);
        }
        let evaluate = json!({"expression": script, "returnByValue": true, "awaitPromise": true});
        let answer = self.call(&session, "Runtime.evaluate", evaluate).await;
        assert!(answer.get("exceptionDetails").is_none(), "{answer}");
        let mut picture = None;
        if std::env::var_os("DOCKTUNA_TEST_PICTURES").is_some() {
            let whole = json!({"format": "png", "captureBeyondViewport": true});
            let taken = self.call(&session, "Page.captureScreenshot", whole).await;
            picture = taken["data"].as_str().map(str::to_owned);
        }
        let complaints = self
            .events
            .iter()
            .filter_map(|event| complaint(event, &url))
            .collect();
        self.call("", "Target.closeTarget", json!({"targetId": target}))
            .await;
        Seen {
            complaints,
            answer: answer["result"]["value"].clone(),
            picture,
        }
    }

    async fn call(&mut self, session: &str, method: &str, params: Value) -> Value {
        self.last += 1;
        let id = self.last;
        let mut call = json!({"id": id, "method": method, "params": params});
        if !session.is_empty() {
            call["sessionId"] = session.into();
        }
        let mut bytes = call.to_string().into_bytes();
        bytes.push(0);
        self.input
            .write_all(&bytes)
            .await
            .expect("a browser that reads");
        loop {
            let mut message = self.message().await;
            if message["id"] == id {
                assert!(message.get("error").is_none(), "{method}: {message}");
                return message["result"].take();
            }
            self.events.push(message);
        }
    }

    async fn message(&mut self) -> Value {
        let mut bytes = Vec::new();
        let read = self.output.read_until(0, &mut bytes).await;
        read.expect("a browser that writes");
        assert_eq!(bytes.pop(), Some(0), "the browser ended");
        serde_json::from_slice(&bytes).expect("JSON")
    }
}

fn complaint(event: &Value, page: &str) -> Option<String> {
    let params = &event["params"];
    match event["method"].as_str()? {
        "Log.entryAdded" => Some(format!(
            "{} {}",
            params["entry"]["text"], params["entry"]["url"]
        )),
        "Runtime.consoleAPICalled" => Some(params["args"].to_string()),
        "Runtime.exceptionThrown" => Some(params["exceptionDetails"].to_string()),
        "Network.requestWillBeSent" if params["request"]["url"] != page => {
            Some(format!("a request for {}", params["request"]["url"]))
        }
        _ => None,
    }
}
