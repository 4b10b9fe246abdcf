//! The certificates that a server sent, in one order.

use crate::formats::cert::Cert;
use rustls_pki_types::CertificateDer;
use serde::Serialize;

/// What a server sent, its own certificate first.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Chain {
    /// In the order of the server.
    pub sent: Vec<Cert>,
    /// How many more could not be read.
    pub unreadable: usize,
}

impl Chain {
    /// Reads what was sent.
    #[must_use]
    pub fn read(sent: &[CertificateDer<'_>]) -> Self {
        let read: Vec<Cert> = sent.iter().filter_map(|der| Cert::read(der).ok()).collect();
        Self { unreadable: sent.len() - read.len(), sent: read }
    }

    /// The server's own certificate.
    #[must_use]
    pub fn leaf(&self) -> Option<&Cert> {
        self.sent.first()
    }

    /// From the server's certificate up as far as the sent ones lead, whatever their order.
    #[must_use]
    pub fn climb(&self) -> Vec<&Cert> {
        let mut path: Vec<&Cert> = self.leaf().into_iter().collect();
        while let Some(top) = path.last() {
            // A certificate that names itself is the end; one that only bears its issuer's name is not.
            let ends = top.names_as_issuer(top);
            let next = self
                .sent
                .iter()
                .find(|c| !ends && top.names_as_issuer(c) && !path.iter().any(|p| p.sha256 == c.sha256));
            match next {
                Some(next) => path.push(next),
                None => break,
            }
        }
        path
    }

    /// One line for each certificate: what it is for, when it is valid, who signed it.
    #[must_use]
    pub fn lines(&self, now: i64) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for (index, cert) in self.sent.iter().enumerate() {
            let mark = if now < cert.not_before {
                ", NOT YET VALID"
            } else if now > cert.not_after {
                ", EXPIRED"
            } else {
                ""
            };
            let issuer = if cert.is_self_issued() { "itself".to_owned() } else { cert.issuer.short() };
            let number = index + 1;
            lines.push(format!(
                "{number} {} ({}), {} to {}{mark}, signed by {issuer}",
                cert.subject.short(),
                cert.key,
                day(cert.not_before),
                day(cert.not_after),
            ));
        }
        if self.unreadable > 0 {
            lines.push(format!("and {} that cannot be read", self.unreadable));
        }
        lines
    }
}

/// `2026-11-23`, in UTC.
#[must_use]
pub fn day(seconds: i64) -> String {
    written(seconds, "%Y-%m-%d")
}

/// `2026-11-23 10:15 UTC`.
#[must_use]
pub fn minute(seconds: i64) -> String {
    written(seconds, "%Y-%m-%d %H:%M UTC")
}

fn written(seconds: i64, form: &str) -> String {
    jiff::Timestamp::from_second(seconds)
        .map_or_else(|_| seconds.to_string(), |t| t.strftime(form).to_string())
}
