//! `/movies`.

mod list;

use std::collections::BTreeSet;

use actix_web::{
    HttpResponse,
    http::{Method, StatusCode},
    web::Data,
};
use chrono::{DateTime, NaiveDate, Utc};
use ensemble_domain::{
    ActorId, DeleteMovies, Fault, FaultCode, FieldFaults, GetMovies, InvalidFields, Movie, MovieChanges, MovieId,
    NewMovie, PatchMovies, PostMovies, ReleaseDate, ShootWindow, Title, Version, Warned,
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

pub use self::list::list;
use crate::{
    App,
    conditional::{EntityTag, IfMatch, IfNoneMatch},
    input::Id,
    json::{Body, Json},
    members::{day, ids, text},
    openapi::{
        scalar,
        schema::{changes, nullable, object, with},
    },
    paths,
    permitted::Permitted,
    problem::Problem,
    view::{self, Deletion, Named},
};

/// `POST /movies`.
pub async fn create(app: Data<App>, call: Permitted<PostMovies, Json<MovieBody>>) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: body } = call;
    let new = body.parse()?;
    let movies = app.movies.clone();
    let Warned { value, warnings } = app.blocking.run_write(move || movies.create(&permit, &new)).await?;
    view::outcome(&value, |movie| {
        let view = MovieView::of(movie);
        view::created(paths::movie(movie.id), view.tag(), &view.named().with_warnings(warnings))
    })
}

/// `GET /movies/{id}`.
pub async fn get(
    app: Data<App>,
    call: Permitted<GetMovies, (Id<MovieId>, IfNoneMatch)>,
) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: (Id(id), known) } = call;
    let movies = app.movies.clone();
    let movie = app.blocking.run(move || movies.get(&permit, id)).await?;
    let view = MovieView::of(&movie);
    view::resource_unless(&known, view.tag(), &view.named())
}

/// `PATCH /movies/{id}`.
pub async fn change(
    app: Data<App>,
    call: Permitted<PatchMovies, (Json<MovieBody>, Id<MovieId>, IfMatch)>,
) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: (body, Id(id), IfMatch(precondition)) } = call;
    let changes = body.parse_changes()?;
    let movies = app.movies.clone();
    let Warned { value, warnings } =
        app.blocking.run_write(move || movies.change(&permit, id, &precondition, &changes)).await?;
    let view = MovieView::of(&value);
    view::resource(StatusCode::OK, view.tag(), &view.named().with_warnings(warnings))
}

/// `DELETE /movies/{id}`.
pub async fn delete(
    app: Data<App>,
    call: Permitted<DeleteMovies, (Id<MovieId>, IfMatch)>,
) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: (Id(id), IfMatch(precondition)) } = call;
    let movies = app.movies.clone();
    let movie = app.blocking.run_write(move || movies.delete(&permit, id, &precondition)).await?;
    view::resource(StatusCode::OK, MovieView::of(&movie).tag(), &Deletion::of(id.get()))
}

/// `POST /movies/{id}/restore`.
pub async fn restore(app: Data<App>, call: Permitted<DeleteMovies, Id<MovieId>>) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: Id(id) } = call;
    let movies = app.movies.clone();
    let outcome = app.blocking.run_write(move || movies.restore(&permit, id)).await?;
    view::outcome(&outcome, render)
}

fn render(movie: &Movie) -> Result<HttpResponse, Problem> {
    let view = MovieView::of(movie);
    view::resource(StatusCode::OK, view.tag(), &view.named())
}

/// What a client may set of a movie.
pub enum MovieBody {}

impl Body for MovieBody {
    const MEMBERS: &'static [&'static str] = &["title", "release_date", "shoot_start", "shoot_end", "actor_ids"];

    fn schema(method: &Method) -> (&'static str, Value) {
        let optional_day = nullable(&scalar::day());
        let actors = with(scalar::ids(), json!({"maxItems": MAX_ACTORS}));
        let members = json!({
            "title": scalar::title(), "release_date": scalar::release_date(),
            "shoot_start": optional_day, "shoot_end": optional_day,
            "actor_ids": nullable(&actors),
        });
        if *method == Method::PATCH {
            ("MovieChanges", changes(&members))
        } else {
            ("NewMovie", object(&members, &["title", "release_date"]))
        }
    }
}

impl Json<MovieBody> {
    pub fn parse(mut self) -> Result<NewMovie, InvalidFields> {
        let mut faults = FieldFaults::default();
        let title = faults.keep("title", self.members.take("title").required(|value| Title::parse(text(value)?)));
        let release_date = self.members.take("release_date").required(|value| ReleaseDate::new(day(value)?));
        let release_date = faults.keep("release_date", release_date);
        let start = faults.keep("shoot_start", self.members.take("shoot_start").optional(day));
        let end = faults.keep("shoot_end", self.members.take("shoot_end").optional(day));
        let shoot = start.zip(end).and_then(|(start, end)| faults.keep_all(ShootWindow::between(start, end)));
        let actors = faults.keep("actor_ids", self.members.take("actor_ids").optional(actor_ids));
        let movie = title.zip(release_date).zip(shoot.zip(actors));
        faults.finish(movie.map(|((title, release_date), (shoot, actors))| {
            let actors = actors.unwrap_or_default();
            NewMovie { title, release_date, shoot, actors }
        }))
    }

    pub fn parse_changes(mut self) -> Result<MovieChanges, InvalidFields> {
        self.members.refuse_only_unknown()?;
        let mut faults = FieldFaults::default();
        let title = faults.keep("title", self.members.take("title").replacement(|value| Title::parse(text(value)?)));
        let release_date = self.members.take("release_date").replacement(|value| ReleaseDate::new(day(value)?));
        let release_date = faults.keep("release_date", release_date);
        let shoot_start = faults.keep("shoot_start", self.members.take("shoot_start").change(day));
        let shoot_end = faults.keep("shoot_end", self.members.take("shoot_end").change(day));
        let actors = faults.keep("actor_ids", self.members.take("actor_ids").optional(actor_ids));
        let changes = title.zip(release_date).zip(shoot_start.zip(shoot_end)).zip(actors);
        faults.finish(changes.map(|(((title, release_date), (shoot_start, shoot_end)), actors)| MovieChanges {
            title,
            release_date,
            shoot_start,
            shoot_end,
            actors,
        }))
    }
}

/// The most actors that one request books.
const MAX_ACTORS: usize = 500;

/// Who is booked; an id that is there twice counts once.
fn actor_ids(value: Value) -> Result<BTreeSet<ActorId>, Fault> {
    let actors: BTreeSet<_> = ids(value, ActorId::new)?.into_iter().collect();
    if actors.len() > MAX_ACTORS {
        return Err(Fault::new(FaultCode::Length, format!("must not name more than {MAX_ACTORS} actors")));
    }
    Ok(actors)
}

/// A movie as clients see it.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Movie", extend("examples" = [{
    "id": 2, "title": "Aihaga", "release_date": "2027-05-07", "shoot_start": null, "shoot_end": null, "version": 3,
    "created_at": "2026-03-14T09:26:53.589793Z", "updated_at": "2026-03-15T09:26:53.589793Z",
}]))]
pub struct MovieView<'a> {
    id: i64,
    title: &'a str,
    release_date: NaiveDate,
    shoot_start: Option<NaiveDate>,
    shoot_end: Option<NaiveDate>,
    #[serde(serialize_with = "view::version")]
    #[schemars(with = "i64")]
    version: Version,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "DateTime<Utc>")]
    deleted_at: Option<DateTime<Utc>>,
}

impl<'a> MovieView<'a> {
    pub fn of(movie: &'a Movie) -> Self {
        Self {
            id: movie.id.get(),
            title: movie.title.as_str(),
            release_date: movie.release_date.day(),
            shoot_start: movie.shoot.map(ShootWindow::start),
            shoot_end: movie.shoot.map(ShootWindow::end),
            version: movie.version,
            created_at: movie.created_at,
            updated_at: movie.updated_at,
            deleted_at: movie.deleted_at,
        }
    }

    const fn tag(&self) -> EntityTag {
        EntityTag::of(self.version)
    }

    const fn named(&self) -> Named<'_, Self> {
        Named { name: "movie", value: self }
    }
}
