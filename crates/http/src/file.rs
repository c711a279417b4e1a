//! Files that are in the binary.

use actix_web::{HttpResponse, http::header, web::Bytes};

use crate::{conditional::IfNoneMatch, digest::digest};

/// Bytes that stay the same until the program is replaced by another.
pub struct File {
    media_type: &'static str,
    /// Their entity tag's opaque part. It is a number, as in every entity tag of this server.
    tag: String,
    bytes: Bytes,
}

impl File {
    pub fn new(media_type: &'static str, text: impl Into<Bytes>) -> Self {
        let bytes = text.into();
        Self { media_type, tag: digest(&bytes).to_string(), bytes }
    }

    pub const fn media_type(&self) -> &'static str {
        self.media_type
    }

    /// The file, unless the client has it. It may keep it, and asks before using it again: another program has the same names.
    pub fn answer(&self, known: &IfNoneMatch) -> HttpResponse {
        let is_known = known.has(&self.tag);
        let mut response = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        response.insert_header((header::ETAG, format!("\"{}\"", self.tag)));
        response.insert_header((header::CACHE_CONTROL, "no-cache"));
        if is_known { response.finish() } else { response.content_type(self.media_type).body(self.bytes.clone()) }
    }
}
