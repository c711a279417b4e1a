//! Bodies in which the resource stands under its name, and the body of a search.

use std::marker::PhantomData;

use actix_web::http::Method;
use ensemble_domain::{ActorFilter, ActorId, Fault, FieldFaults, InvalidFields, Search};
use serde_json::{Map, Value, json};

use crate::{
    actors::ActorBody,
    json::{Body, Json},
    members::{Members, ids, object, text},
    movies::MovieBody,
    openapi::{scalar, schema},
    problem::Problem,
};

/// A body of the root, in parts: some of its members stand in an object, others beside that.
pub trait Wrapped: Body {
    /// The name of the object.
    const NAME: &'static str;
    /// The members that stand in it.
    const INSIDE: &'static [&'static str];
    /// The object, and the members that stand beside it.
    const OUTSIDE: &'static [&'static str];
    /// What the document calls the body of something new, and that of a change.
    const SCHEMAS: [&'static str; 2];
}

impl Wrapped for ActorBody {
    const NAME: &'static str = "actor";
    const INSIDE: &'static [&'static str] = Self::MEMBERS;
    const OUTSIDE: &'static [&'static str] = &["actor"];
    const SCHEMAS: [&'static str; 2] = ["V1NewActor", "V1ActorChanges"];
}

impl Wrapped for MovieBody {
    const NAME: &'static str = "movie";
    const INSIDE: &'static [&'static str] = &["title", "release_date"];
    const OUTSIDE: &'static [&'static str] = &["movie", "actor_ids"];
    const SCHEMAS: [&'static str; 2] = ["V1NewMovie", "V1MovieChanges"];
}

/// A body of which the parts have not been put together yet.
pub struct Wrapping<B>(PhantomData<B>);

/// `{"actor": {...}}`.
pub type WrappedActor = Wrapping<ActorBody>;
/// `{"movie": {...}, "actor_ids": [...]}`.
pub type WrappedMovie = Wrapping<MovieBody>;

impl<B: Wrapped> Body for Wrapping<B> {
    const MEMBERS: &'static [&'static str] = B::OUTSIDE;

    fn schema(method: &Method) -> (&'static str, Value) {
        let [new_one, change] = B::SCHEMAS;
        let (_, root) = B::schema(method);
        let of_root = |name: &&str| Some(((*name).to_owned(), root.get("properties")?.get(*name)?.clone()));
        let inside = Value::Object(B::INSIDE.iter().filter_map(of_root).collect());
        let mut outside: Map<_, _> = B::OUTSIDE.iter().filter_map(of_root).collect();
        if *method == Method::PATCH {
            outside.insert(B::NAME.to_owned(), schema::changes(&inside));
            (change, schema::changes(&outside.into()))
        } else {
            outside.insert(B::NAME.to_owned(), schema::with(root, json!({"properties": inside})));
            (new_one, schema::object(&outside.into(), &[B::NAME]))
        }
    }
}

impl<B: Wrapped> Json<Wrapping<B>> {
    /// The body of something new.
    pub fn new_one(mut self) -> Result<Json<B>, Problem> {
        let inside = self.members.take(B::NAME).required(object).map_err(in_the_object::<B>)?;
        Ok(self.around(Members::of(inside, B::INSIDE)))
    }

    /// The body of a partial change.
    pub fn changes(mut self) -> Result<Json<B>, Problem> {
        self.members.refuse_only_unknown()?;
        let inside = self.members.take(B::NAME).replacement(object).map_err(in_the_object::<B>)?;
        let inside = Members::of(inside.unwrap_or_default(), B::INSIDE);
        inside.refuse_only_unknown().map_err(refused::<B>)?;
        Ok(self.around(inside))
    }

    fn around(mut self, mut inside: Members) -> Json<B> {
        for name in B::OUTSIDE {
            inside.put(name, self.members.take(name));
        }
        Json::of(inside)
    }
}

fn in_the_object<B: Wrapped>(fault: Fault) -> Problem {
    InvalidFields::one(B::NAME, fault).into()
}

/// A refusal that speaks of the members of a body of the root, pointing to where they stand here.
pub fn refused<B: Wrapped>(refusal: impl Into<Problem>) -> Problem {
    refusal.into().pointing(|pointer| match pointer.strip_prefix("#/") {
        Some(member) if B::OUTSIDE.contains(&member) => pointer.to_owned(),
        Some(member) => format!("#/{}/{member}", B::NAME),
        None => format!("#/{}", B::NAME),
    })
}

/// `{"search_term": "...", "actor_ids": [...]}`: actors whose names hold the words, but for those.
pub enum SearchBody {}

impl Body for SearchBody {
    const MEMBERS: &'static [&'static str] = &["search_term", "actor_ids"];

    fn schema(_: &Method) -> (&'static str, Value) {
        let members =
            json!({"search_term": scalar::search_or_nothing(), "actor_ids": schema::nullable(&scalar::ids())});
        ("V1ActorSearch", schema::object(&members, &["search_term"]))
    }
}

impl Json<SearchBody> {
    /// The actors that are looked for; all of them when no word is given.
    pub fn parse(mut self) -> Result<ActorFilter, InvalidFields> {
        let mut faults = FieldFaults::default();
        let search = self.members.take("search_term").required(|value| {
            let words = text(value)?;
            if words.trim().is_empty() { Ok(None) } else { Search::parse(&words).map(Some) }
        });
        let search = faults.keep("search_term", search);
        let without = self.members.take("actor_ids").optional(|value| ids(value, ActorId::new));
        let without = faults.keep("actor_ids", without);
        faults.finish(search.zip(without).map(|(search, without)| {
            let without = without.unwrap_or_default().into_iter().collect();
            ActorFilter { search, without, ..ActorFilter::default() }
        }))
    }
}
