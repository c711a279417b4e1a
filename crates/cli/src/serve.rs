//! `ensemble serve`.

use std::{io, net::TcpListener, sync::Arc, time::Duration};

use actix_web::{
    dev::ServerHandle,
    rt::{self, System},
    web::Data,
};
use ensemble_auth::{KeyFetcher, KeyKeeper, KeySet, KeyStore, LocalIssuer, Verifier, install_crypto};
use ensemble_domain::{Clock, StoreError, in_full};
use ensemble_http::{App, Blocking, LocalTokens, MAX_CONNECTIONS, RateLimits, ServerSettings, Services};
use ensemble_infra::Database;
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    examples,
    failure::{Failure, print},
    listen::{let_nobody_in, listen},
    observe::Metrics,
    settings::{AuthSettings, HttpSettings, IssuerSettings, Settings},
    wiring::{self, UseCases},
};

/// How long a token lives that the server hands out.
pub const TOKEN_LIFETIME: Duration = Duration::from_hours(12);
/// Idle connections are kept longer than a proxy keeps them, so that it is the proxy that closes them.
const KEEP_ALIVE_BEHIND_PROXY: Duration = Duration::from_secs(75);
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How long clients that come again on the connections they have are served, and told that it is the last time, before those that
/// are idle are closed. One that is closed while a request is on its way would leave the client without an answer.
const FAREWELL: Duration = Duration::from_millis(500);
/// How often the requests are forgotten whose idempotency keys have expired.
const FORGET_EVERY: Duration = Duration::from_mins(10);

/// Serves until a signal ends it.
pub fn run(settings: Settings, examples: bool) -> Result<(), Failure> {
    install_crypto().map_err(|error| Failure::because("the cryptography of this build", &error))?;
    raise_open_files(settings.http.workers);
    if examples {
        wiring::local_issuer(&settings.auth)?;
    }
    if settings.migrate_on_start {
        let applied = wiring::migrator(&settings).up().map_err(|error| wiring::not_migrated(&settings, &error))?;
        tracing::info!(applied = applied.len(), "the schema is current");
    }
    let use_cases = wiring::use_cases(&settings)?;
    System::new().block_on(serve(settings, use_cases, examples))
}

async fn serve(settings: Settings, use_cases: UseCases, examples: bool) -> Result<(), Failure> {
    let Settings { queue, waits, auth, http, rate_limit, metrics, sign_in, .. } = settings;
    let listeners = listen(&http)?;
    // What is made before the recorder is there would count for nobody.
    let metrics = metrics.map(Metrics::start).transpose()?;
    let addresses: Vec<_> = listeners.iter().filter_map(|listener| listener.local_addr().ok()).collect();
    let server_settings = server_settings(&http, &use_cases);

    let store = use_cases.database.clone();
    let readiness = Arc::new(move || store.ready().map_err(Into::into));
    let blocking = Blocking::new(queue, waits.turn);
    let blocking =
        if use_cases.database.has_sole_writer() { blocking.with_sole_writer(waits.write_turn) } else { blocking };
    rt::spawn(forget_requests(use_cases.database.clone(), Arc::clone(&use_cases.clock), blocking.clone()));
    rt::spawn(warn_of_slow_searches(use_cases.database.clone(), blocking.clone()));
    let (keys, local) = trust(&auth, &use_cases.clock)?;
    let audience = auth.audience;
    let verifier = Arc::new(Verifier::new(auth.rules, keys));
    let services = Services {
        actors: use_cases.actors,
        movies: use_cases.movies,
        castings: use_cases.castings,
        history: use_cases.history,
    };
    let app = App::new(services, Arc::clone(&use_cases.clock), verifier, blocking, readiness, http.body_limit)
        .with_console(Box::new(ensemble_console::routes(&sign_in)))
        .with_trusted_proxies(http.trusted_proxies)
        .with_rate_limits(rate_limit.map(|rates| RateLimits::new(rates.caller, rates.refused)));
    let lines = local
        .as_ref()
        .filter(|_| examples)
        .map(|issuer| examples::lines(issuer, &audience, &addresses, use_cases.clock.now()));
    let local = local.map(|issuer| LocalTokens { issuer, audience, lifetime: TOKEN_LIFETIME });
    let app = local.into_iter().fold(app, App::with_local_tokens);
    let app = Data::new(if metrics.is_some() { app.counting_requests() } else { app });
    if let Some(metrics) = metrics {
        let (database, app) = (use_cases.database, app.clone());
        metrics.serve(Arc::new(move || {
            database.tell_pools();
            app.tell_queue();
        }))?;
    }

    let taken: io::Result<Vec<_>> = listeners.iter().map(TcpListener::try_clone).collect();
    let taken = taken.map_err(|error| Failure::because("the server cannot start", &error))?;
    let started = ensemble_http::start(&app, &server_settings, listeners);
    let (server, handle) = started.map_err(|error| Failure::because("the server cannot start", &error))?;
    for address in &addresses {
        tracing::info!(address = %format_args!("http://{address}"), "listening");
    }
    rt::spawn(stop_on_signal(app, handle, taken, http.drain_delay));
    if let Some(lines) = lines {
        print(&lines?)?;
    }
    server.await.map_err(|error| Failure::because("the server failed", &error))
}

/// Forgets requests whose idempotency keys have expired, for as long as the server runs. Others write between one batch and the next.
async fn forget_requests(database: Database, clock: Arc<dyn Clock>, blocking: Blocking) {
    loop {
        let (database, now) = (database.clone(), clock.now());
        match blocking.run_write(move || Ok(database.purge_idempotency_keys(now)?)).await {
            Ok(0) => rt::time::sleep(FORGET_EVERY).await,
            Ok(keys) => tracing::info!(keys, "expired idempotency keys were removed"),
            Err(error) => {
                tracing::warn!(error = in_full(&error), "expired idempotency keys could not be removed");
                rt::time::sleep(FORGET_EVERY).await;
            }
        }
    }
}

/// Says so when searches have to do without their indexes. A database that is not ready yet is asked again.
async fn warn_of_slow_searches(database: Database, blocking: Blocking) {
    loop {
        let asked = database.clone();
        let indexed = move || {
            asked.ready().map_err(|error| StoreError::Unavailable(error.into()))?;
            Ok(asked.searches_are_indexed()?)
        };
        match blocking.run(indexed).await {
            Ok(true) => return,
            Ok(false) => {
                return tracing::warn!("searches read one name after another; run `ensemble migrate up` to see why");
            }
            Err(_) => rt::time::sleep(FORGET_EVERY).await,
        }
    }
}

fn server_settings(http: &HttpSettings, use_cases: &UseCases) -> ServerSettings {
    ServerSettings {
        workers: http.workers,
        connections: usize::try_from(use_cases.database.connections()).unwrap_or(usize::MAX),
        keep_alive: keep_alive(http),
        shutdown_timeout: http.shutdown_timeout,
        origins: http.origins.clone(),
    }
}

fn keep_alive(http: &HttpSettings) -> Duration {
    if http.trusted_proxies.is_empty() { KEEP_ALIVE } else { KEEP_ALIVE_BEHIND_PROXY }
}

/// Sees to the keys that tokens are verified with. A local issuer's key goes the same way as any other.
fn trust(auth: &AuthSettings, clock: &Arc<dyn Clock>) -> Result<(Arc<KeyStore>, Option<LocalIssuer>), Failure> {
    let algorithms = auth.rules.algorithms();
    match &auth.issuer {
        IssuerSettings::Local { key } => {
            let issuer = wiring::local_issuer(auth)?;
            let key_set = KeySet::parse(issuer.key_set(), algorithms);
            let keys = KeyStore::empty();
            keys.replace(key_set.map_err(|error| Failure::because("the key of the development issuer", &error))?);
            tracing::warn!(
                key = %key.display(),
                "LOCAL TOKENS ARE TRUSTED: whoever can read this key may do everything; never expose this server"
            );
            Ok((Arc::new(keys), Some(issuer)))
        }
        IssuerSettings::Remote { keys: source, freshness } => {
            let fetcher =
                KeyFetcher::new(source, algorithms).map_err(|error| Failure::because("auth.issuer", &error))?;
            let (keeper, keys) = KeyKeeper::new(*freshness, Arc::clone(clock));
            rt::spawn(async move { keeper.keep(async || fetcher.fetch().await, fastrand::f64).await });
            Ok((keys, None))
        }
    }
}

/// Takes all the open files that this process may have. The usual limit, 1024, is there for programs that call select(2).
fn raise_open_files(workers: usize) {
    let needed = u64::try_from(workers.saturating_mul(MAX_CONNECTIONS)).unwrap_or(u64::MAX);
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(limit) if limit >= needed => {}
        Ok(limit) => {
            tracing::warn!(limit, needed, "too few open files are allowed for all connections; raise `ulimit -n`");
        }
        Err(error) => tracing::warn!(%error, needed, "how many files may be open cannot be raised"),
    }
}

/// Ends the server at the first signal, once requests in flight are answered, and at once at the second.
async fn stop_on_signal(app: Data<App>, handle: ServerHandle, listeners: Vec<TcpListener>, drain_delay: Duration) {
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        tracing::error!("signals cannot be watched; only a kill ends this process");
        return;
    };
    let mut next = async || tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} };
    next().await;
    tracing::info!("stopping: requests in flight are finished first");
    app.drain();
    let stop = async {
        rt::time::sleep(drain_delay).await;
        let_nobody_in(&listeners);
        rt::time::sleep(FAREWELL).await;
        // Now they are the server's alone, which closes them.
        drop(listeners);
        handle.stop(true).await;
    };
    tokio::select! {
        () = stop => {}
        () = next() => {
            tracing::warn!("stopping at once");
            std::process::exit(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::settings::Given;

    /// What the settings are with these flags and nothing else.
    fn settings(flags: &[(&str, &str)]) -> Settings {
        let flags = flags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Settings::load(&Given { folder: None, profile: None, flags, environment: BTreeMap::new() }).unwrap()
    }

    #[test]
    fn an_idle_connection_is_kept_for_15_s_and_for_75_s_behind_a_proxy() {
        assert_eq!(keep_alive(&settings(&[]).http), Duration::from_secs(15));
        assert_eq!(keep_alive(&settings(&[("http.trusted_proxies", "10.0.0.0/8")]).http), Duration::from_secs(75));
    }

    #[test]
    fn unless_told_otherwise_clients_are_limited_to_these_rates() {
        let limits = settings(&[]).rate_limit.unwrap();
        let told = [limits.caller, limits.refused].map(|rate| (rate.per_second.get(), rate.burst.get()));
        assert_eq!(told, [(50, 100), (10, 20)]);
    }
}
