//! Where requests come in: a socket, with TLS or without, and the server behind it.

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer, web};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::task::JoinHandle;
use tracing::error;

use super::request::{Door, take};

/// How long a silent connection is kept. Telegram uses the same ones again and again.
const IDLE_CONNECTION: Duration = Duration::from_secs(75);

/// How long the head of a request may take.
const HEAD_PATIENCE: Duration = Duration::from_secs(5);

/// How many connections are open at once. Telegram opens at most 100; the rest is for a proxy's, and
/// for strangers until they are turned away.
const CONNECTIONS: usize = 512;

/// A socket that is bound, and nobody answers yet.
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    tls: Option<Tls>,
}

/// A certificate with its key.
#[derive(Clone)]
pub struct Tls(ServerConfig);

/// Why nothing can be listened to.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The address is not to be had.
    #[error("nobody can listen at {address}: {problem}")]
    Address {
        /// Which.
        address: SocketAddr,
        /// Why not.
        problem: io::Error,
    },
    /// A file of the certificate or of its key is not what it should be.
    #[error("{} cannot be used: {problem}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why not; never what is in it.
        problem: String,
    },
}

impl Tls {
    /// Reads a chain of certificates and its key, both in PEM.
    ///
    /// # Errors
    /// [`ListenError::File`] for files that are not there, hold nothing of the kind, or do not belong
    /// together.
    pub fn read(certificate: &Path, key: &Path) -> Result<Self, ListenError> {
        let wrong = |path: &Path, problem: String| ListenError::File {
            path: path.to_owned(),
            problem,
        };
        let chain: Vec<_> = CertificateDer::pem_file_iter(certificate)
            .and_then(Iterator::collect)
            .map_err(|error| wrong(certificate, error.to_string()))?;
        if chain.is_empty() {
            return Err(wrong(
                certificate,
                "there is no certificate in it".to_owned(),
            ));
        }
        let private =
            PrivateKeyDer::from_pem_file(key).map_err(|error| wrong(key, error.to_string()))?;
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| wrong(certificate, error.to_string()))?;
        config
            .with_no_client_auth()
            .with_single_cert(chain, private)
            .map(Self)
            .map_err(|error| wrong(key, error.to_string()))
    }
}

impl Listener {
    /// Binds the address; port 0 is any free one.
    ///
    /// # Errors
    /// [`ListenError::Address`].
    pub fn bind(address: SocketAddr, tls: Option<Tls>) -> Result<Self, ListenError> {
        let bound = TcpListener::bind(address).and_then(|socket| {
            socket.set_nonblocking(true)?;
            Ok((socket.local_addr()?, socket))
        });
        match bound {
            Ok((address, socket)) => Ok(Self {
                socket,
                address,
                tls,
            }),
            Err(problem) => Err(ListenError::Address { address, problem }),
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Begins to answer.
    pub(super) fn serve(self, door: Arc<Door>) -> Serving {
        let server = HttpServer::new(move || {
            App::new()
                .app_data(web::Data::from(door.clone()))
                .default_service(web::to(take))
        })
        .workers(1)
        .max_connections(CONNECTIONS)
        .disable_signals()
        .keep_alive(IDLE_CONNECTION)
        .client_request_timeout(HEAD_PATIENCE);
        let server = match self.tls {
            Some(Tls(config)) => server.listen_rustls_0_23(self.socket, config),
            None => server.listen(self.socket),
        };
        match server {
            Ok(server) => {
                let server = server.run();
                Serving {
                    handle: Some(server.handle()),
                    task: actix_rt::spawn(server),
                }
            }
            Err(error) => Serving {
                handle: None,
                task: actix_rt::spawn(async move { Err(error) }),
            },
        }
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Listener({})", self.address)
    }
}

/// The server at work.
pub(super) struct Serving {
    handle: Option<ServerHandle>,
    task: JoinHandle<io::Result<()>>,
}

impl Serving {
    /// Waits for an end that nobody asked for.
    pub(super) async fn ended(&mut self) {
        if let Ok(Err(error)) = (&mut self.task).await {
            error!(%error, "the webhook's server cannot go on");
        }
    }

    /// Takes no new connections.
    pub(super) async fn pause(&self) {
        if let Some(handle) = &self.handle {
            handle.pause().await;
        }
    }

    /// Closes all connections.
    pub(super) async fn stop(&self) {
        if let Some(handle) = &self.handle {
            handle.stop(false).await;
        }
    }
}
