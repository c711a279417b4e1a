//! How answers are rendered: one JSON object with `"success": true` and the resource under its name.

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::{
        StatusCode,
        header::{self, ContentType, HeaderName, HeaderValue},
    },
};
use ensemble_domain::{Error, Outcome, RequestId, Version, in_full};
use schemars::JsonSchema;
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Value, json};

use crate::{
    conditional::{EntityTag, IfNoneMatch},
    panics::current_request,
    problem::Problem,
};

/// Says that an answer was given before, and that nothing was done for it now.
pub const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// A resource under its name, after `"success": true`.
pub struct Named<'a, V> {
    pub name: &'static str,
    pub value: &'a V,
}

impl<V: Serialize> Serialize for Named<'_, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(2))?;
        self.serialize_entries(&mut object)?;
        object.end()
    }
}

impl<V: Serialize> Named<'_, V> {
    /// Writes its entries into an object that may have others.
    pub fn serialize_entries<M: SerializeMap>(&self, object: &mut M) -> Result<(), M::Error> {
        object.serialize_entry("success", &true)?;
        object.serialize_entry(self.name, self.value)
    }
}

/// The schema of [`Named`] for a value of that schema.
pub fn named_schema(name: &str, value: &Value) -> Value {
    json!({
        "type": "object", "required": ["success", name],
        "properties": {"success": {"type": "boolean", "const": true}, name: value},
    })
}

/// A single resource, with its entity tag.
pub fn resource(status: StatusCode, tag: EntityTag, body: &impl Serialize) -> Result<HttpResponse, Problem> {
    let mut response = HttpResponse::build(status);
    response.insert_header((header::ETAG, tag.header()));
    private(response, body)
}

/// A single resource, unless the client has it already.
pub fn resource_unless(known: &IfNoneMatch, tag: EntityTag, body: &impl Serialize) -> Result<HttpResponse, Problem> {
    if known.has(tag) {
        return Ok(HttpResponse::NotModified()
            .insert_header((header::ETAG, tag.header()))
            .insert_header((header::CACHE_CONTROL, PRIVATE))
            .finish());
    }
    resource(StatusCode::OK, tag, body)
}

/// A resource that was just created, with where it is.
pub fn created(location: String, tag: EntityTag, body: &impl Serialize) -> Result<HttpResponse, Problem> {
    let mut response = HttpResponse::Created();
    response.insert_header((header::LOCATION, location)).insert_header((header::ETAG, tag.header()));
    private(response, body)
}

/// What came of a request that may have been made before under its idempotency key, and whether it was.
pub fn outcome<T>(
    outcome: &Outcome<T>,
    render: impl FnOnce(&T) -> Result<HttpResponse, Problem>,
) -> Result<HttpResponse, Problem> {
    let mut response = render(outcome.get())?;
    if outcome.is_replayed() {
        response.headers_mut().insert(IDEMPOTENCY_REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
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

/// Only its caller may keep an answer, and only if it asks before using it again.
pub const PRIVATE: &str = "private, no-cache";

/// The same answer, where there is another in another form.
pub fn varying(response: Result<HttpResponse, Problem>) -> Result<HttpResponse, Problem> {
    let mut response = response?;
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept"));
    Ok(response)
}

/// What is told beside a change that was made, such as its warnings, if it could be found out. What was done stands when the store
/// is in trouble by now, and to answer with the trouble would deny it; so the log has it.
pub fn if_known<T>(found: Result<T, impl Into<Error>>) -> Option<T> {
    let found = found.map_err(Into::into);
    if let Err(Error::Store(trouble)) = &found {
        let request_id = current_request();
        let request_id = request_id.as_ref().map(RequestId::as_str);
        tracing::warn!(request_id, cause = in_full(trouble), "a change was answered without what is told beside it");
    }
    found.ok()
}

/// The answer to a deletion.
#[derive(JsonSchema, Serialize)]
pub struct Deletion {
    #[schemars(extend("const" = true))]
    success: bool,
    /// The id of what was deleted.
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
