//! `/history`, and that of one actor or movie.

use std::{collections::BTreeMap, io};

use actix_web::{HttpRequest, HttpResponse, dev::Payload, http::header, web::Data};
use chrono::{DateTime, Utc};
use ensemble_domain::{
    Action, ActorId, Entity, Error, GetActors, GetHistory, GetMovies, HistoryEntry, HistoryId, HistoryPage, Limit,
    Members, MovieId, Position, SortKey, Value,
};
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use crate::{
    App,
    cursor::List,
    export::{self, Export},
    format::Format,
    input::{Id, Input},
    lists::Csv,
    openapi::OperationObject,
    paging::links,
    permitted::Permitted,
    problem::{Kind, Problem},
    query::{CURSOR, FORMAT, LIMIT, Parameter, Parameters},
    view,
};

/// `GET /history`.
pub async fn all(app: Data<App>, call: Permitted<GetHistory, HistoryQuery>) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: query } = call;
    let history = app.history.clone();
    render(&app, query, move |before, limit| history.all(&permit, before, limit)).await
}

/// `GET /actors/{id}/history`.
pub async fn of_actor(
    app: Data<App>,
    call: Permitted<GetActors, (HistoryQuery, Id<ActorId>)>,
) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: (query, Id(actor)) } = call;
    let history = app.history.clone();
    render(&app, query, move |before, limit| history.of_actor(&permit, actor, before, limit)).await
}

/// `GET /movies/{id}/history`.
pub async fn of_movie(
    app: Data<App>,
    call: Permitted<GetMovies, (HistoryQuery, Id<MovieId>)>,
) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: (query, Id(movie)) } = call;
    let history = app.history.clone();
    render(&app, query, move |before, limit| history.of_movie(&permit, movie, before, limit)).await
}

/// The page of a history that is asked for, or the whole of it as CSV.
async fn render(
    app: &App,
    query: HistoryQuery,
    read: impl Fn(Option<HistoryId>, Limit) -> Result<HistoryPage, Error> + Send + Sync + 'static,
) -> Result<HttpResponse, Problem> {
    match query {
        HistoryQuery::Page(part) => {
            let (before, limit) = (part.before, part.limit);
            part.render(&app.blocking.run(move || read(before, limit)).await?)
        }
        HistoryQuery::Csv(csv) => {
            let most = Limit::of::<{ Limit::MAX }>();
            let export = Export { name: "history", csv, today: app.today() };
            export::stream(&app.blocking, export, move |before| {
                let HistoryPage { entries, next } = read(before, most)?;
                Ok((entries, next))
            })
            .await
        }
    }
}

/// What of a history is asked for.
pub enum HistoryQuery {
    Page(HistoryPart),
    Csv(Csv),
}

/// Which history is asked for, by its path, and which part of it.
pub struct HistoryPart {
    path: String,
    before: Option<HistoryId>,
    limit: Limit,
}

impl Input for HistoryQuery {
    const PARAMETERS: &'static [Parameter] = &[LIMIT, CURSOR, FORMAT];

    async fn take(request: &HttpRequest, _: &mut Payload) -> Result<Self, Problem> {
        let given = Parameters::of(request.query_string());
        if let Format::Csv { is_explicit } = Format::of(request, &given)? {
            return Ok(Self::Csv(Csv::parse(request, &given, is_explicit)?));
        }
        let path = request.path().to_owned();
        let limit = given.limit()?;
        let before = given.cursor(|cursor| match list(&path).decode(cursor)? {
            Position { key: SortKey::Id, id } => HistoryId::new(id),
            _ => None,
        })?;
        Ok(Self::Page(HistoryPart { path, before, limit }))
    }

    fn describe(operation: &mut OperationObject<'_>) {
        operation.refuses(&[Kind::InvalidRequest, Kind::InvalidCursor]);
    }
}

const fn list(path: &str) -> List<'_> {
    List { path, query: "" }
}

impl HistoryPart {
    fn render(&self, page: &HistoryPage) -> Result<HttpResponse, Problem> {
        let limit = self.limit.get();
        let place = |next: HistoryId| Position { key: SortKey::Id, id: next.get() };
        let next_cursor = page.next.map(|next| list(&self.path).encode(&place(next)));
        let next = next_cursor.as_ref().map(|cursor| format!("{}?cursor={cursor}&limit={limit}", self.path));
        let first = format!("{}?limit={limit}", self.path);
        let mut response = HttpResponse::Ok();
        response.insert_header((header::VARY, "Accept"));
        response.insert_header((header::LINK, links([("first", Some(first)), ("next", next.clone())])));
        let history = page.entries.iter().map(EntryView::of).collect();
        view::private(response, &PageView { success: true, history, limit, next, next_cursor })
    }
}

/// One page of a history. It has no total: a history only grows, and what is older is reached by `next`.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "HistoryPage")]
pub struct PageView<'a> {
    #[schemars(extend("const" = true))]
    success: bool,
    history: Vec<EntryView<'a>>,
    limit: u32,
    next: Option<String>,
    next_cursor: Option<String>,
}

/// One change as clients see it.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "HistoryEntry")]
struct EntryView<'a> {
    id: i64,
    at: DateTime<Utc>,
    by: &'a str,
    request_id: &'a str,
    #[schemars(extend("enum" = Action::ALL.map(Action::as_str)))]
    action: &'static str,
    #[schemars(extend("enum" = Entity::ALL.map(Entity::as_str)))]
    entity: &'static str,
    entity_id: Option<i64>,
    #[serde(serialize_with = "members")]
    #[schemars(with = "BTreeMap<String, ValueView<'a>>")]
    before: &'a Members,
    #[serde(serialize_with = "members")]
    #[schemars(with = "BTreeMap<String, ValueView<'a>>")]
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

/// Some members, as the text of a JSON object.
pub fn members_json(members: &Members) -> io::Result<String> {
    let mut json = Vec::new();
    self::members(members, &mut serde_json::Serializer::new(&mut json))?;
    String::from_utf8(json).map_err(io::Error::other)
}

fn members<S: Serializer>(members: &Members, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(members.iter().map(|(name, value)| (name, ValueView::of(value))))
}

/// A member before or after a change.
#[derive(JsonSchema, Serialize)]
#[schemars(inline)]
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
