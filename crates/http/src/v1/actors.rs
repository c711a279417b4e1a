//! `/api/v1/actors`.

use actix_web::{HttpResponse, web::Data};
use ensemble_domain::{
    ActorFilter, ActorId, ActorQuery, Addition, DeleteActors, GetActors, Limit, PatchActors, Permit, PostActors, Sort,
};

use super::{
    answer::Answer,
    body::{SearchBody, WrappedActor, refused},
    bookings,
    paging::PageQuery,
    views::ActorView,
};
use crate::{
    App,
    actors::ActorBody,
    conditional::{IfMatch, IfNoneMatch},
    input::Id,
    json::Json,
    permitted::Permitted,
    problem::Problem,
    view,
};

/// How many actors a page has.
const PAGE: Limit = Limit::of::<6>();

/// `GET /api/v1/actors`.
pub async fn list(app: Data<App>, call: Permitted<GetActors, PageQuery>) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: wanted } = call;
    page(&app, permit, ActorFilter::default(), wanted).await
}

/// `POST /api/v1/actors/search`.
pub async fn search(
    app: Data<App>,
    call: Permitted<GetActors, (PageQuery, Json<SearchBody>)>,
) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: (wanted, body) } = call;
    page(&app, permit, body.parse()?, wanted).await
}

async fn page(
    app: &App,
    permit: Permit<GetActors>,
    filter: ActorFilter,
    wanted: PageQuery,
) -> Result<HttpResponse, Problem> {
    let query = ActorQuery::new(filter, Sort::default());
    let actors = app.actors.clone();
    let page = app.blocking.run(move || actors.list(&permit, &query, &wanted.of(PAGE))).await?;
    let today = app.today();
    wanted.render(PAGE, "actors", &page, |actor| ActorView::of(actor, today))
}

/// `POST /api/v1/actors`. Somebody new is booked for nothing.
pub async fn create(app: Data<App>, call: Permitted<PostActors, Json<WrappedActor>>) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: body } = call;
    let new = body.new_one()?.parse(app.today()).map_err(refused::<ActorBody>)?;
    let outcome = app.add_actor(Addition { permit, new }).await?;
    view::outcome(&outcome, |actor| {
        let view = ActorView::of(actor, app.today()).booked_for(Some(&[]));
        let location = format!("/api/v1/actors/{}", actor.id);
        Answer::of("actor", actor.version, view)?.created(location, "Actor created Successfully")
    })
}

/// `GET /api/v1/actors/{id}`.
pub async fn get(
    app: Data<App>,
    call: Permitted<GetActors, (Id<ActorId>, IfNoneMatch)>,
) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: (Id(id), known) } = call;
    let (actors, castings) = (app.actors.clone(), app.castings.clone());
    let read = move || Ok((actors.get(&permit, id)?, bookings::of_actor(&castings, &permit, id)?));
    let (actor, credits) = app.blocking.run(read).await?;
    let view = ActorView::of(&actor, app.today()).booked_for(Some(&credits));
    Answer::of("actor", actor.version, view)?.seen(&known)
}

/// `PATCH /api/v1/actors/{id}`.
pub async fn change(
    app: Data<App>,
    call: Permitted<PatchActors, (Json<WrappedActor>, Id<ActorId>, IfMatch<1>)>,
) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: (body, Id(id), IfMatch(precondition)) } = call;
    let changes = body.changes()?.parse_changes(app.today()).map_err(refused::<ActorBody>)?;
    let (actors, castings) = (app.actors.clone(), app.castings.clone());
    let change = move || {
        let actor = actors.change(&permit, id, &precondition, &changes)?;
        Ok((actor, bookings::of_written_actor(&castings, permit.caller(), id)))
    };
    let (actor, credits) = app.blocking.run_write(change).await.map_err(refused::<ActorBody>)?;
    let view = ActorView::of(&actor, app.today()).booked_for(credits.as_deref());
    Answer::of("actor", actor.version, view)?.changed("Actor updated Successfully")
}

/// `DELETE /api/v1/actors/{id}`.
pub async fn delete(
    app: Data<App>,
    call: Permitted<DeleteActors, (Id<ActorId>, IfMatch<1>)>,
) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: (Id(id), IfMatch(precondition)) } = call;
    let actors = app.actors.clone();
    let actor = app.blocking.run_write(move || actors.delete(&permit, id, &precondition)).await?;
    let view = ActorView::of(&actor, app.today());
    Answer::of("actor", actor.version, view)?.deleted(id.get(), "Actor deleted Successfully")
}
