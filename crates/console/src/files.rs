//! The files, each under the name that it has in `static/`.

use actix_web::{
    HttpResponse,
    http::header::{ETag, EntityTag, IfNoneMatch},
    web::{Bytes, Header, Path},
};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "static/"]
struct Files;

/// Answers the page that all screens are on.
pub async fn page(known: Header<IfNoneMatch>) -> HttpResponse {
    answer("index.html", &known)
}

/// Answers a file.
pub async fn file(name: Path<String>, known: Header<IfNoneMatch>) -> HttpResponse {
    answer(&name, &known)
}

/// The file, unless the browser has it. It asks each time: another program has the same names.
fn answer(name: &str, Header(known): &Header<IfNoneMatch>) -> HttpResponse {
    let Some(file) = Files::get(name) else { return HttpResponse::NotFound().finish() };
    // A weak one, since the bytes also go out compressed.
    let tag = EntityTag::new_weak(digest(&file));
    let is_known = match known {
        IfNoneMatch::Any => true,
        IfNoneMatch::Items(tags) => tags.iter().any(|known| known.weak_eq(&tag)),
    };
    let mut response = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header(ETag(tag));
    if is_known {
        response.finish()
    } else {
        response.content_type(media_type(name)).body(Bytes::from(file.data.into_owned()))
    }
}

/// The first 64 bits of the file's SHA-256, as a number like every entity tag of this server.
fn digest(file: &EmbeddedFile) -> String {
    file.metadata.sha256_hash().first_chunk().map_or(0, |chunk| u64::from_be_bytes(*chunk)).to_string()
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => "text/css; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

/// The names of all files.
#[cfg(test)]
pub fn names() -> impl Iterator<Item = std::borrow::Cow<'static, str>> {
    Files::iter()
}
