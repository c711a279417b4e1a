//! One token that passes and one that fails for every rule, and the edge between them.

mod claims;
mod form;
mod header;
mod keys;
mod memory;
mod signature;
mod times;

use crate::{
    Reason, Refusal,
    testing::{Draft, ask, seconds_after_issue, the_verifier, verify},
};

fn accepts(token: &str) {
    assert!(verify(token).is_ok(), "{:?}", verify(token));
}

fn refuses(token: &str, reason: Reason) {
    assert_eq!(verify(token), Err(Refusal::InvalidToken(reason)), "{token}");
}

/// What the verifier says of a token with such a claim at that many seconds after its issue.
fn at(seconds: f64, draft: &Draft) -> Result<(), Refusal> {
    ask(the_verifier(), &draft.signed(), seconds_after_issue(seconds)).map(drop)
}
