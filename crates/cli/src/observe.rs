//! The metrics of a running server, on an address of their own, in the text format of Prometheus.

use std::{
    io::{self, ErrorKind},
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use actix_web::{
    App, HttpResponse, HttpServer,
    http::header,
    rt,
    web::{self, Data},
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use metrics_process::Collector;

use crate::{failure::Failure, listen::bind, settings::SettingsError};

/// The text format in its version 0.0.4, which every version of Prometheus reads.
const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";
/// How often what was measured is put into its buckets, so that it takes no more memory while nobody asks.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);
/// Those who ask for metrics are few.
const MAX_SCRAPERS: usize = 64;

/// Measures what is not counted as it happens, before every answer.
type Measure = Arc<dyn Fn() + Send + Sync>;

/// The recorder that counts, and the listener where the counts are to be asked for.
pub struct Metrics {
    listener: TcpListener,
    handle: PrometheusHandle,
}

/// What every answer is made of.
struct Exposition {
    handle: PrometheusHandle,
    process: Collector,
    measure: Measure,
}

impl Metrics {
    /// Listens on that address, and has everything counted from now on.
    pub fn start(address: SocketAddr) -> Result<Self, Failure> {
        let listener = bind(address).map_err(|error| not_bound(address, &error))?;
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(
                Matcher::Full(ensemble_http::REQUEST_DURATION.to_owned()),
                &ensemble_http::REQUEST_DURATION_BUCKETS,
            )
            .map_err(|error| Failure::because("the buckets of the metrics", &error))?
            .build_recorder();
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder).map_err(|error| Failure::because("the metrics", &error))?;
        describe();
        Ok(Self { listener, handle })
    }

    /// Answers whoever asks, for as long as the system runs. One thread is enough, and none of those that serve the API.
    pub fn serve(self, measure: Measure) -> Result<(), Failure> {
        let Self { listener, handle } = self;
        let failed = |error: &io::Error| Failure::because("the metrics cannot be served", error);
        let address = listener.local_addr().map_err(|error| failed(&error))?;
        let exposition = Data::new(Exposition { handle: handle.clone(), process: Collector::default(), measure });
        let server = HttpServer::new(move || {
            let metrics = web::resource("/metrics").get(scraped).route(web::head().to(scraped));
            App::new().app_data(exposition.clone()).service(metrics.default_service(web::to(other_method)))
        });
        let server = server.workers(1).max_connections(MAX_SCRAPERS).disable_signals();
        rt::spawn(server.listen(listener).map_err(|error| failed(&error))?.run());
        rt::spawn(keep_up(handle));
        tracing::info!(address = %format_args!("http://{address}/metrics"), "metrics are served");
        if !address.ip().is_loopback() {
            tracing::warn!(%address, "whoever reaches the address of the metrics can read them");
        }
        Ok(())
    }
}

/// What every crate counts, said once, and begun at 0: what is not there yet cannot be seen to grow.
fn describe() {
    ensemble_auth::describe_metrics();
    ensemble_http::describe_metrics();
    ensemble_infra::describe_metrics();
    Collector::default().describe();
    metrics::describe_gauge!("ensemble_build_info", "Always 1; its labels say which program this is.");
    metrics::gauge!("ensemble_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1);
}

async fn scraped(exposition: Data<Exposition>) -> HttpResponse {
    (exposition.measure)();
    exposition.process.collect();
    HttpResponse::Ok().insert_header((header::CONTENT_TYPE, CONTENT_TYPE)).body(exposition.handle.render())
}

async fn other_method() -> HttpResponse {
    HttpResponse::MethodNotAllowed().insert_header((header::ALLOW, "GET, HEAD")).finish()
}

async fn keep_up(handle: PrometheusHandle) {
    loop {
        rt::time::sleep(UPKEEP_EVERY).await;
        handle.run_upkeep();
    }
}

fn not_bound(address: SocketAddr, error: &io::Error) -> Failure {
    let told = match error.kind() {
        ErrorKind::AddrInUse => format!("metrics.address {address} is taken; choose another port, such as 0 for any"),
        ErrorKind::AddrNotAvailable => format!("metrics.address {address} is no address of this machine"),
        _ => return Failure::because(&format!("cannot listen on metrics.address {address}"), error),
    };
    Failure::Settings(SettingsError::new(told))
}
