//! A proxy that counts who comes, and refuses everything.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// A proxy on this machine.
pub(crate) struct Counting {
    /// `127.0.0.1:PORT`
    pub(crate) address: String,
    count: Arc<AtomicUsize>,
}

impl Counting {
    /// Until the test ends.
    pub(crate) fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let count = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&count);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                counter.fetch_add(1, Ordering::SeqCst);
                let _ = stream.set_read_timeout(Some(Duration::from_secs(2)));
                let _ = stream.read(&mut [0; 2048]);
                let _ = stream
                    .write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            }
        });
        Self { address, count }
    }

    /// How many connections there were since [`Self::forget`].
    pub(crate) fn seen(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    /// Begins again.
    pub(crate) fn forget(&self) {
        self.count.store(0, Ordering::SeqCst);
    }
}
