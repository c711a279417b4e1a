//! The claim that says what the bearer of a token may do.

use ensemble_domain::{Permission, Permissions, Role};
use serde_json::Value;

use crate::{BadRules, Reason, json::Object};

/// The most entries of the claim.
const MAX_ENTRIES: usize = 256;

/// Where a token says what its bearer may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PermissionsClaim {
    /// In the claim `permissions`, as Auth0 writes it: a list of permissions, and nothing else.
    Permissions,
    /// In the claim of that name or at the end of that path, such as `scope` or `realm_access.roles`: a list, or a text of entries
    /// with spaces between them (RFC 6749, section 3.3); each entry is a permission or the name of a role.
    Named(String),
}

impl PermissionsClaim {
    /// Answers the claim of that name.
    ///
    /// # Errors
    ///
    /// [`BadRules::PermissionsClaim`] when a part of it is empty.
    pub fn parse(name: &str) -> Result<Self, BadRules> {
        match name {
            "permissions" => Ok(Self::Permissions),
            name if name.split('.').any(|part| part.trim().is_empty()) => Err(BadRules::PermissionsClaim),
            name => Ok(Self::Named(name.to_owned())),
        }
    }

    /// Answers what the claims allow. Entries that are none of ours are for somebody else, and no claim is no permission.
    ///
    /// # Errors
    ///
    /// [`Reason::Permissions`] when the claim, or what the path to it leads through, is of another type, or when it has more than
    /// 256 entries.
    pub fn read(&self, claims: &Object) -> Result<Permissions, Reason> {
        match self {
            Self::Permissions => {
                claims.get("permissions").map_or(Ok(Permissions::NONE), |list| from_list(list, permission))
            }
            Self::Named(name) => match find(claims, name)? {
                None => Ok(Permissions::NONE),
                Some(Value::String(text)) => union(text.split(' ').map(Some), permission_or_role),
                Some(list) => from_list(list, permission_or_role),
            },
        }
    }
}

/// Answers the claim of exactly that name, which may hold dots as those of Auth0's own namespaces do, else the end of that path.
fn find<'a>(claims: &'a Object, name: &str) -> Result<Option<&'a Value>, Reason> {
    let named = claims.get(name);
    let Some((first, rest)) = name.split_once('.').filter(|_| named.is_none()) else { return Ok(named) };
    let mut found = claims.get(first);
    for part in rest.split('.') {
        let Some(value) = found else { break };
        found = value.as_object().ok_or(Reason::Permissions)?.get(part);
    }
    Ok(found)
}

fn from_list(list: &Value, read: fn(&str) -> Permissions) -> Result<Permissions, Reason> {
    union(list.as_array().ok_or(Reason::Permissions)?.iter().map(Value::as_str), read)
}

fn union<'a>(
    entries: impl Iterator<Item = Option<&'a str>>,
    read: fn(&str) -> Permissions,
) -> Result<Permissions, Reason> {
    let mut all = Permissions::NONE;
    for (number, entry) in entries.enumerate() {
        let entry = entry.filter(|_| number < MAX_ENTRIES).ok_or(Reason::Permissions)?;
        all = all.union(read(entry));
    }
    Ok(all)
}

fn permission(entry: &str) -> Permissions {
    Permission::parse(entry).map_or(Permissions::NONE, |permission| Permissions::of(&[permission]))
}

fn permission_or_role(entry: &str) -> Permissions {
    let role = Role::ALL.into_iter().find(|role| names(*role).contains(&entry));
    role.map_or_else(|| permission(entry), Role::permissions)
}

/// The names under which issuers know a role, byte for byte.
const fn names(role: Role) -> [&'static str; 4] {
    match role {
        Role::CastingAssistant => ["assistant", "casting-assistant", "casting_assistant", "Casting Assistant"],
        Role::CastingDirector => ["director", "casting-director", "casting_director", "Casting Director"],
        Role::ExecutiveProducer => ["producer", "executive-producer", "executive_producer", "Executive Producer"],
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};
    use serde_json::json;

    use super::*;

    proptest! {
        #[test]
        fn a_list_of_any_texts_allows_what_is_spelled_in_it(
            texts in vec("(get|post|patch|delete|get )?:(actors|movies|Movies|\\PC?)|producer|\\PC{0,9}", 0..20),
        ) {
            let spelled = |permission: &Permission| texts.iter().any(|text| text == permission.as_str());
            let held: Permissions = Permission::ALL.into_iter().filter(spelled).collect();
            prop_assert_eq!(read("permissions", &json!({ "permissions": texts })), Ok(held));
        }
    }

    fn read(claim: &str, claims: &Value) -> Result<Permissions, Reason> {
        let claims = Object::parse(claims.to_string().as_bytes()).unwrap();
        PermissionsClaim::parse(claim).unwrap().read(&claims)
    }

    #[test]
    fn a_claim_has_a_name() {
        for wrong in ["", " ", ".", "a.", ".a", "a..b", "a. .b"] {
            assert_eq!(PermissionsClaim::parse(wrong), Err(BadRules::PermissionsClaim), "{wrong:?}");
        }
    }

    #[test]
    fn the_claim_permissions_names_no_roles_and_is_no_text() {
        assert_eq!(
            read("permissions", &json!({ "permissions": ["producer", "Executive Producer"] })),
            Ok(Permissions::NONE)
        );
        assert_eq!(read("permissions", &json!({ "permissions": "get:actors" })), Err(Reason::Permissions));
    }

    #[test]
    fn a_text_has_entries_with_spaces_between() {
        let both = Permissions::of(&[Permission::GetActors, Permission::GetMovies]);
        assert_eq!(read("scope", &json!({ "scope": "openid get:actors  get:movies" })), Ok(both));
        assert_eq!(read("scope", &json!({ "scope": "" })), Ok(Permissions::NONE));
        assert_eq!(read("scope", &json!({ "scope": "director" })), Ok(Role::CastingDirector.permissions()));
        assert_eq!(read("scope", &json!({ "scope": "get:actors,get:movies GET:movies" })), Ok(Permissions::NONE));
    }

    #[test]
    fn a_path_leads_into_the_claims() {
        let claims = json!({ "realm_access": { "roles": ["offline_access", "casting-director"] } });
        assert_eq!(read("realm_access.roles", &claims), Ok(Role::CastingDirector.permissions()));
        for elsewhere in ["realm_access", "roles"] {
            let wrong = read(elsewhere, &claims);
            assert!(matches!(wrong, Ok(Permissions::NONE) | Err(Reason::Permissions)), "{elsewhere}: {wrong:?}");
        }
        for absent in [json!({}), json!({ "realm_access": {} }), json!({ "realm_access": { "Roles": ["director"] } })] {
            assert_eq!(read("realm_access.roles", &absent), Ok(Permissions::NONE), "{absent}");
        }
    }

    #[test]
    fn a_path_through_anything_but_objects_is_a_fault() {
        for wrong in [json!(null), json!("roles"), json!(["roles"]), json!([{ "roles": ["director"] }]), json!(5)] {
            for claims in [json!({ "a": wrong }), json!({ "a": { "b": wrong } })] {
                assert_eq!(read("a.b.c", &claims), Err(Reason::Permissions), "{claims}");
            }
        }
    }

    #[test]
    fn a_name_with_dots_is_a_name_before_it_is_a_path() {
        let claims =
            json!({ "https://agency.test/roles": ["assistant"], "a.b": ["producer"], "a": { "b": ["assistant"] } });
        assert_eq!(read("https://agency.test/roles", &claims), Ok(Role::CastingAssistant.permissions()));
        assert_eq!(read("a.b", &claims), Ok(Role::ExecutiveProducer.permissions()));
    }

    #[test]
    fn roles_are_known_by_four_names_each_byte_for_byte() {
        for role in Role::ALL {
            for name in names(role) {
                assert_eq!(read("roles", &json!({ "roles": [name] })), Ok(role.permissions()), "{name}");
            }
            assert_eq!(names(role).first(), Some(&role.key()));
            assert_eq!(names(role).last(), Some(&role.to_string().as_str()));
        }
        for stranger in ["Director", "DIRECTOR", "director ", "casting director", "admin", "*"] {
            assert_eq!(read("roles", &json!({ "roles": [stranger] })), Ok(Permissions::NONE), "{stranger:?}");
        }
    }

    #[test]
    fn the_guide_lists_the_names_of_each_role() {
        let guide = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guides/other-issuers.md");
        let guide = std::fs::read_to_string(guide).unwrap();
        for role in Role::ALL {
            let row = format!("| {role} | `{}` |", names(role).join("`, `"));
            assert!(guide.lines().any(|line| line == row), "{row}");
        }
    }

    #[test]
    fn several_roles_and_permissions_add_up() {
        let claims = json!({ "roles": ["assistant", "post:movies"] });
        let expected = Role::CastingAssistant.permissions().union(Permissions::of(&[Permission::PostMovies]));
        assert_eq!(read("roles", &claims), Ok(expected));
    }

    #[test]
    fn another_type_or_too_many_entries_is_a_fault() {
        for wrong in
            [json!(null), json!(5), json!({}), json!(true), json!([5]), json!([["assistant"]]), json!(vec!["a"; 257])]
        {
            assert_eq!(read("roles", &json!({ "roles": wrong })), Err(Reason::Permissions), "{wrong}");
        }
        assert_eq!(read("scope", &json!({ "scope": "a ".repeat(256) })), Err(Reason::Permissions));
        assert_eq!(read("scope", &json!({ "scope": "a ".repeat(255) })), Ok(Permissions::NONE));
    }
}
