//! A carrier on this machine that takes whatever it is handed, and answers as Twilio does.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    thread,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

const TAKEN: &str = r#"{"account_sid":"AC00000000000000000000000000000000","api_version":"2010-04-01","body":"Maison Lune: Hello, -40 %","date_created":"Fri, 27 Nov 2026 15:00:00 +0000","date_sent":null,"date_updated":"Fri, 27 Nov 2026 15:00:00 +0000","direction":"outbound-api","error_code":null,"error_message":null,"from":"72345","messaging_service_sid":null,"num_media":"0","num_segments":"1","price":null,"price_unit":"USD","sid":"SM00000000000000000000000000000000","status":"queued","subresource_uris":{"media":"/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages/SM00000000000000000000000000000000/Media.json"},"to":"+12122000000","uri":"/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages/SM00000000000000000000000000000000.json"}"#;

pub(crate) struct Carrier {
    address: SocketAddr,
    last: Arc<Mutex<Vec<u8>>>,
}

impl Carrier {
    /// Serves on a thread of its own until the process ends.
    pub(crate) fn open() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let (address, last) = (listener.local_addr().unwrap(), Arc::<Mutex<Vec<u8>>>::default());
        let seen = Arc::clone(&last);
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).unwrap();
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    stream.set_nodelay(true).unwrap();
                    tokio::spawn(serve(stream, Arc::clone(&seen)));
                }
            });
        });
        Self { address, last }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The last request, to the byte.
    pub(crate) fn last(&self) -> Vec<u8> {
        self.last.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, seen: Arc<Mutex<Vec<u8>>>) {
    let answer = format!(
        "HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{TAKEN}",
        TAKEN.len()
    );
    let (mut got, mut piece) = (Vec::new(), vec![0; 8 * 1_024]);
    loop {
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => return,
            Ok(read) => got.extend_from_slice(&piece[..read]),
        }
        if is_whole(&got) {
            std::mem::swap(&mut *seen.lock().unwrap(), &mut got);
            got.clear();
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }
}

fn is_whole(got: &[u8]) -> bool {
    let Some(head) = got.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let text = String::from_utf8_lossy(&got[..head]).to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
    got.len() >= head + 4 + length
}
