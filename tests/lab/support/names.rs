//! The lab's name server: whatever /etc/hosts does not know has no address (RFC 1035 section 4.1.1: NXDOMAIN). Without it
//! a wrong name would look like a name server that is down.

use std::net::UdpSocket;

/// Answers on 127.0.0.1:53 as long as this process lives.
pub(crate) fn start() {
    let socket = UdpSocket::bind("127.0.0.1:53").expect("port 53 is free");
    std::thread::spawn(move || {
        let mut message = [0; 1024];
        while let Ok((length, client)) = socket.recv_from(&mut message) {
            if let Some(answer) = no_such_name(&message[..length]) {
                socket.send_to(&answer, client).ok();
            }
        }
    });
}

/// The question sent back with the header of an answer: QR, RD as asked, RA, RCODE 3; no records.
fn no_such_name(question: &[u8]) -> Option<Vec<u8>> {
    const HEADER: usize = 12;
    let name = question.get(HEADER..)?;
    // The name ends with an empty label; type and class follow.
    let end = HEADER + name.iter().position(|byte| *byte == 0)? + 1 + 4;
    let mut answer = question.get(..end)?.to_vec();
    answer[2] = 0x80 | (question[2] & 0x01);
    answer[3] = 0x83;
    answer[4..HEADER].copy_from_slice(&[0, 1, 0, 0, 0, 0, 0, 0]);
    Some(answer)
}
