//! The HTTP server: limits and timeouts around the application.

use std::{io, net::TcpListener, time::Duration};

use actix_web::{
    HttpServer,
    dev::{Server, ServerHandle},
    web::Data,
};

use crate::{App, CorsOrigins, application};

/// How the server runs.
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// How many threads serve connections.
    pub workers: usize,
    /// How many database calls can run at once: the size of the connection pool.
    pub connections: usize,
    /// How long an idle connection is kept for its next request.
    pub keep_alive: Duration,
    /// How long requests in flight may take when the server stops.
    pub shutdown_timeout: Duration,
    /// Whose pages may read answers.
    pub origins: CorsOrigins,
}

/// How many connections one worker keeps open.
const MAX_CONNECTIONS: usize = 2048;
/// How long a client may take to send the head of a request.
const HEAD_DEADLINE: Duration = Duration::from_secs(5);
/// How long a client may take to close its connection.
const DISCONNECT_DEADLINE: Duration = Duration::from_secs(2);

/// Serves the application on these listeners, until the handle stops it. The caller watches for signals.
///
/// # Errors
///
/// Trouble of the operating system with a listener.
pub fn start(
    app: Data<App>,
    settings: &ServerSettings,
    listeners: Vec<TcpListener>,
) -> io::Result<(Server, ServerHandle)> {
    let origins = settings.origins.clone();
    // As many blocking threads as connections, and none beyond: more of them only fight for the same connections.
    let blocking_threads = settings.connections.div_ceil(settings.workers).max(1);
    let server = HttpServer::new(move || application(app.clone(), &origins))
        .workers(settings.workers)
        .worker_max_blocking_threads(blocking_threads)
        .max_connections(MAX_CONNECTIONS)
        .client_request_timeout(HEAD_DEADLINE)
        .client_disconnect_timeout(DISCONNECT_DEADLINE)
        .keep_alive(settings.keep_alive)
        .shutdown_timeout(settings.shutdown_timeout.as_secs())
        .disable_signals();
    let server = listeners.into_iter().try_fold(server, HttpServer::listen)?.run();
    let handle = server.handle();
    Ok((server, handle))
}
