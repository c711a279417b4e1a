//! The HTTP server: limits and timeouts around the application.

use std::{io, net::TcpListener, time::Duration};

use actix_http::{HttpService, Protocol};
use actix_server::{Server, ServerBuilder, ServerHandle};
use actix_service::{IntoServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::{
    dev::AppConfig,
    rt::{self, net::TcpStream},
    web::Data,
};

use crate::{
    App, CorsOrigins,
    app::keep_tidy,
    application,
    connection::{Connection, HEAD_DEADLINE},
};

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

/// The most connections that one worker keeps open, each of which is an open file.
pub const MAX_CONNECTIONS: usize = 2048;
/// How long a client may take to close its connection.
const DISCONNECT_DEADLINE: Duration = Duration::from_secs(2);

/// Serves the application on these listeners, until the handle stops it. The caller watches for signals.
///
/// # Errors
///
/// Trouble of the operating system with a listener.
pub fn start(
    app: &Data<App>,
    settings: &ServerSettings,
    listeners: Vec<TcpListener>,
) -> io::Result<(Server, ServerHandle)> {
    rt::spawn(keep_tidy(app.clone()));
    // As many blocking threads as connections, and none beyond: more of them only fight for the same connections.
    let blocking_threads = settings.connections.div_ceil(settings.workers).max(1);
    let server = Server::build()
        .workers(settings.workers)
        .worker_max_blocking_threads(blocking_threads)
        .max_concurrent_connections(MAX_CONNECTIONS)
        .shutdown_timeout(settings.shutdown_timeout.as_secs())
        .disable_signals();
    let add = |server: ServerBuilder, listener| listen(server, listener, app, settings);
    let server = listeners.into_iter().try_fold(server, add)?.run();
    let handle = server.handle();
    Ok((server, handle))
}

/// Adds a listener. This is what actix-web's own server does, but for the patience of its connections.
fn listen(
    server: ServerBuilder,
    listener: TcpListener,
    app: &Data<App>,
    settings: &ServerSettings,
) -> io::Result<ServerBuilder> {
    let (app, origins, keep_alive) = (app.clone(), settings.origins.clone(), settings.keep_alive);
    let stopping = server.graceful_shutdown_signal();
    server.listen("http", listener, move || {
        let stopping = stopping.clone();
        let application = application(app.clone(), &origins).into_factory();
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .keep_alive(keep_alive)
            .client_request_timeout(HEAD_DEADLINE)
            .client_disconnect_timeout(DISCONNECT_DEADLINE)
            .on_connect_ext(|connection: &Connection, of_connection| {
                of_connection.insert(connection.patience());
            })
            .finish(map_config(application, |()| AppConfig::default()));
        fn_service(move |stream: TcpStream| async move {
            let peer = stream.peer_addr().ok();
            Ok((Connection::new(stream, keep_alive), Protocol::Http1, peer))
        })
        .and_then(http)
    })
}
