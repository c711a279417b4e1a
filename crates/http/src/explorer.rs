//! `GET /docs`: a page on which a person reads and tries out the contract. It is Swagger UI, from files that are in the binary.

use std::sync::LazyLock;

use actix_web::{HttpRequest, HttpResponse, http::header, web::Data};

use crate::{App, conditional::IfNoneMatch, file::File, problem::Problem, query::NoQuery};

/// What the page may do: run, show and ask for what is of this server, and nothing else. Swagger UI's style sheet has its signs as
/// `data:` images.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// The files of the page, by their names.
static FILES: LazyLock<[(&str, File); 6]> = LazyLock::new(|| {
    let bundle = include_str!(concat!(env!("OUT_DIR"), "/swagger-ui-bundle.js"));
    let style = include_str!(concat!(env!("OUT_DIR"), "/swagger-ui.css"));
    let notice = include_str!(concat!(env!("OUT_DIR"), "/NOTICE"));
    [
        ("NOTICE", File::new("text/plain", notice)),
        ("explorer.css", File::new("text/css", include_str!("explorer/explorer.css"))),
        ("explorer.js", File::new("text/javascript", include_str!("explorer/explorer.js"))),
        ("icon.svg", File::new("image/svg+xml", include_str!("explorer/icon.svg"))),
        ("swagger-ui-bundle.js", File::new("text/javascript", bundle)),
        ("swagger-ui.css", File::new("text/css", style)),
    ]
});

/// Answers the page, which tells how to get a token.
pub async fn page(app: Data<App>, _: NoQuery, known: IfNoneMatch) -> HttpResponse {
    let tokens = if app.local_tokens.is_some() {
        include_str!("explorer/local.html")
    } else {
        include_str!("explorer/issuer.html")
    };
    let page = include_str!("explorer/page.html").replace("{tokens}", tokens.trim_end());
    let mut response = File::new("text/html; charset=utf-8", page).answer(&known);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, header::HeaderValue::from_static(POLICY));
    response
}

/// Answers a file of the page.
pub async fn file(request: HttpRequest, _: NoQuery, known: IfNoneMatch) -> Result<HttpResponse, Problem> {
    let name = request.match_info().query("file");
    let (_, file) = FILES.iter().find(|(known, _)| *known == name).ok_or_else(Problem::no_such_route)?;
    Ok(file.answer(&known))
}

/// The names and the media types of all files of the page.
pub fn files() -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES.iter().map(|(name, file)| (*name, file.media_type()))
}
