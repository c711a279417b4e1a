//! Castings as clients see them.

use chrono::{DateTime, NaiveDate, Utc};
use ensemble_domain::{Billing, CastMember, Casting, CastingStatus, Character, Credit, Reason, Version};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    actors::ActorView,
    conditional::EntityTag,
    movies::MovieView,
    view::{self, Named},
};

/// A casting by itself.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Casting")]
pub struct CastingView<'a> {
    id: i64,
    movie_id: i64,
    actor_id: i64,
    character: Option<&'a str>,
    #[schemars(extend("enum" = CastingStatus::ALL.map(CastingStatus::as_str)))]
    status: &'static str,
    reason: Option<&'a str>,
    billing: Option<i64>,
    #[serde(serialize_with = "view::version")]
    #[schemars(with = "i64")]
    version: Version,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl<'a> CastingView<'a> {
    pub fn of(casting: &'a Casting) -> Self {
        Self {
            id: casting.id.get(),
            movie_id: casting.movie.get(),
            actor_id: casting.actor.get(),
            character: casting.character.as_ref().map(Character::as_str),
            status: casting.status.as_str(),
            reason: casting.reason.as_ref().map(Reason::as_str),
            billing: casting.billing.map(Billing::get),
            version: casting.version,
            created_at: casting.created_at,
            updated_at: casting.updated_at,
        }
    }

    pub const fn tag(&self) -> EntityTag {
        EntityTag::of(self.version)
    }

    pub const fn named(&self) -> Named<'_, Self> {
        Named { name: "casting", value: self }
    }
}

/// A casting as the cast of its movie shows it, with its actor as seen on one day.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "CastMember")]
pub struct CastMemberView<'a> {
    #[serde(flatten)]
    casting: CastingView<'a>,
    actor: ActorView<'a>,
}

impl<'a> CastMemberView<'a> {
    pub fn of(member: &'a CastMember, today: NaiveDate) -> Self {
        Self { casting: CastingView::of(&member.casting), actor: ActorView::of(&member.actor, today) }
    }

    /// A change of the actor is a change of what is seen here.
    pub const fn tag(&self) -> EntityTag {
        let EntityTag { version, age, .. } = self.actor.tag();
        EntityTag { actor: Some(version), age, ..self.casting.tag() }
    }

    pub const fn named(&self) -> Named<'_, Self> {
        Named { name: "casting", value: self }
    }
}

/// A casting as the filmography of its actor shows it, with its movie.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Credit")]
pub struct CreditView<'a> {
    #[serde(flatten)]
    casting: CastingView<'a>,
    movie: MovieView<'a>,
}

impl<'a> CreditView<'a> {
    pub fn of(credit: &'a Credit) -> Self {
        Self { casting: CastingView::of(&credit.casting), movie: MovieView::of(&credit.movie) }
    }
}
