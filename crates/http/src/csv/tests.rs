//! Files that are read, and that what is written is read back.

use std::io::{self, Read};

use chrono::NaiveDate;
use ensemble_domain::{
    Actor, ActorId, ActorName, Born, Gender, Movie, MovieId, NewActor, NewMovie, ReleaseDate, ShootWindow, Title,
    Version, Withdrawn, parse_day,
};
use proptest::prelude::*;

use super::*;

fn today() -> NaiveDate {
    parse_day("2026-03-14").unwrap()
}

fn strict() -> Options {
    Options { today: today(), skip_invalid: false }
}

fn lenient() -> Options {
    Options { skip_invalid: true, ..strict() }
}

fn actors(csv: &[u8], options: Options) -> (Vec<NewActor>, Report) {
    read(csv, options)
}

/// The rows that are not withdrawn, and the report.
fn read<T: Row>(csv: impl Read, options: Options) -> (Vec<T>, Report) {
    match Reading::<T, _>::open(csv, options) {
        Ok(mut reading) => {
            let rows: Vec<_> = reading.by_ref().filter_map(Result::ok).collect();
            (rows, reading.into_report())
        }
        Err(trouble) => (Vec::new(), Report { trouble: Some(trouble), ..Report::default() }),
    }
}

fn told(csv: impl AsRef<[u8]>) -> Vec<String> {
    actors(csv.as_ref(), strict()).1.faults.iter().map(ToString::to_string).collect()
}

fn trouble<T: Row>(csv: impl Read) -> String {
    read::<T>(csv, strict()).1.trouble.unwrap().to_string()
}

#[test]
fn columns_stand_in_any_order_in_capitals_or_not_and_others_are_ignored() {
    let csv = "\u{feff}gender,agent,NAME,Age\nF,x, Nada Haddad ,20\nm,,\"Ito, Ken\",31\n";
    let (rows, report) = actors(csv.as_bytes(), strict());
    let names: Vec<_> = rows.iter().map(|actor| actor.name.as_str()).collect();
    assert_eq!(names, ["Nada Haddad", "Ito, Ken"]);
    assert_eq!(rows[0].gender, Gender::Female);
    assert_eq!((report.good, report.bad, report.is_clean()), (2, 0, true));
}

#[test]
fn every_row_that_is_not_right_is_told_with_its_line() {
    assert_eq!(
        told("name,age,gender\nAda,36,f\n,abc,f\nBob,121,m\n"),
        [
            "line 3: name must not be empty",
            "line 3: age must be a whole number",
            "line 4: age must be between 0 and 120"
        ]
    );
}

#[test]
fn an_actor_has_an_age_a_birth_date_or_both_and_they_agree() {
    let csv = "name,gender,age,birth_date\nA,f,20,\nB,f,,2000-01-01\nC,f,26,2000-01-01\nD,f,27,2000-01-01\nE,f,,\nF,f,25,2000-01-01\nG,f,24,2000-01-01\n";
    let (_, report) = actors(csv.as_bytes(), strict());
    let told: Vec<_> = report.faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "line 5: age disagrees with birth_date, which makes it 26; give one of the two",
            "line 6: age is required, or birth_date instead",
            "line 8: age disagrees with birth_date, which makes it 26; give one of the two",
        ]
    );
    assert_eq!((report.good, report.bad), (4, 3));
    let alone = actors(b"name,gender,birth_date\nA,f,2000-01-01\nB,f, \nC,f,1879-01-01\n", lenient());
    let born: Vec<_> = alone.0.iter().map(|actor| actor.born).collect();
    assert_eq!(born, [Born::On(parse_day("2000-01-01").unwrap())]);
    let told: Vec<_> = alone.1.faults.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["line 3: birth_date is required", "line 4: birth_date must not be before 1880-01-01"]);
}

#[test]
fn a_movie_may_have_a_shoot() {
    let csv = "title,release_date,shoot_start,shoot_end\nA,2027-01-01,2026-05-01,2026-06-01\nB,2027-01-01,,\nC,,2026-05-01,\n";
    let (rows, report) = read::<NewMovie>(csv.as_bytes(), lenient());
    assert_eq!(rows.iter().map(|movie| movie.shoot.is_some()).collect::<Vec<_>>(), [true, false]);
    let told: Vec<_> = report.faults.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["line 4: release_date is required", "line 4: shoot_end must be given together with shoot_start"]);
    assert_eq!(read::<NewMovie>(&b"title,release_date\nA,2027-01-01\n"[..], strict()).0.len(), 1);
}

#[test]
fn a_bad_row_withdraws_all_unless_it_is_to_be_passed_over() {
    let csv = "name,age,gender\nAda,36,f\nBob,121,m\nCy,30,m\nDee,-1,f\n";
    let mut reading = Reading::<NewActor, _>::open(csv.as_bytes(), strict()).unwrap();
    let progress = reading.progress();
    assert!(reading.next().unwrap().is_ok());
    assert_eq!(reading.next(), Some(Err(Withdrawn)));
    assert_eq!((reading.next(), reading.next()), (None, None));
    assert_eq!((reading.report().good, reading.report().bad), (2, 2));
    assert_eq!((progress.rows(), progress.bytes()), (4, u64::try_from(csv.len()).unwrap()));

    let (rows, report) = actors(csv.as_bytes(), lenient());
    assert_eq!((rows.len(), report.good, report.bad, report.faults.len()), (2, 2, 2, 2));
}

#[test]
fn a_row_of_another_length_is_refused() {
    assert_eq!(
        told("name,age,gender\nAda,36\nBob,121,m\nCy,30,m,x\n"),
        [
            "line 2: must have 3 columns, as the first line has, not 2",
            "line 3: age must be between 0 and 120",
            "line 4: must have 3 columns, as the first line has, not 4",
        ]
    );
}

#[test]
fn lines_are_counted_as_an_editor_counts_them() {
    for (csv, line) in [
        ("name,age,gender\r\nAda,36,f\r\nBob,121,m\r\n", 3),
        ("\n\nname,age,gender\n\nAda,36,f\n\n\nBob,121,m", 8),
        ("name,age,gender\r\n\r\nAda,36,\"own\nwords\"\r\n\r\nBob,121,m\r\n", 6),
        ("\u{feff}\nname,age,gender\nBob,121,m", 3),
    ] {
        assert_eq!(
            told(csv).first(),
            Some(&match line {
                6 => "line 3: gender must not contain control characters".to_owned(),
                line => format!("line {line}: age must be between 0 and 120"),
            })
        );
        assert!(told(csv).last().unwrap().starts_with(&format!("line {line}:")), "{csv:?}");
    }
}

#[test]
fn a_text_that_is_not_utf8_is_told_with_its_column() {
    let csv = b"name,age,gender,agent\nAda,36,f,Zo\xeb\nJos\xe9,41,m,x\n,36,f,x\n";
    assert_eq!(told(csv), ["line 3: name must be text in UTF-8", "line 4: name must not be empty"]);
}

#[test]
fn only_so_many_bad_rows_are_told_and_all_are_counted() {
    let csv = format!("name,age,gender\n{}", "Bob,121,\n".repeat(1500));
    let (rows, report) = actors(csv.as_bytes(), lenient());
    assert_eq!((rows.len(), report.bad, report.faults.len()), (0, 1500, 2000));
    assert_eq!(report.faults.last().unwrap().line, 1001);
}

#[test]
fn a_first_line_that_is_not_right_is_told_with_what_would_be() {
    let actors = "must name the columns name, gender, and age or birth_date";
    for (csv, wanted) in [
        ("name,gender\nAda,f\n", format!("line 1: {actors}, but does not name age or birth_date")),
        ("\n1,2,3\n", format!("line 2: {actors}, but does not name name, gender, age or birth_date")),
        ("", format!("line 1: {actors}, but is empty")),
        ("\u{feff}\r\n\n", format!("line 1: {actors}, but is empty")),
        (
            "name;age;gender\nAda;36;f\n",
            format!(
                "line 1: {actors}, but does not name name, gender, age or birth_date; there must be commas between them"
            ),
        ),
        ("name,age,name,gender\n", "line 1: must name the column name only once".to_owned()),
        ("\u{feff}age,name,gender,x,age\n", "line 1: must name the column age only once".to_owned()),
    ] {
        assert_eq!(trouble::<NewActor>(csv.as_bytes()), wanted, "{csv:?}");
    }
    let wanted = "line 1: must name the columns title and release_date, but does not name release_date";
    assert_eq!(trouble::<NewMovie>(&b"title\nAihaga\n"[..]), wanted);
    assert_eq!(
        trouble::<NewActor>(&b"\xff\xfen\0a\0"[..]),
        "line 1: begins a row with a NUL byte, so this is no text file"
    );
    assert_eq!(trouble::<NewActor>(&b"name,\xe4ge\n"[..]), "line 1: must be text in UTF-8");
    assert_eq!(read::<NewActor>(&b"x,name,x,age,gender\n1,Ada,2,36,f\n"[..], strict()).0.len(), 1);
}

#[test]
fn a_file_that_is_no_csv_ends_the_reading_on_its_line() {
    let after = |rest: &[u8]| [&b"name,age,gender\nAda,36,f\n\n"[..], rest].concat();
    let long = after("x".repeat(100_000).as_bytes());
    let open = after(b"Bob,36,\"m\nCy,30,m\n");
    let open_long = after(&[&b"Bob,36,\""[..], "m\n".repeat(100_000).as_bytes()].concat());
    let too_long = "line 4: begins a row of more than 65536 bytes, as a quote does that is never closed";
    for (csv, wanted) in [
        (long, too_long),
        (open_long, too_long),
        (open, "line 4: begins a row with a quote that is never closed"),
        (after(b"Bob,36,\""), "line 4: begins a row with a quote that is never closed"),
        (after(b"B\0b,36,m\n"), "line 4: begins a row with a NUL byte, so this is no text file"),
        (after(",".repeat(2000).as_bytes()), "line 4: begins a row of more than 1024 columns"),
    ] {
        assert_eq!(trouble::<NewActor>(&*csv), wanted);
        let mut reading = Reading::<NewActor, _>::open(&*csv, lenient()).unwrap();
        assert!(reading.next().unwrap().is_ok());
        assert_eq!((reading.next(), reading.next()), (Some(Err(Withdrawn)), None));
    }
}

#[test]
fn a_row_may_have_64_kib_and_1024_columns() {
    let row = |bytes: usize| format!("name,age,gender\n{},36,f\n", "x".repeat(bytes - 3));
    assert_eq!(told(row(65_536)), ["line 2: name must have at most 200 characters, not 65533"]);
    assert!(trouble::<NewActor>(row(65_537).as_bytes()).starts_with("line 2: begins a row of more than 65536 bytes"));
    let wide = |columns: usize| format!("name,age,gender\n{}\n", ",".repeat(columns - 1));
    assert_eq!(told(wide(1024)), ["line 2: must have 3 columns, as the first line has, not 1024"]);
    assert_eq!(trouble::<NewActor>(wide(1025).as_bytes()), "line 2: begins a row of more than 1024 columns");
}

#[test]
fn a_last_line_without_an_end_is_a_line() {
    for csv in ["name,age,gender\nAda,36,f", "name,age,gender\nAda,36,\"f\"", "name,age,gender\nAda,36,f\r"] {
        assert_eq!(actors(csv.as_bytes(), strict()).0.len(), 1, "{csv:?}");
    }
    assert_eq!(actors(b"name,age,gender\n5\" Bob,36,m", strict()).0[0].name.as_str(), "5\" Bob");
}

#[test]
fn a_source_that_fails_withdraws_all() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let csv = b"name,age,gender\nAda,36,f\n".chain(Failing);
    let mut reading = Reading::<NewActor, _>::open(csv, lenient()).unwrap();
    assert!(reading.next().unwrap().is_ok());
    assert_eq!(reading.next(), Some(Err(Withdrawn)));
    assert!(matches!(reading.report().trouble, Some(Trouble::Unreadable(_))));
    assert!(matches!(Reading::<NewActor, _>::open(Failing, strict()), Err(Trouble::Unreadable(_))));
}

#[test]
fn a_line_without_end_ends_the_reading() {
    let endless = trouble::<NewActor>(b"name,age,gender\n".chain(io::repeat(b'x')));
    assert_eq!(endless, "line 2: begins a row of more than 65536 bytes, as a quote does that is never closed");
    let commas = trouble::<NewActor>(b"name,age,gender\n".chain(io::repeat(b',')));
    assert_eq!(commas, "line 2: begins a row of more than 1024 columns");
    let quotes = trouble::<NewActor>(b"name,age,gender\n".chain(io::repeat(b'"')));
    assert!(quotes.starts_with("line 2: begins a row of more than"), "{quotes}");
}

#[test]
fn lines_are_written_as_rfc_4180_has_them() {
    let mut csv = Vec::new();
    write_header::<Actor>(&mut csv).unwrap();
    let actor = NewActor {
        name: ActorName::parse("Ito, \"Ken\"").unwrap(),
        gender: Gender::parse("=x").unwrap(),
        born: Born::On(parse_day("2000-01-01").unwrap()),
    };
    write_rows(&[an_actor(actor)], today(), &mut csv).unwrap();
    assert_eq!(
        str::from_utf8(&csv).unwrap(),
        "id,name,age,birth_date,gender,version,created_at,updated_at\r\n\
         7,\"Ito, \"\"Ken\"\"\",26,2000-01-01,'=x,1,2026-03-14T09:00:00Z,2026-03-14T09:00:00Z\r\n"
    );
}

fn an_actor(NewActor { name, gender, born }: NewActor) -> Actor {
    let at = chrono::DateTime::from_timestamp(1_773_478_800, 0).unwrap();
    let id = ActorId::new(7).unwrap();
    Actor { id, name, gender, born, version: Version::FIRST, created_at: at, updated_at: at, deleted_at: None }
}

fn a_movie(NewMovie { title, release_date, shoot, .. }: NewMovie) -> Movie {
    let at = chrono::DateTime::from_timestamp(1_773_478_800, 0).unwrap();
    let id = MovieId::new(2).unwrap();
    let version = Version::FIRST;
    Movie { id, title, release_date, shoot, version, created_at: at, updated_at: at, deleted_at: None }
}

fn days_ago() -> impl Strategy<Value = NaiveDate> {
    (0_u64..53_000).prop_map(|days| today() - chrono::Days::new(days))
}

fn some_actors() -> impl Strategy<Value = Vec<Actor>> {
    let born = prop_oneof![
        days_ago().prop_map(Born::On),
        (0_u32..=120).prop_map(|years| Born::About(today() - chrono::Months::new(12 * years))),
    ];
    let text = "['=+@\"-]{0,3}\\PC{1,30}";
    let actor = (text, "['=+@\"-]{0,2}\\PC{1,20}", born).prop_filter_map("no actor", |(name, gender, born)| {
        let (name, gender) = (ActorName::parse(name).ok()?, Gender::parse(gender).ok()?);
        Some(an_actor(NewActor { name, gender, born }))
    });
    prop::collection::vec(actor, 1..8)
}

fn some_movies() -> impl Strategy<Value = Vec<Movie>> {
    let movie = ("['=+@\"-]{0,3}\\PC{1,30}", days_ago(), days_ago(), 0_u64..500, any::<bool>());
    let movie = movie.prop_filter_map("no movie", |(title, release, start, days, is_shot)| {
        let shoot = is_shot.then(|| ShootWindow::between(Some(start), Some(start + chrono::Days::new(days))));
        let (title, release_date) = (Title::parse(title).ok()?, ReleaseDate::new(release).ok()?);
        let shoot = shoot.transpose().ok()?.flatten();
        Some(a_movie(NewMovie { title, release_date, shoot, actors: std::collections::BTreeSet::new() }))
    });
    prop::collection::vec(movie, 1..8)
}

fn written<T: Sheet>(items: &[T]) -> Vec<u8> {
    let mut csv = Vec::new();
    write_header::<T>(&mut csv).unwrap();
    write_rows(items, today(), &mut csv).unwrap();
    csv
}

proptest! {
    #[test]
    fn actors_that_are_written_are_read_back(actors in some_actors()) {
        let (rows, report) = read::<NewActor>(&*written(&actors), strict());
        prop_assert!(report.is_clean(), "{:?}", report);
        let back: Vec<_> = rows.into_iter().map(an_actor).collect();
        prop_assert_eq!(back, actors);
    }

    #[test]
    fn movies_that_are_written_are_read_back(movies in some_movies()) {
        let (rows, report) = read::<NewMovie>(&*written(&movies), strict());
        prop_assert!(report.is_clean(), "{:?}", report);
        let back: Vec<_> = rows.into_iter().map(a_movie).collect();
        prop_assert_eq!(back, movies);
    }

    #[test]
    fn any_bytes_are_read_to_their_end_or_to_trouble(
        csv in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(&b",\"\r\n'=\0a7"[..])], 1..300),
    ) {
        for csv in [csv.clone(), [&b"name,age,gender\n"[..], &csv].concat(), [&b"title,release_date\n"[..], &csv].concat()] {
            for options in [strict(), lenient()] {
                let (rows, report) = read::<NewActor>(&*csv, options);
                prop_assert!(u64::try_from(rows.len()).unwrap() <= report.good);
                read::<NewMovie>(&*csv, options);
            }
        }
    }

    #[test]
    fn it_does_not_matter_how_the_source_is_cut(
        csv in "(name,age,gender\r?\n)([a-c\"]{0,3},[0-9]{0,3},[fm]?\r?\n{1,2}){0,9}", piece in 1_usize..9,
    ) {
        struct Pieces<'a>(&'a [u8], usize);
        impl Read for Pieces<'_> {
            fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
                let most = to.len().min(self.1);
                self.0.read(&mut to[..most])
            }
        }
        let whole = read::<NewActor>(csv.as_bytes(), lenient());
        let cut = read::<NewActor>(Pieces(csv.as_bytes(), piece), lenient());
        prop_assert_eq!(whole.0, cut.0);
        prop_assert_eq!(whole.1.faults, cut.1.faults);
    }
}
