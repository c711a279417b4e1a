//! The Auth0 tenant as code is the one that the program expects.

use ensemble_domain::{Permission, Permissions, Role};
use serde_json::{Value, json};

use crate::node;

const AUDIENCE: &str = "https://ensemble.test/api";

/// What `auth0-deploy-cli` would send to a new tenant for `config/auth0/tenant.yaml`, having checked it: path and body of each POST.
fn sent() -> Option<Vec<(String, Value)>> {
    let ran = node::script("tenant.mjs")?.output().expect("node");
    let (out, err) = (String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap());
    assert!(ran.status.success(), "{out}\n{err}");
    let requests: Vec<(String, String, Value)> = serde_json::from_str(out.lines().last().unwrap()).unwrap();
    assert!(requests.iter().all(|(method, ..)| method == "POST"), "{out}");
    Some(requests.into_iter().map(|(_, path, body)| (path, body)).collect())
}

/// The bodies for that path.
fn bodies<'a>(sent: &'a [(String, Value)], wanted: &str) -> Vec<&'a Value> {
    sent.iter().filter(|(path, _)| path == wanted).map(|(_, body)| body).collect()
}

/// The permissions that these entries name, each once.
fn permissions(entries: &Value, member: &str) -> Permissions {
    let named: Vec<_> = entries.as_array().unwrap().iter().map(|entry| entry[member].as_str().unwrap()).collect();
    let known: Vec<_> = named.iter().map(|name| Permission::parse(name).unwrap_or_else(|| panic!("{name}"))).collect();
    let all = Permissions::of(&known);
    assert_eq!(all.iter().count(), named.len(), "one stands twice: {named:?}");
    all
}

#[test]
fn the_api_puts_the_eight_permissions_into_its_tokens() {
    let Some(sent) = sent() else { return };
    let [api] = bodies(&sent, "/api/v2/resource-servers")[..] else { panic!("{sent:?}") };
    for (member, expected) in [
        ("identifier", json!(AUDIENCE)),
        ("signing_alg", json!("RS256")),
        ("enforce_policies", json!(true)),
        ("token_dialect", json!("access_token_authz")),
    ] {
        assert_eq!(api[member], expected, "{member}");
    }
    assert_eq!(permissions(&api["scopes"], "name"), Permissions::ALL);
}

#[test]
fn the_roles_are_those_of_the_agency() {
    let Some(sent) = sent() else { return };
    let names: Vec<_> = bodies(&sent, "/api/v2/roles").iter().map(|role| role["name"].as_str().unwrap()).collect();
    assert_eq!(names, Role::ALL.map(|role| role.to_string()));
    for role in Role::ALL {
        let path = format!("/api/v2/roles/{}/permissions", role.to_string().replace(' ', "%20"));
        let [given] = bodies(&sent, &path)[..] else { panic!("{path}: {sent:?}") };
        assert_eq!(permissions(&given["permissions"], "permission_name"), role.permissions(), "{role}");
        for entry in given["permissions"].as_array().unwrap() {
            assert_eq!(entry["resource_server_identifier"], AUDIENCE, "{role}");
        }
    }
}

#[test]
fn the_application_is_a_page_that_keeps_no_secret() {
    let Some(sent) = sent() else { return };
    let [page] = bodies(&sent, "/api/v2/clients")[..] else { panic!("{sent:?}") };
    for (member, expected) in [
        ("app_type", json!("spa")),
        ("token_endpoint_auth_method", json!("none")),
        ("grant_types", json!(["authorization_code"])),
        ("callbacks", json!(["http://127.0.0.1:5000/console/"])),
    ] {
        assert_eq!(page[member], expected, "{member}");
    }
}
