//! `GET /problems/{name}`: what each problem means and what to do about it, for whoever follows its `type`.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header::ContentType},
};

use crate::{
    problem::{Kind, Problem},
    query::NoQuery,
};

/// Answers the page of one kind of problem.
pub async fn page(request: HttpRequest, _: NoQuery) -> Result<HttpResponse, Problem> {
    let name = request.match_info().query("name");
    let page = problem_pages().find(|page| page.name == name).ok_or_else(Problem::no_such_route)?;
    Ok(HttpResponse::Ok().content_type(ContentType::html()).body(page.html()))
}

/// What there is to say about one kind of problem, whatever the occasion.
#[derive(Clone, Copy, Debug)]
pub struct ProblemPage {
    /// The last part of the problem's `type`, such as `not-found`.
    pub name: &'static str,
    /// The status it is answered with.
    pub status: StatusCode,
    /// The problem's `title`.
    pub title: &'static str,
    /// When it is answered, and what to do about it.
    pub advice: &'static str,
}

/// The pages of all kinds of problems.
pub fn problem_pages() -> impl Iterator<Item = ProblemPage> {
    Kind::ALL.into_iter().map(ProblemPage::of)
}

impl ProblemPage {
    const fn of(kind: Kind) -> Self {
        Self { name: kind.name(), status: kind.status(), title: kind.title(), advice: advice(kind) }
    }

    fn html(self) -> String {
        let Self { name, status, title, advice } = self;
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
             <h1>{title}</h1>\n<p><code>{name}</code>, status {status}</p>\n<p>{advice}</p>\n</html>\n"
        )
    }
}

const fn advice(kind: Kind) -> &'static str {
    match kind {
        Kind::MalformedRequest => {
            "The body is not JSON, or names a member twice; a file that is to be imported is no CSV, or its first line does \
             not name the columns that are needed. The detail tells where reading stopped. Send one JSON object, or CSV, in \
             UTF-8."
        }
        Kind::InvalidRequest => {
            "A part of the request outside its body is not right: a query parameter of the wrong form, two Authorization \
             headers, an If-Match header that is no list of entity tags, or an Idempotency-Key of another form. The \
             detail names it. Below /api/v1, members of the body that are not right are told in this way too, each of them \
             under errors."
        }
        Kind::UnknownParameter => {
            "The query has a parameter that this path does not know. It is refused, since a mistyped filter would \
             otherwise answer with everything. The detail names the nearest one that is known."
        }
        Kind::InvalidCursor => {
            "The cursor was changed, or comes from another list. Take it from next_cursor of the page before, of the same \
             path with the same filters and order, or begin again without one."
        }
        Kind::Unauthenticated => {
            "The request carries no access token. Send the header Authorization: Bearer, followed by one blank and the \
             token."
        }
        Kind::InvalidToken => {
            "The access token cannot be trusted: it is damaged, was issued by somebody else or for another audience, or \
             its key is not known. Get a new one from the issuer that this service is set up with."
        }
        Kind::TokenExpired => "The access token was good, but its time is over. Get a new one.",
        Kind::PermissionDenied => {
            "The access token is good, but does not hold the permission that the member needs names. Ask whoever gives \
             out roles in your agency."
        }
        Kind::LocalOnly => {
            "Tokens of the development issuer are handed out on the machine that the server runs on, to programs and to the \
             server's own pages. Ask under a loopback name, without the Origin of another page."
        }
        Kind::NotFound => {
            "There is no such path, or nothing of that id: it never existed, or it was deleted. Paths match exactly, \
             without a slash at the end."
        }
        Kind::MethodNotAllowed => "The path exists, but not with this method. The header Allow lists those it has.",
        Kind::RequestTimeout => "The request body did not arrive in time. Send it again, at once.",
        Kind::AlreadyCast => {
            "The actor stands for that part of the movie already, in a casting that is open. Nothing was changed. Change \
             that casting, or name another part."
        }
        Kind::ActorBooked => {
            "The actor is booked on movies that are not released yet, so nothing was deleted. The member movies lists \
             them. Release the actor there first, with a reason."
        }
        Kind::IllegalStatus => {
            "A casting does not go from every status to every other, and nobody is booked while actor or movie is deleted. \
             Nothing was changed. The members from, to and allowed tell what was asked for and what is possible."
        }
        Kind::RequiresRelease => {
            "A booking is a promise, so the casting cannot just be taken off the list. Set its status to released or \
             declined, with a reason, and delete it then."
        }
        Kind::BillingTaken => {
            "Another casting of the movie has that place in the credits. Nothing was changed. Choose another place, or put \
             the whole cast in order with PUT on the movie's billing."
        }
        Kind::RequestInProgress => {
            "The first request with the same Idempotency-Key has not been answered yet. Send it again after the seconds that \
             Retry-After names, with the same key: the answer will be the first one's."
        }
        Kind::StaleVersion => {
            "The If-Match header names another version than the one that is stored: somebody changed it since you read \
             it. Nothing was changed. Read it again, decide, and send the new version."
        }
        Kind::BodyTooLarge => "The request body has more bytes than are taken. The detail names the limit.",
        Kind::UnsupportedMediaType => {
            "The body is of another type than the one that is read here. Send Content-Type: application/json, or text/csv where \
             a file is imported."
        }
        Kind::InvalidFields => {
            "The body is well-formed, but some of its members are not right. The member errors lists every one of them, \
             with a JSON pointer and what would be right; of a file with rows, the first thousand by line and column."
        }
        Kind::IdempotencyKeyReused => {
            "The Idempotency-Key was used before, for another path or another body. Nothing was done. Take a new key for \
             each new request, and the same one only to send the same request again."
        }
        Kind::RateLimited => {
            "Requests come faster than they are answered: too many of one caller, or too many with credentials that were \
             refused from one address. Wait as many seconds as the header Retry-After says."
        }
        Kind::Internal => {
            "Something failed that should not have. Its cause is in the server's log, under the request id. Trying again \
             will not help by itself."
        }
        Kind::Unavailable => {
            "The service is too busy, or something that it needs is down. Try again after the seconds that Retry-After \
             names."
        }
    }
}
