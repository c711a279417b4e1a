//! `/actors`.

pub mod list;

use actix_web::{
    HttpResponse,
    http::{Method, StatusCode},
    web::Data,
};
use chrono::{DateTime, NaiveDate, Utc};
use ensemble_domain::{
    Actor, ActorChanges, ActorId, ActorName, Addition, Age, Amendment, BirthDate, Born, BornChange, DeleteActors,
    FieldFaults, Gender, GetActors, InvalidFields, NewActor, PatchActors, PostActors, Version,
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
    members::{Member, day, text, whole_number_or_digits},
    openapi::{
        scalar,
        schema::{changes, nullable, object, with},
    },
    paths,
    permitted::Permitted,
    problem::Problem,
    view::{self, Deletion, Named},
};

/// `POST /actors`.
pub async fn create(app: Data<App>, call: Permitted<PostActors, Json<ActorBody>>) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: body } = call;
    let new = body.parse(app.today())?;
    let outcome = app.add_actor(Addition { permit, new }).await?;
    view::outcome(&outcome, |actor| {
        let view = ActorView::of(actor, app.today());
        view::created(paths::actor(actor.id), view.tag(), &view.named())
    })
}

/// `GET /actors/{id}`.
pub async fn get(
    app: Data<App>,
    call: Permitted<GetActors, (Id<ActorId>, IfNoneMatch)>,
) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: (Id(id), known) } = call;
    let actors = app.actors.clone();
    let actor = app.blocking.run(move || actors.get(&permit, id)).await?;
    let view = ActorView::of(&actor, app.today());
    view::resource_unless(&known, view.tag(), &view.named())
}

/// One actor, as it is seen on one day.
pub fn render(actor: &Actor, today: NaiveDate) -> Result<HttpResponse, Problem> {
    let view = ActorView::of(actor, today);
    view::resource(StatusCode::OK, view.tag(), &view.named())
}

/// `PATCH /actors/{id}`.
pub async fn change(
    app: Data<App>,
    call: Permitted<PatchActors, (Json<ActorBody>, Id<ActorId>, IfMatch<1>)>,
) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: (body, Id(id), IfMatch(precondition)) } = call;
    let changes = body.parse_changes(app.today())?;
    let amendment = Amendment { permit, id, precondition, changes };
    let actor = app.blocking.run_together(&app.amendments, amendment).await?;
    render(&actor, app.today())
}

/// `DELETE /actors/{id}`.
pub async fn delete(
    app: Data<App>,
    call: Permitted<DeleteActors, (Id<ActorId>, IfMatch<1>)>,
) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: (Id(id), IfMatch(precondition)) } = call;
    let actors = app.actors.clone();
    let actor = app.blocking.run_write(move || actors.delete(&permit, id, &precondition)).await?;
    view::resource(StatusCode::OK, ActorView::of(&actor, app.today()).tag(), &Deletion::of(id.get()))
}

/// `POST /actors/{id}/restore`.
pub async fn restore(app: Data<App>, call: Permitted<DeleteActors, Id<ActorId>>) -> Result<HttpResponse, Problem> {
    let Permitted { permit, input: Id(id) } = call;
    let actors = app.actors.clone();
    let outcome = app.blocking.run_write(move || actors.restore(&permit, id)).await?;
    view::outcome(&outcome, |actor| render(actor, app.today()))
}

/// What a client may set of an actor.
pub enum ActorBody {}

impl Body for ActorBody {
    const MEMBERS: &'static [&'static str] = &["name", "age", "birth_date", "gender"];

    fn schema(method: &Method) -> (&'static str, Value) {
        let optional = |schema: Value| nullable(&schema);
        let members = json!({
            "name": scalar::actor_name(), "gender": scalar::gender(),
            "age": optional(scalar::age()), "birth_date": optional(scalar::birth_date()),
        });
        if *method == Method::PATCH {
            return ("ActorChanges", changes(&members));
        }
        let either = json!({
            "if": {"properties": {"age": {"type": "null"}}},
            "then": {"required": ["birth_date"], "properties": {"birth_date": {"type": "string"}}},
        });
        ("NewActor", with(object(&members, &["name", "gender"]), either))
    }
}

impl Json<ActorBody> {
    pub fn parse(mut self, today: NaiveDate) -> Result<NewActor, InvalidFields> {
        let mut faults = FieldFaults::default();
        let name = faults.keep("name", self.members.take("name").required(|value| ActorName::parse(text(value)?)));
        let age = faults.keep("age", self.members.take("age").optional(age));
        let birth_date = self.members.take("birth_date").optional(|value| BirthDate::new(day(value)?, today));
        let birth_date = faults.keep("birth_date", birth_date);
        let gender = faults.keep("gender", self.members.take("gender").required(|value| Gender::parse(text(value)?)));
        let born = age.zip(birth_date);
        let born = born.and_then(|(age, birth_date)| faults.keep("age", Born::given(age, birth_date, today)));
        faults.finish(name.zip(gender).zip(born).map(|((name, gender), born)| NewActor { name, gender, born }))
    }

    pub fn parse_changes(mut self, today: NaiveDate) -> Result<ActorChanges, InvalidFields> {
        self.members.refuse_only_unknown()?;
        let mut faults = FieldFaults::default();
        let name = faults.keep("name", self.members.take("name").replacement(|value| ActorName::parse(text(value)?)));
        let gender =
            faults.keep("gender", self.members.take("gender").replacement(|value| Gender::parse(text(value)?)));
        let (given_age, given_date) = (self.members.take("age"), self.members.take("birth_date"));
        // `age: null` beside a birth date says nothing more than that the age follows from it.
        let given_age = if given_age.is_null() && given_date.is_value() { Member::ABSENT } else { given_age };
        let age = faults.keep("age", given_age.replacement(age));
        let birth_date = given_date.change(|value| BirthDate::new(day(value)?, today));
        let birth_date = faults.keep("birth_date", birth_date);
        let born = age.zip(birth_date);
        let born = born.and_then(|(age, birth_date)| faults.keep("age", BornChange::given(age, birth_date, today)));
        faults.finish(name.zip(gender).zip(born).map(|((name, gender), born)| ActorChanges { name, gender, born }))
    }
}

fn age(value: Value) -> Result<Age, ensemble_domain::Fault> {
    Age::new(whole_number_or_digits(value)?)
}

/// An actor as clients see it on one day.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Actor", extend("examples" = [{
    "id": 7, "name": "Nada Haddad", "age": 20, "birth_date": null, "gender": "female", "version": 1,
    "created_at": "2026-03-14T09:26:53.589793Z", "updated_at": "2026-03-14T09:26:53.589793Z",
}]))]
pub struct ActorView<'a> {
    id: i64,
    name: &'a str,
    age: u32,
    birth_date: Option<NaiveDate>,
    gender: &'a str,
    #[serde(serialize_with = "view::version")]
    #[schemars(with = "i64")]
    version: Version,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "DateTime<Utc>")]
    deleted_at: Option<DateTime<Utc>>,
}

impl<'a> ActorView<'a> {
    pub fn of(actor: &'a Actor, today: NaiveDate) -> Self {
        Self {
            id: actor.id.get(),
            name: actor.name.as_str(),
            age: actor.born.age(today),
            birth_date: actor.born.birth_date(),
            gender: actor.gender.as_str(),
            version: actor.version,
            created_at: actor.created_at,
            updated_at: actor.updated_at,
            deleted_at: actor.deleted_at,
        }
    }

    pub const fn tag(&self) -> EntityTag {
        EntityTag { age: Some(self.age), ..EntityTag::of(self.version) }
    }

    const fn named(&self) -> Named<'_, Self> {
        Named { name: "actor", value: self }
    }
}
