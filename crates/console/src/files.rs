//! The files, each under the name that it has in `static/`.

use std::{
    collections::HashMap,
    io::{self, Write},
    sync::{LazyLock, OnceLock},
};

use actix_web::{
    HttpResponse,
    http::header::{self, AcceptEncoding, ContentEncoding, ETag, Encoding, EntityTag, IfNoneMatch},
    web::{Bytes, Data, Header, Path},
};
use flate2::{Compression, write::GzEncoder};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "static/"]
struct Files;

/// What the page may do, as a content security policy.
pub struct Policy(pub String);

/// A file as it is sent.
struct Served {
    media_type: &'static str,
    tag: EntityTag,
    plain: Bytes,
    /// Made when somebody first asks for it.
    gzipped: OnceLock<Bytes>,
}

static SERVED: LazyLock<HashMap<String, Served>> = LazyLock::new(|| {
    let served = |name: &str| Some((name.to_owned(), Served::of(name, Files::get(name)?)));
    Files::iter().filter_map(|name| served(&name)).collect()
});

/// Answers the page that all screens are on.
pub async fn page(known: Header<IfNoneMatch>, encodings: Header<AcceptEncoding>, policy: Data<Policy>) -> HttpResponse {
    answer("index.html", &known, &encodings, &policy)
}

/// Answers a file.
pub async fn file(
    name: Path<String>,
    known: Header<IfNoneMatch>,
    encodings: Header<AcceptEncoding>,
    policy: Data<Policy>,
) -> HttpResponse {
    answer(&name, &known, &encodings, &policy)
}

/// The file, unless the browser has it. It asks each time: another program has the same names.
fn answer(name: &str, known: &IfNoneMatch, encodings: &AcceptEncoding, policy: &Policy) -> HttpResponse {
    let Some(file) = SERVED.get(name) else { return HttpResponse::NotFound().finish() };
    let is_known = match known {
        IfNoneMatch::Any => true,
        IfNoneMatch::Items(tags) => tags.iter().any(|known| known.weak_eq(&file.tag)),
    };
    let mut response = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header(ETag(file.tag.clone())).insert_header((header::VARY, "accept-encoding"));
    // All else is no page, and may do nothing, as everything of this server.
    if file.media_type == HTML {
        response.insert_header((header::CONTENT_SECURITY_POLICY, policy.0.as_str()));
    }
    if is_known {
        return response.finish();
    }
    response.content_type(file.media_type);
    match takes_gzip(encodings).then(|| file.gzipped()).flatten() {
        Some(gzipped) => response.insert_header(ContentEncoding::Gzip).body(gzipped),
        None => response.body(file.plain.clone()),
    }
}

fn takes_gzip(encodings: &AcceptEncoding) -> bool {
    let supported = [Encoding::gzip(), Encoding::identity()];
    encodings.negotiate(supported.iter()) == Some(Encoding::gzip())
}

impl Served {
    fn of(name: &str, file: EmbeddedFile) -> Self {
        // A weak one, since the bytes also go out compressed.
        let tag = EntityTag::new_weak(digest(&file));
        let plain = Bytes::from(file.data.into_owned());
        Self { media_type: media_type(name), tag, plain, gzipped: OnceLock::new() }
    }

    /// The file, as small as it gets.
    fn gzipped(&self) -> Option<Bytes> {
        if let Some(known) = self.gzipped.get() {
            return Some(known.clone());
        }
        let made = gzip(&self.plain).ok()?;
        Some(self.gzipped.get_or_init(|| made).clone())
    }
}

fn gzip(plain: &[u8]) -> io::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain)?;
    encoder.finish().map(Bytes::from)
}

/// The first 64 bits of the file's SHA-256, as a number like every entity tag of this server.
fn digest(file: &EmbeddedFile) -> String {
    file.metadata.sha256_hash().first_chunk().map_or(0, |chunk| u64::from_be_bytes(*chunk)).to_string()
}

const HTML: &str = "text/html; charset=utf-8";

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => "text/css; charset=utf-8",
        Some("html") => HTML,
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
