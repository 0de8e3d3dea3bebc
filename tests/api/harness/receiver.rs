//! A receiver of webhooks, in the test's own process.

use std::{
    collections::{HashMap, VecDeque},
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    time::Duration,
};

use actix_web::rt;
use serde_json::Value;

/// What a receiver does with a message.
#[derive(Clone, Debug)]
pub enum Reply {
    /// Answers so, with these header lines.
    Status(u16, &'static str),
    /// Never answers.
    Hang,
    /// Closes the connection without an answer.
    Close,
    /// Promises more than it sends.
    CutShort,
    /// Sends without end.
    Flood,
}

/// A message, as it came.
#[derive(Clone, Debug)]
pub struct Received {
    pub path: String,
    pub headers: HashMap<String, String>,
    pub body: String,
}

impl Received {
    pub fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn event(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }
}

/// Listens on a port of its own; answers as it is told, and 204 when it is told nothing.
pub struct Receiver {
    port: u16,
    received: Arc<Mutex<Vec<Received>>>,
    replies: Arc<Mutex<VecDeque<Reply>>>,
}

impl Receiver {
    pub fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let receiver = Self { port, received: Arc::default(), replies: Arc::default() };
        let (received, replies) = (Arc::clone(&receiver.received), Arc::clone(&receiver.replies));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (received, replies) = (Arc::clone(&received), Arc::clone(&replies));
                std::thread::spawn(move || while exchange(&stream, &received, &replies).unwrap_or(false) {});
            }
        });
        receiver
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hooks", self.port)
    }

    /// What it answers to the next messages, one after the other.
    pub fn will(&self, replies: impl IntoIterator<Item = Reply>) {
        self.replies.lock().unwrap().extend(replies);
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// Waits until so many messages came.
    #[track_caller]
    pub fn wait_for(&self, messages: usize) -> impl Future<Output = Vec<Received>> + '_ {
        let caller = std::panic::Location::caller();
        async move {
            for _ in 0..150 {
                if self.received().len() >= messages {
                    return self.received();
                }
                rt::time::sleep(Duration::from_millis(100)).await;
            }
            panic!("{caller}: {messages} messages expected, {:#?} came", self.received());
        }
    }

    /// Waits long enough for what might come, and gives what did.
    pub async fn after_a_while(&self) -> Vec<Received> {
        rt::time::sleep(Duration::from_millis(2500)).await;
        self.received()
    }
}

/// One request of a connection; whether there may be another.
fn exchange(mut stream: &TcpStream, received: &Mutex<Vec<Received>>, replies: &Mutex<VecDeque<Reply>>) -> std::io::Result<bool> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(false);
    }
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let mut body = vec![0; headers["content-length"].parse().unwrap()];
    reader.read_exact(&mut body)?;
    received.lock().unwrap().push(Received { path, headers, body: String::from_utf8(body).unwrap() });
    let reply = replies.lock().unwrap().pop_front().unwrap_or(Reply::Status(204, ""));
    match reply {
        Reply::Status(204, _) => stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").map(|()| true),
        Reply::Status(status, headers) => {
            let text = format!("status {status}");
            let answer = format!("HTTP/1.1 {status} X\r\n{headers}Content-Length: {}\r\n\r\n{text}", text.len());
            stream.write_all(answer.as_bytes()).map(|()| true)
        }
        Reply::Hang => {
            std::thread::sleep(Duration::from_secs(60));
            Ok(false)
        }
        Reply::Close => Ok(false),
        Reply::CutShort => stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf").map(|()| false),
        Reply::Flood => {
            stream.write_all(b"HTTP/1.1 500 X\r\nTransfer-Encoding: chunked\r\n\r\n")?;
            let chunk = format!("1000\r\n{}\r\n", "flood\0..".repeat(0x200));
            loop {
                stream.write_all(chunk.as_bytes())?;
            }
        }
    }
}
