//! The document about the domain says what the domain does.

use ensemble_domain::{Action, CastingStatus};

use super::code;

fn table(heading: &str) -> Vec<Vec<String>> {
    super::table("docs/domain.md", heading)
}

#[test]
fn the_table_of_moves_is_that_of_the_domain() {
    let names: Vec<_> = CastingStatus::ALL.iter().map(|status| status.as_str()).collect();
    let rows = table(&format!("| from \\ to | {} |", names.join(" | ")));
    assert_eq!(rows.len(), CastingStatus::ALL.len());
    for (from, row) in CastingStatus::ALL.into_iter().zip(rows) {
        assert_eq!(row[0], from.as_str());
        for (to, cell) in CastingStatus::ALL.into_iter().zip(&row[1..]) {
            let expected = match (from == to, from.moves().contains(&to), from.is_left_with_reason()) {
                (true, _, _) => "stays",
                (_, true, true) => "with a reason",
                (_, true, false) => "yes",
                (_, false, _) => "no",
            };
            assert_eq!(cell, expected, "{from} to {to}");
        }
    }
}

#[test]
fn every_action_of_the_history_is_told() {
    let rows = table("| action | what was done |");
    let mut told: Vec<_> = rows.iter().flat_map(|row| code(&row[0])).collect();
    let mut known = Action::ALL.map(Action::as_str);
    told.sort_unstable();
    known.sort_unstable();
    assert_eq!(told, known);
}
