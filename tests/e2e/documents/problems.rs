//! The reference of problems says what the program says.

use ensemble_domain::FaultCode;
use ensemble_http::problem_pages;

use super::{code, table};

const REFERENCE: &str = "docs/reference/problems.md";

#[test]
fn every_problem_is_told_as_its_page_tells_it() {
    let told: Vec<_> = table(REFERENCE, "| problem | status | title | when, and what to do |");
    let pages = problem_pages().map(|page| {
        let name = format!("`{}`", page.name);
        [name, page.status.as_u16().to_string(), page.title.to_owned(), page.advice.to_owned()].to_vec()
    });
    assert_eq!(told, pages.collect::<Vec<_>>());
}

#[test]
fn every_code_of_a_flaw_is_told() {
    let rows = table(REFERENCE, "| code | the value |");
    let told: Vec<_> = rows.iter().flat_map(|row| code(&row[0])).collect();
    assert_eq!(told, FaultCode::ALL.map(FaultCode::as_str));
}
