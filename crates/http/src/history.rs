//! `/history`, and that of one actor or movie.

use actix_web::{HttpRequest, HttpResponse, dev::Payload, http::header, web::Data};
use chrono::{DateTime, Utc};
use ensemble_domain::{
    ActorId, FaultCode, GetActors, GetHistory, GetMovies, HistoryEntry, HistoryId, HistoryPage, Limit, Members,
    MovieId, Value,
};
use serde::{Serialize, Serializer};

use crate::{
    App, cursor,
    input::{Id, Input},
    permitted::Permitted,
    problem::{Kind, Problem},
    query::{flawed, limit, single},
    view,
};

/// `GET /history`.
pub async fn all(app: Data<App>, call: Permitted<GetHistory, HistoryQuery>) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: query } = call;
    let (history, before, limit) = (app.history.clone(), query.before, query.limit);
    let page = app.blocking.run(move || history.all(&permit, before, limit)).await?;
    query.render(&page)
}

/// `GET /actors/{id}/history`.
pub async fn of_actor(
    app: Data<App>,
    call: Permitted<GetActors, (HistoryQuery, Id<ActorId>)>,
) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: (query, Id(actor)) } = call;
    let (history, before, limit) = (app.history.clone(), query.before, query.limit);
    let page = app.blocking.run(move || history.of_actor(&permit, actor, before, limit)).await?;
    query.render(&page)
}

/// `GET /movies/{id}/history`.
pub async fn of_movie(
    app: Data<App>,
    call: Permitted<GetMovies, (HistoryQuery, Id<MovieId>)>,
) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: (query, Id(movie)) } = call;
    let (history, before, limit) = (app.history.clone(), query.before, query.limit);
    let page = app.blocking.run(move || history.of_movie(&permit, movie, before, limit)).await?;
    query.render(&page)
}

/// Which history is asked for, by its path, and which part of it.
pub struct HistoryQuery {
    list: String,
    before: Option<HistoryId>,
    limit: Limit,
}

impl Input for HistoryQuery {
    const PARAMETERS: &'static [&'static str] = &["limit", "cursor"];

    async fn take(request: &HttpRequest, _: &mut Payload) -> Result<Self, Problem> {
        let (list, query) = (request.path().to_owned(), request.query_string());
        let limit = limit(query)?;
        let Some(cursor) = single(query, "cursor", |text| Ok(text.to_owned()))? else {
            return Ok(Self { list, before: None, limit });
        };
        match cursor::decode(&list, &cursor).and_then(HistoryId::new) {
            Some(before) => Ok(Self { list, before: Some(before), limit }),
            None => Err(no_cursor()),
        }
    }
}

fn no_cursor() -> Problem {
    let detail = "is none that this list gave out; begin again without one";
    flawed(Kind::InvalidCursor, "cursor", FaultCode::Format, detail.into())
}

impl HistoryQuery {
    fn render(&self, page: &HistoryPage) -> Result<HttpResponse, Problem> {
        let limit = self.limit.get();
        let next_cursor = page.next.map(|next| cursor::encode(&self.list, next.get()));
        let next = next_cursor.as_ref().map(|cursor| format!("{}?cursor={cursor}&limit={limit}", self.list));
        let mut response = HttpResponse::Ok();
        if let Some(next) = &next {
            response.insert_header((header::LINK, format!("<{next}>; rel=\"next\"")));
        }
        let history = page.entries.iter().map(EntryView::of).collect();
        view::private(response, &PageView { success: true, history, limit, next, next_cursor })
    }
}

/// One page of a history. It has no total: a history only grows, and what is older is reached by `next`.
#[derive(Serialize)]
struct PageView<'a> {
    success: bool,
    history: Vec<EntryView<'a>>,
    limit: u32,
    next: Option<String>,
    next_cursor: Option<String>,
}

/// One change as clients see it.
#[derive(Serialize)]
struct EntryView<'a> {
    id: i64,
    at: DateTime<Utc>,
    by: &'a str,
    request_id: &'a str,
    action: &'static str,
    entity: &'static str,
    entity_id: Option<i64>,
    #[serde(serialize_with = "members")]
    before: &'a Members,
    #[serde(serialize_with = "members")]
    after: &'a Members,
}

impl<'a> EntryView<'a> {
    fn of(entry: &'a HistoryEntry) -> Self {
        Self {
            id: entry.id.get(),
            at: entry.at,
            by: entry.by.as_str(),
            request_id: entry.request_id.as_str(),
            action: entry.record.action.as_str(),
            entity: entry.entity.as_str(),
            entity_id: entry.entity_id,
            before: &entry.record.before,
            after: &entry.record.after,
        }
    }
}

fn members<S: Serializer>(members: &Members, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(members.iter().map(|(name, value)| (name, ValueView::of(value))))
}

#[derive(Serialize)]
#[serde(untagged)]
enum ValueView<'a> {
    Null,
    Number(i64),
    Text(&'a str),
}

impl<'a> ValueView<'a> {
    fn of(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Number(number) => Self::Number(*number),
            Value::Text(text) => Self::Text(text),
        }
    }
}
