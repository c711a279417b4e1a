//! Lists as CSV files.

use std::{sync::Arc, time::Duration};

use actix_web::{HttpResponse, HttpResponseBuilder, http::header, web::Bytes};
use chrono::NaiveDate;
use ensemble_domain::{Error, Position, StoreError, in_full};
use futures_util::{StreamExt, stream};
use tokio::time::sleep;

use crate::{
    Blocking,
    csv::{Sheet, write_header, write_rows},
    lists::{Csv, Extent},
    problem::Problem,
    request_context::RequestContext,
    view::PRIVATE,
};

/// How many items are read at once.
pub const BATCH: u32 = 2000;

/// How often a batch is asked for while the store is busy or away, and how long nobody asks in between. Half a file is of no use to
/// its reader, who would begin anew; so it outlives what a single request need not.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_secs(1);

/// What is exported.
pub struct Export {
    /// The name of the file, without `.csv`.
    pub name: &'static str,
    pub csv: Csv,
    /// The day on which the items are seen.
    pub today: NaiveDate,
}

/// Where the batch behind this one begins; `None` when this one is the last, which is shorter than the others.
pub fn next<T>(batch: &[T], position: impl FnOnce(&T) -> Position) -> Option<Position> {
    let is_full = u32::try_from(batch.len()).is_ok_and(|items| items >= BATCH);
    batch.last().filter(|_| is_full).map(position)
}

/// Answers a list as a file, batch by batch: `read` answers the batch at a place, from the beginning where there is
/// none, and the place of the next. A batch is read when the client has taken the one before, so that no list is ever held whole.
///
/// The first batch is read before the answer begins, so that its trouble is a problem like any other. Trouble with a later one that
/// lasts breaks the connection off: an incomplete file never looks complete.
pub async fn stream<T, C>(
    blocking: &Blocking,
    Export { name, csv: Csv { extent, context }, today }: Export,
    read: impl Fn(Option<C>) -> Result<(Vec<T>, Option<C>), Error> + Send + Sync + 'static,
) -> Result<HttpResponse, Problem>
where
    T: Sheet + 'static,
    C: Clone + Send + 'static,
{
    let read = Arc::new(read);
    let piece = move |blocking: Blocking, place: Option<C>| {
        let read = Arc::clone(&read);
        async move {
            blocking
                .run(move || {
                    let is_first = place.is_none();
                    let (items, next) = read(place)?;
                    Ok((written(&items, is_first, today)?, next))
                })
                .await
        }
    };
    let (first, next) = piece(blocking.clone(), None).await?;
    let next = next.filter(|_| extent == Extent::Whole);
    let rest = stream::try_unfold((blocking.clone(), next), move |(blocking, place)| {
        let (piece, context) = (piece.clone(), context.clone());
        async move {
            let Some(place) = place else { return Ok(None) };
            let piece = patiently(|| piece(blocking.clone(), Some(place.clone()))).await;
            let (csv, next) = piece.inspect_err(|error| log(error, &context))?;
            Ok::<_, Error>(Some((csv, (blocking, next))))
        }
    });
    Ok(file(name).streaming(Box::pin(stream::once(async { Ok(first) }).chain(rest))))
}

/// Asks until the store is there.
async fn patiently<T, F>(ask: impl Fn() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    for _ in 1..ATTEMPTS {
        match ask().await {
            Err(Error::Store(StoreError::Unavailable(_))) => sleep(PAUSE).await,
            outcome => return outcome,
        }
    }
    ask().await
}

/// Answers a list that is there whole.
pub fn whole<T: Sheet>(name: &str, items: &[T], today: NaiveDate) -> Result<HttpResponse, Problem> {
    Ok(file(name).body(written(items, true, today)?))
}

fn written<T: Sheet>(items: &[T], with_header: bool, today: NaiveDate) -> Result<Bytes, Error> {
    let mut csv = Vec::new();
    let header = if with_header { write_header::<T>(&mut csv) } else { Ok(()) };
    let rows = header.and_then(|()| write_rows(items, today, &mut csv));
    rows.map_err(|error| StoreError::Failed(error.into()))?;
    Ok(csv.into())
}

/// RFC 4180 and RFC 6266.
fn file(name: &str) -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response
        .content_type("text/csv; charset=utf-8; header=present")
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")))
        .insert_header((header::VARY, "Accept"))
        .insert_header((header::CACHE_CONTROL, PRIVATE));
    response
}

/// The log line of the request was written when its answer began.
fn log(error: &Error, context: &RequestContext) {
    let (trace_id, parent_id) = (context.trace_id(), context.parent_id());
    tracing::error!(request_id = %context.request_id, trace_id, parent_id, cause = in_full(error), "an export broke off");
}
