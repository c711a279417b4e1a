//! `GET /actors`.

use std::collections::BTreeSet;

use actix_web::{HttpResponse, web::Data};
use chrono::NaiveDate;
use ensemble_domain::{
    Actor, ActorFilter, ActorName, ActorQuery, ActorSort, Born, DayRange, Fault, FaultCode, Folded, Gender, GetActors,
    MovieId, Page, Search, ShootWindow, parse_day,
};

use super::ActorView;
use crate::{
    App,
    export::{self, Export},
    lists::{DELETED, ListInput, Listed, PAGE, Part, Wanted, sort_schema},
    openapi::scalar,
    paging,
    permitted::Permitted,
    problem::Problem,
    query::{CURSOR, FORMAT, LIMIT, Parameter, Parameters, age, id, refused},
};

/// `GET /actors`.
pub async fn list(app: Data<App>, call: Permitted<GetActors, ListInput<ActorFilter>>) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input } = call;
    let (query, wanted) = input.made_by(permit.caller())?;
    let (actors, today) = (app.actors.clone(), app.today());
    match wanted {
        Wanted::Page(part) => {
            let read = move || Ok((actors.list(&permit, &query, &part.page)?, query, part));
            let (page, query, part) = app.blocking.run(read).await?;
            render_page(&page, &query, &part, today)
        }
        Wanted::Csv(csv) => {
            let export = Export { name: "actors", csv, today };
            export::stream(&app.blocking, export, move |after| {
                let actors = actors.batch(&permit, &query, after, export::BATCH)?;
                let next = export::next(&actors, |actor| query.position(actor));
                Ok((actors, next))
            })
            .await
        }
    }
}

/// One page of actors, as they are seen on one day.
pub fn render_page(
    page: &Page<Actor>,
    query: &ActorQuery,
    part: &Part,
    today: NaiveDate,
) -> Result<HttpResponse, Problem> {
    paging::page(part, "actors", page, |last| query.position(last), |actor| ActorView::of(actor, today))
}

impl Listed for ActorFilter {
    const PATH: &'static str = "/actors";
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::new(
            "q",
            "Actors whose name has each of these words in it, whatever the case and the accents",
            scalar::search,
        ),
        Parameter::new("name", "Actors of exactly this name, whatever the case and the accents", scalar::actor_name),
        Parameter::new("gender", "Actors of this gender; `F`, `m` and the like are understood", scalar::gender),
        Parameter::new("age_min", "Actors of at least this age", scalar::age_parameter),
        Parameter::new("age_max", "Actors of at most this age", scalar::age_parameter),
        Parameter::new("movie_id", "Actors with a casting of this movie", scalar::id),
        Parameter::new(
            "available_from",
            "Actors not booked on a shoot from this day on, with `available_to`",
            scalar::day,
        ),
        Parameter::new("available_to", "The last day of `available_from`", scalar::day),
        DELETED,
        Parameter::new("sort", "The order; `-` before a field for descending", sort_schema::<Self>),
        PAGE,
        LIMIT,
        CURSOR,
        FORMAT,
    ];

    const FIELDS: &'static [(&'static str, ActorSort)] = &[
        ("id", ActorSort::Id),
        ("name", ActorSort::Name),
        ("age", ActorSort::Age),
        ("created_at", ActorSort::CreatedAt),
    ];

    fn parse(given: &Parameters<'_>, today: NaiveDate) -> Result<Self, Problem> {
        Ok(Self {
            search: given.single("q", Search::parse)?,
            name: given.single("name", |text| Ok(Folded::of(ActorName::parse(text)?.as_str())))?,
            gender: given.single("gender", |text| Gender::parse(text))?,
            born: born(given, today)?,
            movie: given.single("movie_id", |text| id(text, MovieId::new))?,
            available: available(given)?,
            without: BTreeSet::new(),
        })
    }
}

fn born(given: &Parameters<'_>, today: NaiveDate) -> Result<DayRange, Problem> {
    let (lowest, highest) = (given.single("age_min", age)?, given.single("age_max", age)?);
    Born::days_of_ages(lowest, highest, today).map_err(|fault| refused("age_max", fault))
}

fn available(given: &Parameters<'_>) -> Result<Option<ShootWindow>, Problem> {
    let (from, to) = (given.single("available_from", parse_day)?, given.single("available_to", parse_day)?);
    let alone = |name, other| {
        let detail = format!("must be given together with {other}");
        Err(refused(name, Fault::new(FaultCode::Required, detail)))
    };
    match (from, to) {
        (Some(_), None) => alone("available_to", "available_from"),
        (None, Some(_)) => alone("available_from", "available_to"),
        _ => {
            DayRange::new(from, to).map_err(|fault| refused("available_to", fault))?;
            Ok(ShootWindow::between(from, to)?)
        }
    }
}
