//! What people do in the console, with others and with much of it.

use std::fs;

use ensemble_domain::Role;
use serde_json::{Value, json};

use super::{an_agency, refusal, seen};
use crate::{
    commands::{on, run},
    database::Database,
    server::Server,
};

#[test]
fn a_director_adds_imports_changes_and_deletes_actors_in_the_console() {
    let server = Server::start(&Database::sqlite());

    let Some(seen) = seen("people", &[&server.base]) else { return };

    let added = json!({
        "refused": {"told": 3, "focused": "name"},
        "next": {"name": "", "focused": "name"},
        "alike": ["Nada Haddad"],
        "place": "#/actors/3",
    });
    assert_eq!(seen["added"], added, "each flaw is told at its field, and the first of them has the focus");
    let faults = seen["imported"]["faults"].as_array().unwrap();
    assert!(faults.iter().any(|row| row.as_str().unwrap().contains("must be between 0 and 120")), "{faults:?}");
    let rows = seen["imported"]["rows"].as_array().unwrap();
    assert!(rows.contains(&json!("=1+1")) && rows.contains(&json!("<img src=x onerror=alert(1)>")), "{rows:?}");
    // A head, the actor added, two changes and the undoing of the second.
    let changed = json!({"rows": ["Nada H.", "N. Haddad"], "history": 5});
    assert_eq!(seen["changed"], changed, "both versions are shown, and both are in the history");
    // A head and two restorations: by the undo of the deletion, and from the trash.
    assert_eq!(seen["removed"], json!({"trash": {"focused": "Actors"}, "restored": 3, "place": "#/history"}));
    let meant = [
        ("422 (Unprocessable Entity)", "/actors"),
        ("422 (Unprocessable Entity)", "/actors/import?dry_run=true"),
        ("412 (Precondition Failed)", "/actors/1"),
    ];
    assert_eq!(seen["found"], json!(meant.map(|(status, path)| refusal(status, &format!("{}{path}", server.base)))));
}

#[test]
fn a_movie_goes_from_its_idea_to_its_cast_list_through_the_hands_of_three_roles() {
    let database = Database::sqlite();
    let server = an_agency(&database);

    let Some(seen) = seen("production", &[&server.base]) else { return };

    let added = json!({
        "slip": "must be given together with “Shoot from”",
        "place": "#/movies/13",
        "facts": ["1 Jun 2029", "1 Mar 2027 – 30 Apr 2027"],
    });
    assert_eq!(seen["added"], added);
    let cast = &seen["cast"];
    for suggestion in cast["suggested"].as_array().unwrap() {
        assert!(suggestion.as_str().unwrap().contains("free for the shoot"), "{suggestion}");
    }
    let warning = cast["warned"]["warning"].as_str().unwrap();
    assert!(warning.starts_with("Nada Haddad is booked for The Pilot as well"), "{warning}");
    assert_eq!(cast["warned"]["wrong"], json!([]), "nothing keeps anybody from a warning");
    assert_eq!(cast["warned"]["booked"], json!(["Nada Haddad"]), "the second booking is undone");
    let [nada, yael, ren] = ["Nada Haddad", "Yael Perlmuth", "Ren Takamori"];
    let orders = json!({"before": [nada, yael, ren], "byKeys": [ren, nada, yael], "byDrag": [yael, nada, ren]});
    assert_eq!(cast["booked"], orders);
    let refused = "another casting of the movie has that billing";
    assert_eq!(cast["billed"], json!({"refused": refused, "former": "3"}));
    assert_eq!(seen["released"], json!({"offered": ["Declined", "Released"], "reason": true, "isBack": true}));
    // A head and three castings; an assistant reads twenty changes, and undoes none.
    let printed = json!({"buttons": 0, "cast": [nada, ren]});
    let taken = json!({"file": "Cast of The Tide Table.csv", "lines": 4, "history": 21, "undo": 0, "printed": printed});
    assert_eq!(seen["taken"], taken);
    assert_eq!(seen["returned"], json!({"first": 21, "isAll": true}));
    assert_eq!(seen["removed"], json!({"wrong": [], "since": true, "isBack": true, "booked": [nada, ren]}));
    let refused = |status, path: &str| refusal(status, &format!("{}{path}", server.base));
    let mut found: Vec<Value> = seen["found"][0].as_array().unwrap().clone();
    found.sort_by_key(ToString::to_string);
    let mut meant = [
        refused("422 (Unprocessable Entity)", "/movies"),
        refused("404 (Not Found)", "/movies/13"),
        refused("404 (Not Found)", "/movies/13/cast"),
    ];
    meant.sort();
    let directing =
        json!([refused("401 (Unauthorized)", "/movies/13/billing"), refused("409 (Conflict)", "/movies/13/cast/33"),]);
    assert_eq!(
        (found, &seen["found"][1], &seen["found"][2]),
        (meant.map(Value::from).to_vec(), &directing, &json!([]))
    );
}

#[test]
fn names_stay_text_on_every_screen() {
    let server = Server::start(&Database::sqlite());

    let token = server.token(Role::ExecutiveProducer);
    let Some(seen) = seen("names", &[&server.base, token]) else { return };

    let shown = seen["shown"].as_object().unwrap();
    assert_eq!(shown.len(), 36, "six names on six screens");
    for (place, told) in shown {
        assert_eq!(*told, json!({"made": 0, "isTooNarrow": false}), "{place}");
    }
    assert_eq!((&seen["dialogs"], &seen["found"]), (&json!([]), &json!([])));
    let row = seen["csv"].as_str().unwrap().lines().nth(1).unwrap();
    assert!(row.contains(r#","'=HYPERLINK(""x"")",30,"#), "{row}");
}

#[test]
fn two_people_at_one_board_end_up_with_the_same() {
    let database = Database::sqlite();
    let server = an_agency(&database);

    let (title, actor) = ("Tomorrow, the Mountain", "Dao Minh Tuyet");
    let Some(seen) = seen("boards", &[&server.base, "12", title, actor]) else { return };

    for (choice, yours, theirs, chosen) in [("keeps", "Vera", "Mira", "Vera"), ("takes", "Tara", "Lena", "Lena")] {
        let told = &seen[choice];
        let shown = json!(["Field\tYours\tNow on the server", format!("Character\t{yours}\t{theirs}")]);
        assert_eq!(told["shown"], shown, "{choice}");
        assert_eq!(told["character"], chosen, "{choice}");
        assert_eq!(told["boards"][0], told["boards"][1], "{choice}: both see the same");
    }
    let refused = refusal("412 (Precondition Failed)", &format!("{}/movies/12/cast/29", server.base));
    assert_eq!(seen["found"], json!([[], [refused, refused]]));
}

/// A server with that many actors.
fn with_actors(database: &Database, number: u32) -> Server {
    let rows = (0..number).map(|number| format!("Actor {number:06},{},female\n", number % 90));
    let csv: String = std::iter::once("name,age,gender\n".to_owned()).chain(rows).collect();
    fs::write(database.folder.path().join("actors.csv"), csv).unwrap();
    for command in [&["migrate", "up"][..], &["import", "actors", "actors.csv"]] {
        assert_eq!(run(&mut on(database, command)).code, 0, "{command:?}");
    }
    Server::start(database)
}

#[test]
fn a_list_of_100_000_actors_is_as_quick_as_one_of_100() {
    let databases = [Database::sqlite(), Database::sqlite()];
    let [short, long] = [with_actors(&databases[0], 100), with_actors(&databases[1], 100_000)];

    let Some(seen) = seen("long-list", &[&short.base, &long.base]) else { return };

    println!("milliseconds: {seen}");
    for list in ["short", "long"] {
        assert_eq!(seen[list]["found"], json!([]), "{list}");
    }
    let steps = seen["long"]["least"].as_object().unwrap();
    assert_eq!(steps.len(), 6);
    for (step, long) in steps {
        let time = |told: &Value| told.as_f64().unwrap();
        let short = time(&seen["short"]["least"][step]);
        // A list that were read whole would take a thousand times as long; what else the machine does makes less of a difference.
        assert!(time(long) < short * 5.0 + 500.0, "{step}: {seen}");
    }
}
