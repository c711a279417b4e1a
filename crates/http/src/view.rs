//! How answers are rendered: one JSON object with `"success": true` and the resource under its name.

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::{
        StatusCode,
        header::{self, ContentType},
    },
};
use ensemble_domain::Version;
use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::{conditional::EntityTag, problem::Problem};

/// A resource under its name, after `"success": true`.
pub struct Named<'a, V> {
    pub name: &'static str,
    pub value: &'a V,
}

impl<V: Serialize> Serialize for Named<'_, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(2))?;
        object.serialize_entry("success", &true)?;
        object.serialize_entry(self.name, self.value)?;
        object.end()
    }
}

/// A single resource, with its entity tag.
pub fn resource(status: StatusCode, tag: EntityTag, body: &impl Serialize) -> Result<HttpResponse, Problem> {
    let mut response = HttpResponse::build(status);
    response.insert_header((header::ETAG, tag.header()));
    private(response, body)
}

/// A resource that was just created, with where it is.
pub fn created(location: String, tag: EntityTag, body: &impl Serialize) -> Result<HttpResponse, Problem> {
    let mut response = HttpResponse::Created();
    response.insert_header((header::LOCATION, location)).insert_header((header::ETAG, tag.header()));
    private(response, body)
}

/// The client has this representation already.
pub fn not_modified(tag: EntityTag) -> HttpResponse {
    HttpResponse::NotModified()
        .insert_header((header::ETAG, tag.header()))
        .insert_header((header::CACHE_CONTROL, PRIVATE))
        .finish()
}

/// A JSON document.
pub fn json(mut response: HttpResponseBuilder, body: &impl Serialize) -> Result<HttpResponse, Problem> {
    let json = serde_json::to_vec(body).map_err(Problem::internal)?;
    Ok(response.content_type(ContentType::json()).body(json))
}

/// An answer that only its caller may keep, and only if it asks before using it again.
pub fn private(mut response: HttpResponseBuilder, body: &impl Serialize) -> Result<HttpResponse, Problem> {
    response.insert_header((header::CACHE_CONTROL, PRIVATE));
    json(response, body)
}

const PRIVATE: &str = "private, no-cache";

/// The answer to a deletion.
#[derive(Serialize)]
pub struct Deletion {
    success: bool,
    deleted: i64,
}

impl Deletion {
    pub const fn of(id: i64) -> Self {
        Self { success: true, deleted: id }
    }
}

/// A version, as its number.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
pub fn version<S: Serializer>(version: &Version, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_i64(version.get())
}
