//! What the port of actors promises.

use std::sync::Arc;

use ensemble_domain::{
    Actor, ActorChanges, ActorId, ActorName, ActorQuery, ActorRepository, Age, BirthDate, Born, BornChange, Deleted,
    Gender, NewActor, Outcome, Precondition, StoreError, Version,
};

use crate::{
    fixture::Fixture,
    samples::{NAMES, an_actor_named, day, instant, later, now, page, permit, rows, seen, version},
};

type Actors = Arc<dyn ActorRepository>;

fn add(actors: &Actors, name: &str) -> Actor {
    actors.insert(&permit(), &an_actor_named(name), now()).unwrap().into_inner()
}

fn delete(actors: &Actors, id: ActorId) -> Option<Actor> {
    actors.delete(&permit(), id, &Precondition::None, later()).unwrap()
}

fn rename(actors: &Actors, id: ActorId, condition: &Precondition, name: &str) -> Result<Option<Actor>, StoreError> {
    actors.update(&permit(), id, condition, &called(name), later())
}

fn called(name: &str) -> ActorChanges {
    ActorChanges { name: Some(ActorName::parse(name).unwrap()), ..ActorChanges::default() }
}

fn nobody() -> ActorId {
    ActorId::new(i64::MAX).unwrap()
}

fn names(actors: &[Actor]) -> Vec<&str> {
    actors.iter().map(|actor| actor.name.as_str()).collect()
}

fn showing(deleted: Deleted) -> ActorQuery {
    ActorQuery::default().showing_deleted(&permit(), deleted)
}

pub fn a_page_is_ordered_by_id_and_counts_the_whole_list(fixture: &Fixture) {
    let actors = fixture.database.actors();
    for name in ["Eve", "Dan", "Cleo", "Bo", "Ann"] {
        add(&actors, name);
    }
    let listed = |number| actors.list(&ActorQuery::default(), &page(number, 2)).unwrap();
    for (number, expected) in [(1, vec!["Eve", "Dan"]), (2, vec!["Cleo", "Bo"]), (3, vec!["Ann"])] {
        let found = listed(number);
        assert_eq!((names(&found.items), found.total.get()), (expected, 5));
        assert!(found.items.is_sorted_by_key(|actor| actor.id));
    }
}

pub fn a_page_past_the_end_is_empty_and_still_counts(fixture: &Fixture) {
    let actors = fixture.database.actors();
    let listed = |number| actors.list(&ActorQuery::default(), &page(number, 100)).unwrap();
    assert_eq!((listed(1).items.len(), listed(1).total.get()), (0, 0));
    add(&actors, "Ann");
    for number in [2, u64::MAX] {
        assert_eq!((listed(number).items.len(), listed(number).total.get()), (0, 1), "{number}");
    }
}

pub fn a_list_shows_deleted_actors_only_when_asked(fixture: &Fixture) {
    let actors = fixture.database.actors();
    let (_ann, bo, _cleo) = (add(&actors, "Ann"), add(&actors, "Bo"), add(&actors, "Cleo"));
    delete(&actors, bo.id).unwrap();
    for (deleted, expected) in
        [(Deleted::No, vec!["Ann", "Cleo"]), (Deleted::Only, vec!["Bo"]), (Deleted::With, vec!["Ann", "Bo", "Cleo"])]
    {
        let found = actors.list(&showing(deleted), &page(1, 20)).unwrap();
        assert_eq!(found.total.get(), u64::try_from(expected.len()).unwrap(), "{deleted:?}");
        assert_eq!(names(&found.items), expected, "{deleted:?}");
    }
}

pub fn a_found_actor_is_the_one_that_was_added(fixture: &Fixture) {
    let actors = fixture.database.actors();
    let (ann, bo) = (add(&actors, "Ann"), add(&actors, "Bo"));
    assert_eq!(actors.find(bo.id).unwrap(), Some(bo));
    assert_eq!(actors.find(ann.id).unwrap(), Some(ann));
}

pub fn an_absent_or_deleted_actor_is_not_found(fixture: &Fixture) {
    let actors = fixture.database.actors();
    let ann = add(&actors, "Ann");
    delete(&actors, ann.id).unwrap();
    assert_eq!(actors.find(ann.id).unwrap(), None);
    assert_eq!(actors.find(nobody()).unwrap(), None);
}

pub fn a_new_actor_has_version_1_and_the_time_it_was_added(fixture: &Fixture) {
    let new = an_actor_named("Ann");
    let ann = fixture.database.actors().insert(&permit(), &new, now()).unwrap().into_inner();
    assert_eq!((ann.version, ann.created_at, ann.updated_at, ann.deleted_at), (Version::FIRST, now(), now(), None));
    assert_eq!((ann.name, ann.gender, ann.born), (new.name, new.gender, new.born));
}

pub fn ids_are_given_in_order_and_never_twice(fixture: &Fixture) {
    let actors = fixture.database.actors();
    let ids: Vec<_> = NAMES
        .iter()
        .map(|name| {
            let actor = add(&actors, name);
            delete(&actors, actor.id).unwrap();
            actor.id
        })
        .collect();
    assert!(ids.is_sorted_by(|one, next| one < next), "{ids:?}");
}

pub fn many_actors_are_added_at_once_and_counted(fixture: &Fixture) {
    let actors = fixture.database.actors();
    assert_eq!(actors.import(&permit(), &mut rows(&[]), now()).unwrap().into_inner().count, 0);
    let many: Vec<_> = (0..2501).map(|number| an_actor_named(&format!("Actor {number}"))).collect();
    assert_eq!(actors.import(&permit(), &mut rows(&many), now()).unwrap().into_inner().count, 2501);

    let last = actors.list(&ActorQuery::default(), &page(26, 100)).unwrap();
    assert_eq!((names(&last.items), last.total.get()), (vec!["Actor 2500"], 2501));
    assert!(last.items.iter().all(|actor| actor.version == Version::FIRST && actor.created_at == now()));
}

pub fn of_many_actors_all_are_added_or_none(fixture: &Fixture) {
    let actors = fixture.database.actors();
    fixture.aside().execute("CREATE UNIQUE INDEX for_this_test ON actors (name)");
    let mut many: Vec<_> = (0..1500).map(|number| an_actor_named(&format!("Actor {number}"))).collect();
    many.push(an_actor_named("Actor 0"));

    let refused = actors.import(&permit(), &mut rows(&many), now());
    assert!(matches!(refused, Err(StoreError::Failed(_))), "{refused:?}");
    assert_eq!(actors.list(&showing(Deleted::With), &page(1, 1)).unwrap().total.get(), 0);

    many.pop();
    assert_eq!(actors.import(&permit(), &mut rows(&many), now()).unwrap().into_inner().count, 1500);
}

pub fn a_change_raises_the_version_and_keeps_the_creation(fixture: &Fixture) {
    let actors = fixture.database.actors();
    let ann = add(&actors, "Ann");
    let changed = rename(&actors, ann.id, &Precondition::None, "Anna").unwrap().unwrap();
    let expected =
        Actor { name: ActorName::parse("Anna").unwrap(), version: version(2), updated_at: later(), ..ann.clone() };
    assert_eq!(changed, expected);
    assert_eq!(actors.find(ann.id).unwrap(), Some(expected));
}

pub fn a_change_writes_only_what_it_names(fixture: &Fixture) {
    let actors = fixture.database.actors();
    let (ann, bo) = (add(&actors, "Ann"), add(&actors, "Bo"));
    let birth = BirthDate::new(day("1990-05-01"), now().date_naive()).unwrap();
    let born = ActorChanges { born: BornChange::Date(birth), ..ActorChanges::default() };
    let gender = ActorChanges { gender: Some(Gender::NonBinary), ..ActorChanges::default() };

    actors.update(&permit(), ann.id, &Precondition::None, &born, later()).unwrap();
    actors.update(&permit(), ann.id, &Precondition::None, &gender, later()).unwrap();
    let changed = actors.find(ann.id).unwrap().unwrap();
    assert_eq!((changed.born, changed.gender), (Born::On(day("1990-05-01")), Gender::NonBinary));
    assert_eq!((changed.name, changed.version), (ann.name, version(3)));
    assert_eq!(actors.find(bo.id).unwrap(), Some(bo), "nobody else changes");
}

pub fn a_change_that_changes_nothing_leaves_the_actor_as_it_is(fixture: &Fixture) {
    let actors = fixture.database.actors();
    let ann = add(&actors, "Ann");
    let age = Age::new(i64::from(ann.born.age(later().date_naive()))).unwrap();
    let same = ActorChanges { born: BornChange::Age(age), gender: Some(ann.gender.clone()), ..called("Ann") };
    for changes in [ActorChanges::default(), same] {
        let answer = actors.update(&permit(), ann.id, &Precondition::None, &changes, later()).unwrap();
        assert_eq!(answer.as_ref(), Some(&ann));
        assert_eq!(actors.find(ann.id).unwrap().as_ref(), Some(&ann));
    }
}

pub fn a_change_of_an_absent_or_deleted_actor_answers_none(fixture: &Fixture) {
    let actors = fixture.database.actors();
    let ann = add(&actors, "Ann");
    delete(&actors, ann.id).unwrap();
    for id in [ann.id, nobody()] {
        for condition in [Precondition::None, seen(&[2]), seen(&[])] {
            assert_eq!(rename(&actors, id, &condition, "Anna").unwrap(), None, "{id} {condition:?}");
        }
    }
}

pub fn a_change_of_another_version_is_stale(fixture: &Fixture) {
    let actors = fixture.database.actors();
    let ann = add(&actors, "Ann");
    rename(&actors, ann.id, &seen(&[1]), "Anna").unwrap().unwrap();
    for versions in [&[1][..], &[3], &[1, 3]] {
        let refused = rename(&actors, ann.id, &seen(versions), "Anne");
        assert!(matches!(refused, Err(StoreError::Stale { current }) if current == version(2)), "{refused:?}");
    }
    assert_eq!(actors.find(ann.id).unwrap().unwrap().name.as_str(), "Anna");
}

pub fn an_empty_list_of_versions_allows_nothing(fixture: &Fixture) {
    let actors = fixture.database.actors();
    let ann = add(&actors, "Ann");
    let refused = [rename(&actors, ann.id, &seen(&[]), "Anna"), actors.delete(&permit(), ann.id, &seen(&[]), later())];
    for answer in refused {
        assert!(matches!(answer, Err(StoreError::Stale { current: Version::FIRST })), "{answer:?}");
    }
    assert_eq!(actors.find(ann.id).unwrap(), Some(ann));
}

pub fn one_of_several_versions_is_enough(fixture: &Fixture) {
    let actors = fixture.database.actors();
    let ann = add(&actors, "Ann");
    let changed = rename(&actors, ann.id, &seen(&[7, 1, 9]), "Anna").unwrap().unwrap();
    assert_eq!(changed.version, version(2));
    let deleted = actors.delete(&permit(), ann.id, &seen(&[1, 2]), later()).unwrap().unwrap();
    assert_eq!(deleted.version, version(3));
}

pub fn a_change_that_changes_nothing_still_heeds_the_precondition(fixture: &Fixture) {
    let actors = fixture.database.actors();
    let ann = add(&actors, "Ann");
    let refused = actors.update(&permit(), ann.id, &seen(&[2]), &ActorChanges::default(), later());
    assert!(matches!(refused, Err(StoreError::Stale { .. })), "{refused:?}");
}

pub fn a_deletion_hides_the_actor_one_version_up(fixture: &Fixture) {
    let actors = fixture.database.actors();
    let ann = add(&actors, "Ann");
    let deleted = delete(&actors, ann.id);
    let expected = Actor { version: version(2), updated_at: later(), deleted_at: Some(later()), ..ann.clone() };
    assert_eq!(deleted.as_ref(), Some(&expected));
    assert_eq!(actors.find(ann.id).unwrap(), None);
    assert_eq!(actors.list(&showing(Deleted::Only), &page(1, 20)).unwrap().items, [expected]);
}

pub fn a_second_deletion_answers_none(fixture: &Fixture) {
    let actors = fixture.database.actors();
    let ann = add(&actors, "Ann");
    delete(&actors, ann.id).unwrap();
    for condition in [Precondition::None, seen(&[2]), seen(&[1])] {
        assert_eq!(actors.delete(&permit(), ann.id, &condition, later()).unwrap(), None, "{condition:?}");
    }
    let kept = actors.list(&showing(Deleted::Only), &page(1, 20)).unwrap().items;
    assert_eq!(kept.iter().map(|actor| actor.version).collect::<Vec<_>>(), [version(2)]);
}

pub fn a_deletion_of_another_version_is_stale(fixture: &Fixture) {
    let actors = fixture.database.actors();
    let ann = add(&actors, "Ann");
    let refused = actors.delete(&permit(), ann.id, &seen(&[2, 3]), later());
    assert!(matches!(refused, Err(StoreError::Stale { current: Version::FIRST })), "{refused:?}");
    assert_eq!(actors.find(ann.id).unwrap(), Some(ann));
}

pub fn a_deletion_of_an_absent_actor_answers_none(fixture: &Fixture) {
    let actors = fixture.database.actors();
    for condition in [Precondition::None, seen(&[1])] {
        assert_eq!(actors.delete(&permit(), nobody(), &condition, later()).unwrap(), None);
    }
}

pub fn a_restored_actor_is_back_one_version_up(fixture: &Fixture) {
    let actors = fixture.database.actors();
    let ann = add(&actors, "Ann");
    delete(&actors, ann.id).unwrap();
    let restored = actors.restore(&permit(), ann.id, instant("2026-03-16T00:00:00Z")).unwrap();
    let expected = Actor { version: version(3), updated_at: instant("2026-03-16T00:00:00Z"), ..ann.clone() };
    assert_eq!(restored, Some(Outcome::Done(expected.clone())));
    assert_eq!(actors.find(ann.id).unwrap(), Some(expected));
}

pub fn restoring_a_live_actor_leaves_it_as_it_is(fixture: &Fixture) {
    let actors = fixture.database.actors();
    let ann = add(&actors, "Ann");
    assert_eq!(actors.restore(&permit(), ann.id, later()).unwrap(), Some(Outcome::Done(ann.clone())));
    assert_eq!(actors.find(ann.id).unwrap(), Some(ann));
}

pub fn restoring_an_absent_actor_answers_none(fixture: &Fixture) {
    assert_eq!(fixture.database.actors().restore(&permit(), nobody(), later()).unwrap(), None);
}

pub fn text_of_any_script_survives(fixture: &Fixture) {
    let actors = fixture.database.actors();
    let longest = "\u{1f3ad}".repeat(200);
    for name in NAMES.into_iter().chain([longest.as_str()]) {
        let id = add(&actors, name).id;
        assert_eq!(actors.find(id).unwrap().unwrap().name.as_str(), name);
    }
}

pub fn genders_and_births_survive(fixture: &Fixture) {
    let actors = fixture.database.actors();
    let genders =
        ["female", "male", "non-binary", "two-spirit", &"Ж".repeat(40)].map(|text| Gender::parse(text).unwrap());
    let births = [Born::On(day("1880-01-01")), Born::About(day("1906-02-28")), Born::On(day("2024-02-29"))];
    for gender in &genders {
        for born in births {
            let new = NewActor { gender: gender.clone(), born, ..an_actor_named("Ann") };
            let id = actors.insert(&permit(), &new, now()).unwrap().get().id;
            let found = actors.find(id).unwrap().unwrap();
            assert_eq!((&found.gender, found.born), (gender, born));
        }
    }
}

pub fn instants_survive_to_the_microsecond(fixture: &Fixture) {
    let actors = fixture.database.actors();
    for text in [
        "2026-03-14T09:00:00Z",
        "2026-03-14T09:00:00.1Z",
        "2026-12-31T23:59:59.999999Z",
        "2026-03-14T09:00:00.000001Z",
        "1999-01-01T00:00:00.120Z",
    ] {
        let at = instant(text);
        let id = actors.insert(&permit(), &an_actor_named("Ann"), at).unwrap().get().id;
        actors.delete(&permit(), id, &Precondition::None, at).unwrap();
        let found = actors.list(&showing(Deleted::Only), &page(1, 100)).unwrap().items.pop().unwrap();
        assert_eq!((found.created_at, found.updated_at, found.deleted_at), (at, at, Some(at)), "{text}");
    }
}

pub fn a_row_that_makes_no_sense_is_a_failure(fixture: &Fixture) {
    let actors = fixture.database.actors();
    let (ann, bo) = (add(&actors, "Ann"), add(&actors, "Bo"));
    fixture.aside().execute(&format!("UPDATE actors SET name = ' ' WHERE id = {}", ann.id));

    let answers = [actors.find(ann.id).map(drop), actors.list(&ActorQuery::default(), &page(1, 20)).map(drop)];
    for answer in answers {
        let Err(StoreError::Failed(cause)) = answer else { panic!("{answer:?}") };
        let text = cause.to_string();
        assert!(text.contains("actors") && text.contains(&ann.id.to_string()), "{text}");
    }
    assert_eq!(actors.find(bo.id).unwrap(), Some(bo));
}
