//! `/api/v1/movies`.

use actix_web::{HttpResponse, web::Data};
use ensemble_domain::{DeleteMovies, GetMovies, Limit, MovieId, MovieQuery, PatchMovies, PostMovies, Warned};

use super::{
    answer::Answer,
    body::{WrappedMovie, refused},
    bookings,
    paging::PageQuery,
    views::{BookedActor, MovieView},
};
use crate::{
    App,
    conditional::{IfMatch, IfNoneMatch},
    input::Id,
    json::Json,
    movies::MovieBody,
    permitted::Permitted,
    problem::Problem,
    view,
};

/// How many movies a page has.
const PAGE: Limit = Limit::of::<10>();
/// How many actors a page of those of one movie has.
const PAGE_OF_ACTORS: Limit = Limit::of::<5>();

/// `GET /api/v1/movies`.
pub async fn list(app: Data<App>, call: Permitted<GetMovies, PageQuery>) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: wanted } = call;
    let movies = app.movies.clone();
    let read = move || movies.list(&permit, &MovieQuery::default(), &wanted.of(PAGE));
    wanted.render(PAGE, "movies", &app.blocking.run(read).await?, MovieView::of)
}

/// `GET /api/v1/movies/{id}/actors`.
pub async fn actors(
    app: Data<App>,
    call: Permitted<GetMovies, (PageQuery, Id<MovieId>)>,
) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: (wanted, Id(id)) } = call;
    let castings = app.castings.clone();
    let cast = app.blocking.run(move || bookings::of_movie(&castings, &permit, id)).await?;
    let actors = bookings::each_once(&cast, |member| member.actor.id);
    let page = wanted.cut(PAGE_OF_ACTORS, actors);
    wanted.render(PAGE_OF_ACTORS, "actors", &page, |member| BookedActor::of(member))
}

/// `POST /api/v1/movies`.
pub async fn create(app: Data<App>, call: Permitted<PostMovies, Json<WrappedMovie>>) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: body } = call;
    let new = body.new_one()?.parse().map_err(refused::<MovieBody>)?;
    let (movies, castings) = (app.movies.clone(), app.castings.clone());
    let create = move || {
        let Warned { value, .. } = movies.create(&permit, &new)?;
        let cast = bookings::of_new_movie(&castings, permit.caller(), value.get().id, &new.actors);
        Ok((value, cast))
    };
    let (outcome, cast) = app.blocking.run_write(create).await.map_err(refused::<MovieBody>)?;
    view::outcome(&outcome, |movie| {
        let view = MovieView::of(movie).booking(cast.as_deref());
        let location = format!("/api/v1/movies/{}", movie.id);
        Answer::of("movie", movie.version, view)?.created(location, "Movie created Successfully")
    })
}

/// `GET /api/v1/movies/{id}`.
pub async fn get(
    app: Data<App>,
    call: Permitted<GetMovies, (Id<MovieId>, IfNoneMatch)>,
) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: (Id(id), known) } = call;
    let (movies, castings) = (app.movies.clone(), app.castings.clone());
    let read = move || Ok((movies.get(&permit, id)?, bookings::of_movie(&castings, &permit, id)?));
    let (movie, cast) = app.blocking.run(read).await?;
    Answer::of("movie", movie.version, MovieView::of(&movie).booking(Some(&cast)))?.seen(&known)
}

/// `PATCH /api/v1/movies/{id}`.
pub async fn change(
    app: Data<App>,
    call: Permitted<PatchMovies, (Json<WrappedMovie>, Id<MovieId>, IfMatch<1>)>,
) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: (body, Id(id), IfMatch(precondition)) } = call;
    let changes = body.changes()?.parse_changes().map_err(refused::<MovieBody>)?;
    let (movies, castings) = (app.movies.clone(), app.castings.clone());
    let change = move || {
        let Warned { value, .. } = movies.change(&permit, id, &precondition, &changes)?;
        Ok((value, bookings::of_written_movie(&castings, permit.caller(), id)))
    };
    let (movie, cast) = app.blocking.run_write(change).await.map_err(refused::<MovieBody>)?;
    let view = MovieView::of(&movie).booking(cast.as_deref());
    Answer::of("movie", movie.version, view)?.changed("Movie updated Successfully")
}

/// `DELETE /api/v1/movies/{id}`.
pub async fn delete(
    app: Data<App>,
    call: Permitted<DeleteMovies, (Id<MovieId>, IfMatch<1>)>,
) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: (Id(id), IfMatch(precondition)) } = call;
    let movies = app.movies.clone();
    let movie = app.blocking.run_write(move || movies.delete(&permit, id, &precondition)).await?;
    Answer::of("movie", movie.version, MovieView::of(&movie))?.deleted(id.get(), "Movie deleted Successfully")
}
