//! One actor or movie as the answer to a request.

use actix_web::{HttpResponse, http::StatusCode};
use ensemble_domain::Version;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    conditional::{EntityTag, IfNoneMatch},
    digest::digest,
    problem::Problem,
    view::{self, Named},
};

/// A resource under its name, with its tag.
pub struct Answer<V> {
    name: &'static str,
    view: V,
    tag: EntityTag,
}

/// The resource, and what was done to it.
#[derive(Serialize)]
struct Done<'a, V: Serialize> {
    #[serde(flatten)]
    named: Named<'a, V>,
    #[serde(flatten)]
    outcome: Outcome,
}

/// What was done.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "V1Outcome")]
pub struct Outcome {
    /// The id of what was deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "i64")]
    deleted: Option<i64>,
    /// The same in words.
    #[schemars(example = "Actor created Successfully")]
    message: &'static str,
}

impl<V: Serialize> Answer<V> {
    /// The resource of that version. The tag has a digest of what is seen too: the bookings beside it change without a new version.
    pub fn of(name: &'static str, version: Version, view: V) -> Result<Self, Problem> {
        let seen = serde_json::to_vec(&view).map_err(Problem::internal)?;
        let digest = Some(digest(&seen));
        Ok(Self { name, view, tag: EntityTag { digest, ..EntityTag::of(version) } })
    }

    /// The answer to whoever asks for it, and may have it already.
    pub fn seen(&self, known: &IfNoneMatch) -> Result<HttpResponse, Problem> {
        view::resource_unless(known, self.tag, &self.named())
    }

    pub fn created(&self, location: String, message: &'static str) -> Result<HttpResponse, Problem> {
        view::created(location, self.tag, &self.done(None, message))
    }

    pub fn changed(&self, message: &'static str) -> Result<HttpResponse, Problem> {
        view::resource(StatusCode::OK, self.tag, &self.done(None, message))
    }

    pub fn deleted(&self, id: i64, message: &'static str) -> Result<HttpResponse, Problem> {
        view::resource(StatusCode::OK, self.tag, &self.done(Some(id), message))
    }

    const fn named(&self) -> Named<'_, V> {
        Named { name: self.name, value: &self.view }
    }

    const fn done(&self, deleted: Option<i64>, message: &'static str) -> Done<'_, V> {
        Done { named: self.named(), outcome: Outcome { deleted, message } }
    }
}
