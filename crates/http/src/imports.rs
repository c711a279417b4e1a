//! `POST /actors/import` and `POST /movies/import`.

use std::time::Duration;

use actix_web::{HttpResponse, web::Data};
use ensemble_domain::{Error, Imported, NewActor, NewMovie, Outcome, PostActors, PostMovies, Rows, StoreError};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    App,
    csv::{Options, Reading, Report, Row, Trouble},
    permitted::Permitted,
    problem::Problem,
    spool::CsvBody,
    view,
};

/// How long an import may take in all: five minutes for its file, and as long for the store.
pub const DEADLINE: Duration = Duration::from_mins(10);

/// `POST /actors/import`.
pub async fn actors(app: Data<App>, call: Permitted<PostActors, CsvBody>) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: body } = call;
    let actors = app.actors.clone();
    import::<NewActor>(&app, body, move |rows| actors.import(&permit, rows)).await
}

/// `POST /movies/import`.
pub async fn movies(app: Data<App>, call: Permitted<PostMovies, CsvBody>) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: body } = call;
    let movies = app.movies.clone();
    import::<NewMovie>(&app, body, move |rows| movies.import(&permit, rows)).await
}

/// What came of an import.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Import")]
pub struct ImportView {
    #[schemars(extend("const" = true))]
    success: bool,
    imported: u64,
    rows: u64,
    dry_run: bool,
}

/// Why nothing was imported.
enum NotImported {
    /// What the file is.
    File(Report),
    /// What the store could not do.
    Store(Error),
}

impl From<Trouble> for NotImported {
    fn from(trouble: Trouble) -> Self {
        Self::File(Report::unread(trouble))
    }
}

impl From<NotImported> for Problem {
    fn from(refused: NotImported) -> Self {
        match refused {
            NotImported::File(report) => report.into(),
            NotImported::Store(error) => error.into(),
        }
    }
}

async fn import<T: Row>(
    app: &App,
    body: CsvBody,
    store: impl FnOnce(&mut dyn Rows<T>) -> Result<Outcome<Imported>, Error> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let _turn = app.imports.acquire().await.map_err(Problem::internal)?;
    let options = Options { today: app.today(), skip_invalid: false };
    let dry_run = body.dry_run;
    let read = if dry_run {
        app.blocking.run(move || Ok(check::<T>(body, options))).await?
    } else {
        app.blocking.run_write(move || Ok(add(body, options, store))).await?
    };
    view::outcome(&read?, |rows| {
        let imported = if dry_run { 0 } else { *rows };
        view::private(HttpResponse::Ok(), &ImportView { success: true, imported, rows: *rows, dry_run })
    })
}

/// Reads a file to its end, and answers how many rows it has.
fn check<T: Row>(body: CsvBody, options: Options) -> Result<Outcome<u64>, NotImported> {
    let mut reading = Reading::<T, _>::open(body.rewound().map_err(Trouble::Unreadable)?, options)?;
    reading.by_ref().for_each(drop);
    let report = reading.into_report();
    if report.is_clean() { Ok(Outcome::Done(report.good)) } else { Err(NotImported::File(report)) }
}

/// Hands the rows of a file to the store, and answers how many it added, now or when the request was first made.
fn add<T: Row>(
    body: CsvBody,
    options: Options,
    store: impl FnOnce(&mut dyn Rows<T>) -> Result<Outcome<Imported>, Error>,
) -> Result<Outcome<u64>, NotImported> {
    let mut reading = Reading::<T, _>::open(body.rewound().map_err(Trouble::Unreadable)?, options)?;
    let outcome = store(&mut reading).map_err(|error| match error {
        Error::Store(StoreError::Withdrawn) => NotImported::File(reading.into_report()),
        error => NotImported::Store(error),
    })?;
    Ok(outcome.map(|imported| imported.count))
}
