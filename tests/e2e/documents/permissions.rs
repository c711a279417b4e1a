//! The reference of permissions says who may do what.

use ensemble_domain::{Permission, Role};

use super::{code, table};
use crate::matrix::Row;

const REFERENCE: &str = "docs/reference/permissions.md";

fn cell(allowed: bool) -> String {
    if allowed { "yes" } else { "" }.to_owned()
}

#[test]
fn each_role_has_its_permissions() {
    let names = Role::ALL.map(|role| role.to_string()).join(" | ");
    let rows = table(REFERENCE, &format!("| permission | allows to | {names} |"));
    let told: Vec<_> = rows.iter().map(|row| (code(&row[0])[0], row[2..].to_vec())).collect();
    let held = |permission: Permission| {
        Role::ALL.map(|role| cell(role.permissions().iter().any(|held| held == permission))).to_vec()
    };
    assert_eq!(told, Permission::ALL.map(|permission| (permission.as_str(), held(permission))));
}

#[test]
fn every_operation_that_needs_a_token_is_told_with_what_it_needs_and_who_may() {
    let names = Role::ALL.map(|role| role.to_string()).join(" | ");
    let rows = table(REFERENCE, &format!("| operation | needs | {names} |"));
    let told: Vec<_> = rows.iter().map(|cells| format!("| {} |", cells.join(" | "))).collect();
    let known = Row::all().into_iter().filter(|row| !row.is_open()).map(|row| {
        let needs = match row.needs {
            "token" => "a good token".to_owned(),
            permissions => permissions.split(',').map(|needs| format!("`{needs}`")).collect::<Vec<_>>().join(" "),
        };
        let status = |role: Role| row.answers.iter().find(|(caller, _)| *caller == role.key()).unwrap().1;
        let may = Role::ALL.map(|role| cell(status(role) < 300)).join(" | ");
        format!("| `{} {}` | {needs} | {may} |", row.method, row.path)
    });
    let known: Vec<_> = known.collect();
    assert!(told == known, "the table should be:\n{}", known.join("\n"));
}
