//! What a client may set of a casting, and of the order of a cast.

use actix_web::http::Method;
use ensemble_domain::{
    ActorId, Billing, BillingOrder, CastingChanges, CastingId, CastingStatus, Character, Fault, FieldFaults,
    InvalidFields, NewCasting, Reason,
};
use serde_json::{Value, json};

use crate::{
    json::{Body, Json},
    members::{id, ids, text, whole_number},
    openapi::{
        scalar,
        schema::{changes, nullable, object},
    },
};

/// What a client may set of a new casting.
pub enum NewCastingBody {}

impl Body for NewCastingBody {
    const MEMBERS: &'static [&'static str] = &["actor_id", "character", "status", "reason", "billing"];

    fn schema(_: &Method) -> (&'static str, Value) {
        let members = json!({
            "actor_id": scalar::id(), "character": nullable(&scalar::character()), "status": nullable(&scalar::status()),
            "reason": nullable(&scalar::reason()), "billing": nullable(&scalar::billing()),
        });
        ("NewCasting", object(&members, &["actor_id"]))
    }
}

impl Json<NewCastingBody> {
    pub fn parse(mut self) -> Result<NewCasting, InvalidFields> {
        let mut faults = FieldFaults::default();
        let actor = self.members.take("actor_id").required(|value| id(&value, ActorId::new));
        let actor = faults.keep("actor_id", actor);
        let character = faults.keep("character", self.members.take("character").optional(character));
        let status = faults.keep("status", self.members.take("status").optional(status));
        let reason = faults.keep("reason", self.members.take("reason").optional(reason));
        let billing = faults.keep("billing", self.members.take("billing").optional(|value| billing(&value)));
        let casting = actor.zip(character).zip(status).zip(reason.zip(billing));
        faults.finish(casting.map(|(((actor, character), status), (reason, billing))| {
            let status = status.unwrap_or(CastingStatus::Considering);
            NewCasting { actor, character, status, reason, billing }
        }))
    }
}

/// What a client may change of a casting. Its actor stays: somebody else in the part is another casting.
pub enum CastingBody {}

impl Body for CastingBody {
    const MEMBERS: &'static [&'static str] = &["character", "status", "reason", "billing"];

    fn schema(_: &Method) -> (&'static str, Value) {
        let members = json!({
            "character": nullable(&scalar::character()), "status": scalar::status(),
            "reason": nullable(&scalar::reason()), "billing": nullable(&scalar::billing()),
        });
        ("CastingChanges", changes(&members))
    }
}

impl Json<CastingBody> {
    pub fn parse_changes(mut self) -> Result<CastingChanges, InvalidFields> {
        self.members.refuse_only_unknown()?;
        let mut faults = FieldFaults::default();
        let character = faults.keep("character", self.members.take("character").change(character));
        let status = faults.keep("status", self.members.take("status").replacement(status));
        let reason = faults.keep("reason", self.members.take("reason").change(reason));
        let billing = faults.keep("billing", self.members.take("billing").change(|value| billing(&value)));
        let changes = character.zip(status).zip(reason.zip(billing));
        faults.finish(changes.map(|((character, status), (reason, billing))| CastingChanges {
            character,
            status,
            reason,
            billing,
        }))
    }
}

/// The order in which the names of a cast are printed.
pub enum BillingBody {}

impl Body for BillingBody {
    const MEMBERS: &'static [&'static str] = &["order"];

    fn schema(_: &Method) -> (&'static str, Value) {
        ("BillingOrder", object(&json!({"order": scalar::ids()}), &["order"]))
    }
}

impl Json<BillingBody> {
    pub fn parse(mut self) -> Result<BillingOrder, InvalidFields> {
        let mut faults = FieldFaults::default();
        let order = self.members.take("order").required(|value| BillingOrder::new(ids(value, CastingId::new)?));
        let order = faults.keep("order", order);
        faults.finish(order)
    }
}

fn character(value: Value) -> Result<Character, Fault> {
    Character::parse(text(value)?)
}

fn status(value: Value) -> Result<CastingStatus, Fault> {
    CastingStatus::parse(&text(value)?)
}

fn reason(value: Value) -> Result<Reason, Fault> {
    Reason::parse(text(value)?)
}

fn billing(value: &Value) -> Result<Billing, Fault> {
    Billing::new(whole_number(value)?)
}
