//! What the ports promise of the history: each change is told once, in the name of whoever made it.

use ensemble_domain::{
    ActorChanges, ActorId, ActorName, ActorQuery, BillingOrder, Caller, CastingChanges, CastingStatus, Change,
    HistoryEntry, HistoryId, HistoryOf, HistoryPage, Limit, Members, MovieChanges, MovieId, MovieQuery, NewCasting,
    NewMovie, Precondition, StoreError, Title, Value,
};

use crate::{
    fixture::Fixture,
    samples::{
        a_casting_of, a_movie_titled, a_shoot, an_actor_named, caller, later, moved, now, page, part, permit, place,
        rows,
    },
};

fn called(name: &str) -> ActorChanges {
    ActorChanges { name: Some(ActorName::parse(name).unwrap()), ..ActorChanges::default() }
}

fn titled(title: &str) -> MovieChanges {
    MovieChanges { title: Some(Title::parse(title).unwrap()), ..MovieChanges::default() }
}

fn naming(actors: &[ActorId]) -> MovieChanges {
    MovieChanges { actors: Some(actors.iter().copied().collect()), ..MovieChanges::default() }
}

fn billed(number: i64) -> CastingChanges {
    CastingChanges { billing: Change::To(place(number)), ..CastingChanges::default() }
}

fn nobody() -> ActorId {
    ActorId::new(i64::MAX).unwrap()
}

/// An entry as a line: "updated actor 7: name=Ann -> name=Anna".
fn line(entry: &HistoryEntry) -> String {
    let id = entry.entity_id.map_or_else(|| "*".to_owned(), |id| id.to_string());
    let (before, after) = (text(&entry.record.before), text(&entry.record.after));
    format!("{} {} {id}: {before} -> {after}", entry.record.action, entry.entity)
}

fn text(members: &Members) -> String {
    let member = |(name, value): (&str, &Value)| match value {
        Value::Null => format!("{name}=null"),
        Value::Number(number) => format!("{name}={number}"),
        Value::Text(text) => format!("{name}={text:?}"),
    };
    members.iter().map(member).collect::<Vec<_>>().join(" ")
}

/// The lines of the whole history, oldest first.
fn lines(fixture: &Fixture, of: HistoryOf) -> Vec<String> {
    let mut lines: Vec<_> = fixture.history(of).iter().map(line).collect();
    lines.reverse();
    lines
}

pub fn an_entry_tells_who_did_what_when_and_under_which_request(fixture: &Fixture) {
    let ann = Caller::permit(&caller("auth0|ann", "first-request")).unwrap();
    let bo = Caller::permit(&caller("google-oauth2|bo", "second.request")).unwrap();
    let actors = fixture.database.actors();
    let id = actors.insert(&ann, &an_actor_named("Nada"), now()).unwrap().get().id;
    actors.update(&bo, id, &Precondition::None, &called("Nadia"), later()).unwrap();

    let entries = fixture.history(HistoryOf::All);
    let told =
        |entry: &HistoryEntry| (entry.by.as_str().to_owned(), entry.request_id.to_string(), entry.at, entry.entity_id);
    let expected = [
        ("google-oauth2|bo".to_owned(), "second.request".to_owned(), later(), Some(id.get())),
        ("auth0|ann".to_owned(), "first-request".to_owned(), now(), Some(id.get())),
    ];
    assert_eq!(entries.iter().map(told).collect::<Vec<_>>(), expected);
}

pub fn every_change_of_an_actor_is_told_once(fixture: &Fixture) {
    let actors = fixture.database.actors();
    let id = fixture.add_actor("Nada").id;
    actors.update(&permit(), id, &Precondition::None, &called("Nadia"), later()).unwrap();
    actors.delete(&permit(), id, &Precondition::None, later()).unwrap();
    actors.restore(&permit(), id, later()).unwrap();
    let expected = [
        format!("created actor {id}:  -> name=\"Nada\" age=36 gender=\"female\""),
        format!("updated actor {id}: name=\"Nada\" -> name=\"Nadia\""),
        format!("deleted actor {id}: deleted_at=null -> deleted_at=\"2026-03-15T10:30:00Z\""),
        format!("restored actor {id}: deleted_at=\"2026-03-15T10:30:00Z\" -> deleted_at=null"),
    ];
    assert_eq!(lines(fixture, HistoryOf::All), expected);
    assert_eq!(lines(fixture, HistoryOf::Actor(id)), expected);
}

pub fn every_change_of_a_movie_is_told_once(fixture: &Fixture) {
    let movies = fixture.database.movies();
    let new = NewMovie { shoot: a_shoot("2026-05-01", "2026-06-01"), ..a_movie_titled("Aihaga") };
    let id = fixture.add_new_movie(&new).id;
    let called_off = MovieChanges { shoot_start: Change::Clear, shoot_end: Change::Clear, ..titled("Aihaga II") };
    movies.update(&permit(), id, &Precondition::None, &called_off, later()).unwrap();
    fixture.delete_movie(id);
    fixture.restore_movie(id);
    let shoot = "shoot_start=\"2026-05-01\" shoot_end=\"2026-06-01\"";
    let expected = [
        format!("created movie {id}:  -> title=\"Aihaga\" release_date=\"2027-05-07\" {shoot}"),
        format!("updated movie {id}: title=\"Aihaga\" {shoot} -> title=\"Aihaga II\" shoot_start=null shoot_end=null"),
        format!("deleted movie {id}: deleted_at=null -> deleted_at=\"2026-03-15T10:30:00Z\""),
        format!("restored movie {id}: deleted_at=\"2026-03-15T10:30:00Z\" -> deleted_at=null"),
    ];
    assert_eq!(lines(fixture, HistoryOf::All), expected);
    assert_eq!(lines(fixture, HistoryOf::Movie(id)), expected);
}

pub fn every_change_of_a_casting_is_told_once(fixture: &Fixture) {
    let (ann, movie) = (fixture.add_actor("Ann").id, fixture.add_movie("Aihaga").id);
    let castings = fixture.database.castings();
    let casting = fixture.add_casting(movie, &NewCasting { character: Some(part("The Baker")), ..a_casting_of(ann) });
    for changes in [
        billed(2),
        moved(CastingStatus::Booked),
        CastingChanges { character: Change::To(part("The Smith")), ..billed(3) },
    ] {
        fixture.change_casting(&casting, &changes);
    }
    let order = BillingOrder::new(vec![casting.id]).unwrap();
    castings.bill(&permit(), movie, &order, later()).unwrap();
    fixture.change_casting(&casting, &moved(CastingStatus::Released));
    castings.delete(&permit(), movie, casting.id, &Precondition::None, later()).unwrap();

    let id = casting.id;
    let (parties, reason) = (format!("movie_id={movie} actor_id={ann}"), "reason=\"The dates moved\"");
    let expected = [
        format!("cast casting {id}:  -> {parties} character=\"The Baker\" status=\"considering\""),
        format!("billed casting {id}: billing=null -> billing=2"),
        format!("status changed casting {id}: status=\"considering\" reason=null -> status=\"booked\" {reason}"),
        format!("updated casting {id}: character=\"The Baker\" billing=2 -> character=\"The Smith\" billing=3"),
        format!("billed casting {id}: billing=3 -> billing=1"),
        format!("status changed casting {id}: status=\"booked\" -> status=\"released\""),
        format!("uncast casting {id}: {parties} character=\"The Smith\" status=\"released\" {reason} billing=1 -> "),
    ];
    assert_eq!(lines(fixture, HistoryOf::All)[2..], expected);
    assert_eq!(lines(fixture, HistoryOf::Actor(ann))[1..], expected);
    assert_eq!(lines(fixture, HistoryOf::Movie(movie))[1..], expected);
}

pub fn an_order_of_the_credits_tells_of_those_whose_place_changes(fixture: &Fixture) {
    let movie = fixture.add_movie("Aihaga").id;
    let [one, two, three] = [Some(place(1)), Some(place(2)), Some(place(3))].map(|billing| {
        fixture.add_casting(movie, &NewCasting { billing, ..a_casting_of(fixture.add_actor("Ann").id) }).id
    });
    let told = lines(fixture, HistoryOf::All).len();
    let order = BillingOrder::new(vec![one, three]).unwrap();
    fixture.database.castings().bill(&permit(), movie, &order, later()).unwrap();
    let expected = [
        format!("billed casting {two}: billing=2 -> billing=null"),
        format!("billed casting {three}: billing=3 -> billing=2"),
    ];
    assert_eq!(lines(fixture, HistoryOf::All)[told..], expected);
}

pub fn naming_actors_tells_of_each_casting(fixture: &Fixture) {
    let [ann, bo, cleo] = ["Ann", "Bo", "Cleo"].map(|name| fixture.add_actor(name).id);
    let movie = fixture.add_new_movie(&NewMovie { actors: [ann].into(), ..a_movie_titled("Aihaga") }).id;
    let [booked] = &fixture.cast(movie)[..] else { panic!("one casting") };
    let considered = fixture.add_casting(movie, &a_casting_of(bo)).id;
    let told = lines(fixture, HistoryOf::Movie(movie));
    let expected = [
        format!("created movie {movie}:  -> title=\"Aihaga\" release_date=\"2027-05-07\""),
        format!("cast casting {}:  -> movie_id={movie} actor_id={ann} status=\"booked\"", booked.id),
    ];
    assert_eq!(told[..2], expected);

    let movies = fixture.database.movies();
    movies.update(&permit(), movie, &Precondition::None, &naming(&[bo, cleo]), later()).unwrap();
    let new = fixture.cast(movie)[2].id;
    let mut after = lines(fixture, HistoryOf::Movie(movie)).split_off(told.len());
    after.sort();
    let expected = [
        format!("cast casting {new}:  -> movie_id={movie} actor_id={cleo} status=\"booked\""),
        format!(
            "status changed casting {}: status=\"booked\" reason=null -> status=\"released\" \
             reason=\"not among the actors of the movie any more\"",
            booked.id
        ),
        format!("status changed casting {considered}: status=\"considering\" -> status=\"booked\""),
    ];
    assert_eq!(after, expected);
}

pub fn an_import_is_told_once_and_of_nobody_in_particular(fixture: &Fixture) {
    let (actors, movies) = (fixture.database.actors(), fixture.database.movies());
    let many: Vec<_> = (0..1500).map(|number| an_actor_named(&format!("Actor {number}"))).collect();
    actors.import(&permit(), &mut rows(&many), now()).unwrap();
    movies.import(&permit(), &mut rows(&[a_movie_titled("A"), a_movie_titled("B")]), now()).unwrap();
    assert_eq!(lines(fixture, HistoryOf::All), ["imported actor *:  -> count=1500", "imported movie *:  -> count=2"]);

    let actor = actors.list(&ActorQuery::default(), &page(1, 1)).unwrap().items[0].id;
    let movie = movies.list(&MovieQuery::default(), &page(1, 1)).unwrap().items[0].id;
    for of in [HistoryOf::Actor(actor), HistoryOf::Movie(movie)] {
        assert_eq!(lines(fixture, of), Vec::<String>::new(), "{of:?}");
    }
}

pub fn a_history_shows_its_own_entries_and_those_of_its_castings(fixture: &Fixture) {
    let [ann, bo] = ["Ann", "Bo"].map(|name| fixture.add_actor(name).id);
    let [one, two] = ["One", "Two"].map(|title| fixture.add_movie(title).id);
    for (movie, actor) in [(one, ann), (one, bo), (two, ann)] {
        fixture.add_casting(movie, &a_casting_of(actor));
    }
    let all = fixture.history(HistoryOf::All);
    let [.., bo_created, ann_created] = &all[..] else { panic!("{all:?}") };
    let of = |numbers: &[usize]| numbers.iter().map(|number| all[*number].clone()).collect::<Vec<_>>();
    assert_eq!(all.len(), 7);
    assert!(all.is_sorted_by(|newer, older| newer.id > older.id));
    assert_eq!((ann_created.entity_id, bo_created.entity_id), (Some(ann.get()), Some(bo.get())));
    assert_eq!(fixture.history(HistoryOf::Actor(ann)), of(&[0, 2, 6]));
    assert_eq!(fixture.history(HistoryOf::Actor(bo)), of(&[1, 5]));
    assert_eq!(fixture.history(HistoryOf::Movie(one)), of(&[1, 2, 4]));
    assert_eq!(fixture.history(HistoryOf::Movie(two)), of(&[0, 3]));
}

pub fn pages_show_each_entry_once(fixture: &Fixture) {
    let history = fixture.database.history();
    let ann = fixture.add_actor("Ann").id;
    for movie in ["One", "Two", "Three"].map(|title| fixture.add_movie(title).id) {
        fixture.add_casting(movie, &a_casting_of(ann));
    }
    for (of, count) in [(HistoryOf::All, 7), (HistoryOf::Actor(ann), 4)] {
        let all = fixture.history(of);
        assert_eq!(all.len(), count);
        for limit in 1..=8 {
            let (mut seen, mut before): (Vec<HistoryEntry>, _) = (Vec::new(), None);
            loop {
                let page = history.list(of, before, Limit::new(limit).unwrap()).unwrap().unwrap();
                assert!(page.entries.len() <= usize::try_from(limit).unwrap() && !page.entries.is_empty(), "{limit}");
                seen.extend(page.entries);
                before = page.next;
                assert_eq!(before, seen.last().map(|entry| entry.id).filter(|_| seen.len() < count), "{limit}");
                if before.is_none() {
                    break;
                }
            }
            assert_eq!(seen, all, "{limit}");
        }
    }
}

pub fn a_page_that_was_begun_is_not_shifted_by_what_happens_since(fixture: &Fixture) {
    let history = fixture.database.history();
    let limit = Limit::new(2).unwrap();
    for name in ["Ann", "Bo", "Cleo"] {
        fixture.add_actor(name);
    }
    let first = history.list(HistoryOf::All, None, limit).unwrap().unwrap();
    fixture.add_actor("Dan");
    let second = history.list(HistoryOf::All, first.next, limit).unwrap().unwrap();
    let shown: Vec<_> = first.entries.iter().chain(&second.entries).map(|entry| entry.entity_id).collect();
    assert_eq!(shown, [Some(3), Some(2), Some(1)]);
}

pub fn there_is_nothing_before_the_first_entry(fixture: &Fixture) {
    let history = fixture.database.history();
    let limit = Limit::new(2).unwrap();
    let nothing = Some(HistoryPage { entries: vec![], next: None });
    assert_eq!(history.list(HistoryOf::All, None, limit).unwrap(), nothing);
    let ann = fixture.add_actor("Ann").id;
    let first = fixture.history(HistoryOf::All)[0].id;
    for of in [HistoryOf::All, HistoryOf::Actor(ann)] {
        assert_eq!(history.list(of, Some(first), limit).unwrap(), nothing, "{of:?}");
    }
}

pub fn what_is_deleted_keeps_its_history(fixture: &Fixture) {
    let (ann, movie) = (fixture.add_actor("Ann").id, fixture.add_movie("Aihaga").id);
    fixture.add_casting(movie, &a_casting_of(ann));
    fixture.delete_movie(movie);
    fixture.delete_actor(ann);
    for of in [HistoryOf::Actor(ann), HistoryOf::Movie(movie)] {
        assert_eq!(lines(fixture, of).len(), 3, "{of:?}");
    }
}

pub fn what_never_was_has_no_history(fixture: &Fixture) {
    let (ann, movie) = (fixture.add_actor("Ann").id, fixture.add_movie("Aihaga").id);
    let history = fixture.database.history();
    let (other, another) = (ActorId::new(ann.get() + 1).unwrap(), MovieId::new(movie.get() + 1).unwrap());
    for of in [HistoryOf::Actor(nobody()), HistoryOf::Actor(other), HistoryOf::Movie(another)] {
        for before in [None, HistoryId::new(1)] {
            assert_eq!(history.list(of, before, Limit::DEFAULT).unwrap(), None, "{of:?}");
        }
    }
}

pub fn an_entry_that_makes_no_sense_is_a_failure(fixture: &Fixture) {
    fixture.add_actor("Ann");
    for column in ["action", "before"] {
        fixture.aside().execute(&format!("UPDATE history SET {column} = 'what?'"));
        let answer = fixture.database.history().list(HistoryOf::All, None, Limit::DEFAULT);
        let Err(StoreError::Failed(cause)) = answer else { panic!("{answer:?}") };
        assert!(cause.to_string().contains("history"), "{cause}");
    }
}
