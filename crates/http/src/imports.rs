//! `POST /actors/import` and `POST /movies/import`.

use std::{fs::File, time::Duration};

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

/// Why a file was not taken.
enum Refusal {
    Trouble(Trouble),
    Rows(Report),
}

async fn import<T: Row>(
    app: &App,
    body: CsvBody,
    store: impl FnOnce(&mut dyn Rows<T>) -> Result<Outcome<Imported>, Error> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let _turn = app.imports.acquire().await.map_err(Problem::internal)?;
    let options = Options { today: app.today(), skip_invalid: false };
    let dry_run = body.dry_run;
    let file = move || body.rewound().map_err(|error| Error::from(StoreError::Failed(error.into())));
    let read = if dry_run {
        app.blocking.run(move || file().map(|file| check::<T>(file, options))).await?
    } else {
        app.blocking.run_write(move || add(file()?, options, store)).await?
    };
    let rows = read.map_err(|refusal| match refusal {
        Refusal::Trouble(trouble) => Problem::from(trouble),
        Refusal::Rows(report) => report.into(),
    })?;
    view::outcome(&rows, |rows| {
        let imported = if dry_run { 0 } else { *rows };
        view::private(HttpResponse::Ok(), &ImportView { success: true, imported, rows: *rows, dry_run })
    })
}

/// Reads a file to its end, and answers how many rows it has.
fn check<T: Row>(file: File, options: Options) -> Result<Outcome<u64>, Refusal> {
    let mut reading = Reading::<T, _>::open(file, options).map_err(Refusal::Trouble)?;
    reading.by_ref().for_each(drop);
    let report = reading.into_report();
    if report.is_clean() { Ok(Outcome::Done(report.good)) } else { Err(Refusal::Rows(report)) }
}

/// Hands the rows of a file to the store, and answers how many it added, now or when the request was first made.
fn add<T: Row>(
    file: File,
    options: Options,
    store: impl FnOnce(&mut dyn Rows<T>) -> Result<Outcome<Imported>, Error>,
) -> Result<Result<Outcome<u64>, Refusal>, Error> {
    let mut reading = match Reading::<T, _>::open(file, options) {
        Ok(reading) => reading,
        Err(trouble) => return Ok(Err(Refusal::Trouble(trouble))),
    };
    match store(&mut reading) {
        Ok(outcome) => Ok(Ok(outcome.map(|imported| imported.count))),
        Err(Error::Store(StoreError::Withdrawn)) => Ok(Err(Refusal::Rows(reading.into_report()))),
        Err(error) => Err(error),
    }
}
