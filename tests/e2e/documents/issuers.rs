//! The guide to Auth0 says what the program does.

use ensemble_auth::{PERMISSION_MISSING, Reason, Refusal};
use ensemble_domain::{Permission, Permissions, Role};

use super::{code, read};
use crate::settings::defaults;

fn guide() -> String {
    read("docs/guides/auth0.md")
}

#[test]
fn each_role_gets_its_permissions() {
    let guide = guide();
    for role in Role::ALL {
        let begin = format!("| {role} | ");
        let row = guide.lines().find_map(|line| line.strip_prefix(&begin)).unwrap_or_else(|| panic!("no {begin}"));
        let named: Option<Vec<_>> = code(row).into_iter().map(Permission::parse).collect();
        assert_eq!(named.map(|named| Permissions::of(&named)), Some(role.permissions()), "{role}");
    }
}

#[test]
fn every_reason_that_is_named_is_one() {
    let others = [Refusal::Unauthenticated, Refusal::InvalidRequest(""), Refusal::Expired, Refusal::KeysUnavailable];
    let mut known: Vec<_> = Reason::ALL.map(Reason::as_str).into_iter().chain(others.map(Refusal::as_str)).collect();
    // The one of a token that is good.
    known.push(PERMISSION_MISSING);
    let guide = guide();
    let (_, table) = guide.split_once("| answer | `reason` |").unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let named: Vec<_> = rows.flat_map(|row| code(row.split(" | ").nth(1).unwrap())).collect();
    assert!(named.len() > 5, "{named:?}");
    assert!(named.iter().all(|name| known.contains(name)), "{named:?}");
}

#[test]
fn keys_take_effect_as_soon_as_the_settings_say() {
    let (guide, defaults) = (guide(), defaults());
    for key in ["auth.jwks_ttl", "auth.jwks_min_refetch", "auth.jwks_stale"] {
        let told =
            guide.lines().find(|line| line.contains(&format!("(`{key}`)"))).unwrap_or_else(|| panic!("no {key}"));
        assert!(told.contains(&format!(" {} s ", defaults[key])), "{key}: {told}");
    }
}
