//! What a token must be like: for each rule a token that breaks it, and one that just does not.

mod claims;
mod form;
mod header;

use ensemble_domain::Role;
use jsonwebtoken::EncodingKey;
use reqwest::Method;
use serde_json::Value;

use super::{
    Verdict, assert_keeps_secret, check,
    draft::{Draft, signed_text},
};
use crate::{database::Database, server::Server, tokens::local_key};

type Row = (&'static str, String, Verdict);

/// What the tokens of a table are made from: the Assistant's, who may list actors.
struct Forge {
    key: EncodingKey,
    good: Draft,
}

impl Forge {
    fn draft(&self) -> Draft {
        self.good.clone()
    }

    fn header(&self, member: &str, value: impl Into<Value>) -> String {
        self.draft().header(member, value).signed(&self.key)
    }

    fn claim(&self, name: &str, value: impl Into<Value>) -> String {
        self.draft().claim(name, value).signed(&self.key)
    }

    fn without(&self, name: &str) -> String {
        self.draft().without_claim(name).signed(&self.key)
    }

    /// The good token with this text in the place of its claims.
    fn text(&self, claims: impl AsRef<[u8]>) -> String {
        signed_text(self.good.header.to_string(), claims, &self.key)
    }

    /// The good header or claims as text, with one more member written behind the others.
    fn doubled(object: &Value, member: &str) -> String {
        format!("{},{member}}}", object.to_string().trim_end_matches('}'))
    }
}

/// Asks for the actors with every token of the table, and looks for what is wrong with each answer, and for the tokens in the log.
fn run(database: &Database, table: impl FnOnce(&Forge) -> Vec<Row>) {
    let server = Server::start(database);
    let forge = Forge { key: local_key(database.folder.path()), good: Draft::of(server.token(Role::CastingAssistant)) };
    let rows = table(&forge);
    let failures: Vec<_> = rows
        .iter()
        .filter_map(|(name, token, verdict)| {
            check(&server, name, *verdict, &server.request(Method::GET, "/actors").bearer_auth(token))
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    for (_, token, _) in &rows {
        assert_keeps_secret(&server, token);
    }
}
