//! What the port of actors promises of calls that are made together.

use ensemble_domain::{
    Action, Actor, ActorChanges, ActorId, ActorName, Addition, Amendment, HistoryOf, Permit, PostActors, Precondition,
};

use crate::{
    concurrency::at_once,
    fixture::Fixture,
    lists::assert_totals_are_true,
    samples::{an_actor_named, caller, later, now, permit, repeatable, seen, version},
};

/// The permit of somebody of that name, who makes one request only.
fn by(name: &str) -> Permit<PostActors> {
    caller(&format!("auth0|{name}"), &format!("request-of-{name}")).permit().unwrap()
}

pub fn addition(permit: Permit<PostActors>, name: &str) -> Addition {
    Addition { permit, new: an_actor_named(name) }
}

pub fn add(fixture: &Fixture, wanted: &[Addition]) -> Vec<Option<Actor>> {
    fixture.database.actors().insert_several(&wanted.iter().collect::<Vec<_>>(), now()).unwrap()
}

pub fn renaming(id: ActorId, precondition: Precondition, name: &str) -> Amendment {
    let changes = ActorChanges { name: Some(ActorName::parse(name).unwrap()), ..ActorChanges::default() };
    Amendment { permit: permit(), id, precondition, changes }
}

pub fn change(fixture: &Fixture, wanted: &[Amendment]) -> Vec<Option<Actor>> {
    fixture.database.actors().update_several(&wanted.iter().collect::<Vec<_>>(), later()).unwrap()
}

pub fn each_is_added_in_order_with_an_entry_of_its_own(fixture: &Fixture) {
    let names = ["Eve", "Ann", "Dan", "Ann"];
    let added = add(fixture, &names.map(|name| addition(by(name), name)));
    let added: Vec<_> = added.into_iter().flatten().collect();
    assert_eq!(added.iter().map(|actor| actor.name.as_str()).collect::<Vec<_>>(), names);
    assert!(added.is_sorted_by_key(|actor| actor.id));
    for actor in &added {
        assert_eq!(fixture.database.actors().find(actor.id).unwrap().as_ref(), Some(actor));
        let entries = fixture.history(HistoryOf::Actor(actor.id));
        let [entry] = &entries[..] else { panic!("{entries:?}") };
        let name = actor.name.as_str();
        assert_eq!((&entry.by, &entry.request_id), (by(name).caller().subject(), by(name).caller().request_id()));
        assert_eq!((entry.at, entry.entity_id), (now(), Some(actor.id.get())));
    }
    let told: Vec<_> =
        fixture.history(HistoryOf::All).into_iter().rev().map(|entry| entry.entity_id.unwrap()).collect();
    assert_eq!(told, added.iter().map(|actor| actor.id.get()).collect::<Vec<_>>());
    assert_totals_are_true(fixture);
}

pub fn one_that_is_added_with_others_is_like_one_added_alone(fixture: &Fixture) {
    let alone = fixture.add_actor("Ann");
    let together = add(fixture, &[addition(permit(), "Ann"), addition(permit(), "Bo")]).remove(0).unwrap();
    assert_eq!(Actor { id: alone.id, ..together.clone() }, alone);
    let told = |id| fixture.history(HistoryOf::Actor(id)).remove(0).record;
    assert_eq!(told(together.id), told(alone.id));
}

pub fn a_repeatable_addition_is_left_out(fixture: &Fixture) {
    let wanted = [addition(repeatable(1, 1), "Ann"), addition(permit(), "Bo"), addition(repeatable(2, 2), "Cleo")];
    let [None, Some(bo), None] = &add(fixture, &wanted)[..] else { panic!("only one could be added") };
    assert_eq!((bo.name.as_str(), fixture.history(HistoryOf::All).len()), ("Bo", 1));
    assert_eq!(add(fixture, &wanted[..1]), [None]);
}

pub fn each_is_changed_with_an_entry_of_its_own(fixture: &Fixture) {
    let [ann, bo] = ["Ann", "Bo"].map(|name| fixture.add_actor(name).id);
    let wanted = [renaming(bo, seen(&[1]), "Bob"), renaming(ann, Precondition::None, "Anna")];
    for (changed, Amendment { id, changes, .. }) in change(fixture, &wanted).into_iter().zip(&wanted) {
        let changed = changed.unwrap();
        assert_eq!((changed.id, Some(&changed.name), changed.version), (*id, changes.name.as_ref(), version(2)));
        assert_eq!(fixture.database.actors().find(*id).unwrap(), Some(changed));
        let entries = fixture.history(HistoryOf::Actor(*id));
        let [entry, _created] = &entries[..] else { panic!("{entries:?}") };
        assert_eq!((entry.record.action, entry.at), (Action::Updated, later()));
    }
    let told: Vec<_> = fixture.history(HistoryOf::All).into_iter().take(2).map(|it| it.entity_id.unwrap()).collect();
    assert_eq!(told, [ann.get(), bo.get()], "the first is told first");
    assert_totals_are_true(fixture);
}

pub fn whatever_cannot_be_changed_as_wished_is_left_out(fixture: &Fixture) {
    let [ann, bo, gone] = ["Ann", "Bo", "Cleo"].map(|name| fixture.add_actor(name).id);
    fixture.delete_actor(gone);
    let told = fixture.history(HistoryOf::All).len();
    let wanted = [
        renaming(ActorId::new(i64::MAX).unwrap(), Precondition::None, "Nobody"),
        renaming(gone, Precondition::None, "Gone"),
        renaming(bo, seen(&[7]), "Stale"),
        renaming(bo, Precondition::None, "Not the first"),
        renaming(ann, Precondition::None, "Anna"),
        renaming(ann, Precondition::None, "Anita"),
    ];
    let changed = change(fixture, &wanted);
    assert_eq!(changed.iter().map(Option::is_some).collect::<Vec<_>>(), [false, false, false, false, true, false]);
    let stored = |id| fixture.database.actors().find(id).unwrap().unwrap();
    let same = change(fixture, &[renaming(ann, Precondition::None, "Anna")]);
    assert_eq!(same, [Some(stored(ann))], "what changes nothing is answered as it is");
    assert_eq!((stored(bo).name.as_str(), stored(ann).name.as_str()), ("Bo", "Anna"));
    assert_eq!(fixture.history(HistoryOf::All).len(), told + 1);
}

pub fn what_the_database_refuses_happens_to_none_of_them(fixture: &Fixture) {
    let [ann, bo] = ["Ann", "Bo"].map(|name| fixture.add_actor(name).id);
    let index = "CREATE UNIQUE INDEX for_this_test ON history (request_id) WHERE request_id = 'request-of-doomed'";
    fixture.aside().execute(index);
    let told = fixture.history(HistoryOf::All).len();
    assert_eq!(add(fixture, &[(); 3].map(|()| addition(by("doomed"), "Dan"))), [None, None, None]);
    let doomed = |id| Amendment {
        permit: caller("auth0|somebody", "request-of-doomed").permit().unwrap(),
        ..renaming(id, Precondition::None, "Dan")
    };
    assert_eq!(change(fixture, &[doomed(ann), doomed(bo)]), [None, None]);
    assert_eq!(fixture.history(HistoryOf::All).len(), told);
    assert_totals_are_true(fixture);
}

pub fn groups_that_want_the_same_actors_change_each_once(fixture: &Fixture) {
    let ids: Vec<_> = (0..12).map(|number| fixture.add_actor(&format!("Actor {number}")).id).collect();
    let written: i64 = at_once(6, |thread| {
        let mut written = 0;
        for round in 0..20 {
            let mut wanted: Vec<_> =
                ids.iter().map(|id| renaming(*id, Precondition::None, &format!("{thread} {round}"))).collect();
            if thread % 2 == 0 {
                wanted.reverse();
            }
            written += i64::try_from(change(fixture, &wanted).iter().flatten().count()).unwrap();
        }
        written
    })
    .into_iter()
    .sum();
    let actors = fixture.database.actors();
    let raised: i64 = ids.iter().map(|id| actors.find(*id).unwrap().unwrap().version.get() - 1).sum();
    assert_eq!((written > 0, raised), (true, written));
    assert_eq!(i64::try_from(fixture.history(HistoryOf::All).len()).unwrap(), 12 + written);
}

pub fn a_row_that_makes_no_sense_is_nobody_elses_trouble(fixture: &Fixture) {
    let [ann, bo] = ["Ann", "Bo"].map(|name| fixture.add_actor(name).id);
    fixture.aside().execute(&format!("UPDATE actors SET name = ' ' WHERE id = {ann}"));
    let wanted = [ann, bo].map(|id| renaming(id, Precondition::None, "Dan"));
    let changed = change(fixture, &wanted);
    assert_eq!(changed.iter().map(Option::is_some).collect::<Vec<_>>(), [false, true]);
}
