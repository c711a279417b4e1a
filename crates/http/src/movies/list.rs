//! `GET /movies`.

use actix_web::{HttpResponse, web::Data};
use chrono::NaiveDate;
use ensemble_domain::{ActorId, DayRange, Folded, GetMovies, MovieFilter, MovieSort, Search, Title, parse_day};

use super::MovieView;
use crate::{
    App,
    export::{self, Export},
    lists::{DELETED, ListInput, Listed, PAGE, Wanted, sort_schema},
    openapi::scalar,
    paging,
    permitted::Permitted,
    problem::Problem,
    query::{CURSOR, FORMAT, LIMIT, Parameter, Parameters, id, refused},
};

/// `GET /movies`.
pub async fn list(app: Data<App>, call: Permitted<GetMovies, ListInput<MovieFilter>>) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input } = call;
    let (query, wanted) = input.made_by(permit.caller())?;
    let movies = app.movies.clone();
    match wanted {
        Wanted::Page(part) => {
            let read = move || Ok((movies.list(&permit, &query, &part.page)?, query, part));
            let (page, query, part) = app.blocking.run(read).await?;
            paging::page(&part, "movies", &page, |last| query.position(last), MovieView::of)
        }
        Wanted::Csv(csv) => {
            let export = Export { name: "movies", csv, today: app.today() };
            export::stream(&app.blocking, export, move |after| {
                let movies = movies.batch(&permit, &query, after, export::BATCH)?;
                let next = export::next(&movies, |movie| query.position(movie));
                Ok((movies, next))
            })
            .await
        }
    }
}

impl Listed for MovieFilter {
    const PATH: &'static str = "/movies";
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::new(
            "q",
            "Movies whose title has each of these words in it, whatever the case and the accents",
            scalar::search,
        ),
        Parameter::new("title", "Movies of exactly this title, whatever the case and the accents", scalar::title),
        Parameter::new("released_after", "Movies released on this day or after", scalar::day),
        Parameter::new("released_before", "Movies released on this day or before", scalar::day),
        Parameter::new("actor_id", "Movies with a casting of this actor", scalar::id),
        DELETED,
        Parameter::new("sort", "The order; `-` before a field for descending", sort_schema::<Self>),
        PAGE,
        LIMIT,
        CURSOR,
        FORMAT,
    ];

    const FIELDS: &'static [(&'static str, MovieSort)] = &[
        ("id", MovieSort::Id),
        ("title", MovieSort::Title),
        ("release_date", MovieSort::ReleaseDate),
        ("created_at", MovieSort::CreatedAt),
    ];

    fn parse(given: &Parameters<'_>, _today: NaiveDate) -> Result<Self, Problem> {
        Ok(Self {
            search: given.single("q", Search::parse)?,
            title: given.single("title", |text| Ok(Folded::of(Title::parse(text)?.as_str())))?,
            released: released(given)?,
            actor: given.single("actor_id", |text| id(text, ActorId::new))?,
        })
    }
}

/// Both days are included.
fn released(given: &Parameters<'_>) -> Result<DayRange, Problem> {
    let (from, to) = (given.single("released_after", parse_day)?, given.single("released_before", parse_day)?);
    DayRange::new(from, to).map_err(|fault| refused("released_before", fault))
}
