//! `/movies/{id}/cast`, `/movies/{id}/billing` and `/actors/{id}/filmography`.

mod body;
mod views;

use actix_web::{HttpResponse, http::StatusCode, web::Data};
use ensemble_domain::{ActorId, CastMember, GetActors, GetMovies, MovieId, PatchMovies, Warned};

pub use self::body::{BillingBody, CastingBody, NewCastingBody};
pub use self::views::{CastMemberView, CastingView, CreditView};
use crate::{
    App,
    conditional::{IfMatch, IfNoneMatch},
    export,
    format::Format,
    input::{CastingPath, Id},
    json::Json,
    paths,
    permitted::Permitted,
    problem::Problem,
    query::CastQuery,
    view::{self, Deletion, Named},
};

/// `GET /movies/{id}/cast`.
pub async fn cast(
    app: Data<App>,
    call: Permitted<GetMovies, (CastQuery, Id<MovieId>)>,
) -> Result<HttpResponse, Problem> {
    cast_under("cast", &app, call).await
}

/// `GET /movies/{id}/actors`, which is the same under the name that some clients look for.
pub async fn actors(
    app: Data<App>,
    call: Permitted<GetMovies, (CastQuery, Id<MovieId>)>,
) -> Result<HttpResponse, Problem> {
    cast_under("actors", &app, call).await
}

async fn cast_under(
    name: &'static str,
    app: &App,
    call: Permitted<GetMovies, (CastQuery, Id<MovieId>)>,
) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: (CastQuery { statuses, format }, Id(movie)) } = call;
    let castings = app.castings.clone();
    let cast = app.blocking.run(move || castings.cast(&permit, movie, statuses.as_deref())).await?;
    match format {
        Format::Json => view::varying(render_cast(name, app, &cast)),
        Format::Csv { .. } => export::whole("cast", &cast, app.today()),
    }
}

fn render_cast(name: &'static str, app: &App, cast: &[CastMember]) -> Result<HttpResponse, Problem> {
    let today = app.today();
    let value = cast.iter().map(|member| CastMemberView::of(member, today)).collect::<Vec<_>>();
    view::private(HttpResponse::Ok(), &Named { name, value: &value })
}

/// `POST /movies/{id}/cast`.
pub async fn create(
    app: Data<App>,
    call: Permitted<PatchMovies, (Json<NewCastingBody>, Id<MovieId>)>,
) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: (body, Id(movie)) } = call;
    let new = body.parse()?;
    let castings = app.castings.clone();
    let Warned { value, warnings } = app.blocking.run_write(move || castings.create(&permit, movie, &new)).await?;
    view::outcome(&value, |casting| {
        let view = CastingView::of(casting);
        let location = paths::casting(casting.movie, casting.id);
        view::created(location, view.tag(), &view.named().with_warnings(warnings))
    })
}

/// `GET /movies/{id}/cast/{casting_id}`.
pub async fn get(
    app: Data<App>,
    call: Permitted<GetMovies, (CastingPath, IfNoneMatch)>,
) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: (CastingPath { movie, id }, known) } = call;
    let castings = app.castings.clone();
    let member = app.blocking.run(move || castings.get(&permit, movie, id)).await?;
    let view = CastMemberView::of(&member, app.today());
    view::resource_unless(&known, view.tag(), &view.named())
}

/// `PATCH /movies/{id}/cast/{casting_id}`.
pub async fn change(
    app: Data<App>,
    call: Permitted<PatchMovies, (Json<CastingBody>, CastingPath, IfMatch<2>)>,
) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: (body, CastingPath { movie, id }, IfMatch(precondition)) } = call;
    let changes = body.parse_changes()?;
    let castings = app.castings.clone();
    let change = move || castings.change(&permit, movie, id, &precondition, &changes);
    let Warned { value, warnings } = app.blocking.run_write(change).await?;
    let view = CastingView::of(&value);
    view::resource(StatusCode::OK, view.tag(), &view.named().with_warnings(warnings))
}

/// `DELETE /movies/{id}/cast/{casting_id}`. The answer has the tag of what was there.
pub async fn delete(
    app: Data<App>,
    call: Permitted<PatchMovies, (CastingPath, IfMatch<2>)>,
) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: (CastingPath { movie, id }, IfMatch(precondition)) } = call;
    let castings = app.castings.clone();
    let casting = app.blocking.run_write(move || castings.delete(&permit, movie, id, &precondition)).await?;
    view::resource(StatusCode::OK, CastingView::of(&casting).tag(), &Deletion::of(id.get()))
}

/// `PUT /movies/{id}/billing`.
pub async fn bill(
    app: Data<App>,
    call: Permitted<PatchMovies, (Json<BillingBody>, Id<MovieId>)>,
) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: (body, Id(movie)) } = call;
    let order = body.parse()?;
    let castings = app.castings.clone();
    let cast = app.blocking.run_write(move || castings.bill(&permit, movie, &order)).await?;
    render_cast("cast", &app, &cast)
}

/// `GET /actors/{id}/filmography`.
pub async fn filmography(
    app: Data<App>,
    call: Permitted<GetActors, (CastQuery, Id<ActorId>)>,
) -> Result<HttpResponse, Problem> {
    filmography_under("filmography", &app, call).await
}

/// `GET /actors/{id}/movies`, which is the same under the name that some clients look for.
pub async fn movies(
    app: Data<App>,
    call: Permitted<GetActors, (CastQuery, Id<ActorId>)>,
) -> Result<HttpResponse, Problem> {
    filmography_under("movies", &app, call).await
}

async fn filmography_under(
    name: &'static str,
    app: &App,
    call: Permitted<GetActors, (CastQuery, Id<ActorId>)>,
) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: (CastQuery { statuses, format }, Id(actor)) } = call;
    let castings = app.castings.clone();
    let credits = app.blocking.run(move || castings.filmography(&permit, actor, statuses.as_deref())).await?;
    match format {
        Format::Json => {
            let value = credits.iter().map(CreditView::of).collect::<Vec<_>>();
            view::varying(view::private(HttpResponse::Ok(), &Named { name, value: &value }))
        }
        Format::Csv { .. } => export::whole("filmography", &credits, app.today()),
    }
}
