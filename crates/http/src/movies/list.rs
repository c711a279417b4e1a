//! `GET /movies`.

use actix_web::{HttpResponse, web::Data};
use chrono::NaiveDate;
use ensemble_domain::{
    ActorId, DayRange, DeleteMovies, Deleted, Folded, GetMovies, MovieFilter, MovieQuery, MovieSort, Permit, Position,
    Search, SortKey, Title, parse_day,
};

use super::MovieView;
use crate::{
    App,
    export::{self, Export},
    lists::{ListInput, ListQuery, Wanted, sort},
    paging,
    permitted::Permitted,
    problem::Problem,
    query::{Parameters, id, refused},
};

/// `GET /movies`.
pub async fn list(app: Data<App>, call: Permitted<GetMovies, ListInput<MovieQuery>>) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input } = call;
    let (query, wanted) = input.made_by(permit.caller())?;
    let movies = app.movies.clone();
    match wanted {
        Wanted::Page(part) => {
            let read = move || Ok((movies.list(&permit, &query, &part.page)?, query, part));
            let (page, query, part) = app.blocking.run(read).await?;
            paging::page(&part, "movies", &page, |last| query.position(last), MovieView::of)
        }
        Wanted::Csv(extent) => {
            let request_id = permit.caller().request_id().clone();
            let export = Export { name: "movies", extent, today: app.today(), request_id };
            export::stream(&app.blocking, export, move |after| {
                let movies = movies.batch(&permit, &query, after, export::BATCH)?;
                let next = export::next(&movies, |movie| query.position(movie));
                Ok((movies, next))
            })
            .await
        }
    }
}

impl ListQuery for MovieQuery {
    type Deleter = DeleteMovies;
    const PATH: &'static str = "/movies";
    const PARAMETERS: &'static [&'static str] = &[
        "q",
        "title",
        "released_after",
        "released_before",
        "actor_id",
        "deleted",
        "sort",
        "page",
        "limit",
        "cursor",
        "format",
    ];

    fn parse(given: &Parameters<'_>, _today: NaiveDate) -> Result<Self, Problem> {
        let mut query = Self::default();
        query.filter = MovieFilter {
            search: given.single("q", Search::parse)?,
            title: given.single("title", |text| Ok(Folded::of(Title::parse(text)?.as_str())))?,
            released: released(given)?,
            actor: given.single("actor_id", |text| id(text, ActorId::new))?,
        };
        query.sort = sort(
            given,
            &[
                ("id", MovieSort::Id),
                ("title", MovieSort::Title),
                ("release_date", MovieSort::ReleaseDate),
                ("created_at", MovieSort::CreatedAt),
            ],
        )?;
        Ok(query)
    }

    fn showing(self, permit: &Permit<DeleteMovies>, deleted: Deleted) -> Self {
        self.showing_deleted(permit, deleted)
    }

    fn has(&self, position: &Position) -> bool {
        matches!(
            (self.sort.by, &position.key),
            (MovieSort::Id, SortKey::Id)
                | (MovieSort::Title, SortKey::Text(_))
                | (MovieSort::ReleaseDate, SortKey::Day(_))
                | (MovieSort::CreatedAt, SortKey::Instant(_))
        )
    }
}

/// Both days are included.
fn released(given: &Parameters<'_>) -> Result<DayRange, Problem> {
    let (from, to) = (given.single("released_after", parse_day)?, given.single("released_before", parse_day)?);
    DayRange::new(from, to).map_err(|fault| refused("released_before", fault))
}
