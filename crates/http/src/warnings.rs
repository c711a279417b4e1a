//! What is worth a second look about a change, beside the changed resource.

use ensemble_domain::{CastingId, MovieId, StoreError, Warning};
use schemars::JsonSchema;
use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::{
    paths,
    view::{Named, if_known},
};

/// A resource under its name, and then `warnings`, which may be none.
pub struct NamedWithWarnings<'a, V> {
    named: Named<'a, V>,
    warnings: Vec<Warning>,
}

impl<'a, V> Named<'a, V> {
    pub fn with_warnings(self, warnings: Result<Vec<Warning>, StoreError>) -> NamedWithWarnings<'a, V> {
        NamedWithWarnings { named: self, warnings: if_known(warnings).unwrap_or_default() }
    }
}

impl<V: Serialize> Serialize for NamedWithWarnings<'_, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(3))?;
        self.named.serialize_entries(&mut object)?;
        object.serialize_entry("warnings", &self.warnings.iter().map(WarningView::of).collect::<Vec<_>>())?;
        object.end()
    }
}

/// What is worth a second look.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Warning")]
pub struct WarningView {
    code: &'static str,
    detail: String,
    links: [Link; 2],
}

/// A link as RFC 8288 describes one: where to, in which relation, and what a page calls it.
#[derive(JsonSchema, Serialize)]
struct Link {
    rel: &'static str,
    href: String,
    title: String,
}

impl WarningView {
    fn of(warning: &Warning) -> Self {
        let links = match warning {
            Warning::DoubleBooking { actor: _, name, movie, title, shoot: _, casting } => [
                Link { rel: "movie", href: paths::movie(*movie), title: title.as_str().to_owned() },
                Link::to_casting(*movie, *casting, format!("{} in {}", name.as_str(), title.as_str())),
            ],
            Warning::SharedCharacter { character, actor, name, movie, casting } => [
                Link { rel: "actor", href: paths::actor(*actor), title: name.as_str().to_owned() },
                Link::to_casting(*movie, *casting, format!("{} as {}", name.as_str(), character.as_str())),
            ],
        };
        Self { code: warning.code(), detail: warning.to_string(), links }
    }
}

impl Link {
    fn to_casting(movie: MovieId, casting: CastingId, title: String) -> Self {
        Self { rel: "casting", href: paths::casting(movie, casting), title }
    }
}
