//! Entity tags: who else is in a resource is part of what it shows.

use ensemble_domain::{
    CastingStatus::{Booked, Pinned},
    Credit, Precondition,
};

use super::{credits, with_cast, with_credits};
use crate::fixture::{ActorDraft, Answer, a_movie, a_server, an_actor, delete, get, patch, version};

async fn seen(actor: ActorDraft, credits: Vec<Credit>, known: Option<&str>) -> Answer {
    let server = with_credits(a_server(), credits).actors(|actors| {
        actors.expect_find().once().return_once(|_| Ok(Some(actor.build())));
    });
    let call = get("/api/v1/actors/7").by_an_assistant();
    server.answer(known.into_iter().fold(call, |call, tag| call.header("If-None-Match", tag))).await
}

async fn tag(actor: ActorDraft, credits: Vec<Credit>) -> String {
    seen(actor, credits, None).await.header("ETag").unwrap().to_owned()
}

#[actix_web::test]
async fn a_tag_changes_with_all_that_is_seen_and_with_nothing_else() {
    let first = tag(an_actor(), credits(&[(9, "Badis", Booked)])).await;
    for (actor, credits) in [
        (an_actor().of_version(2), credits(&[(9, "Badis", Booked)])),
        (an_actor().aged(21), credits(&[(9, "Badis", Booked)])),
        (an_actor(), credits(&[])),
        (an_actor(), credits(&[(9, "Badis II", Booked)])),
        (an_actor(), credits(&[(9, "Badis", Booked), (2, "Aihaga", Booked)])),
    ] {
        assert_ne!(tag(actor, credits).await, first);
    }
    let pinned = credits(&[(9, "Badis", Booked), (2, "Aihaga", Pinned)]);
    assert_eq!(tag(an_actor(), pinned).await, first, "a pin is not seen");
}

#[actix_web::test]
async fn what_is_known_is_not_sent_again_until_something_in_it_changes() {
    let booked = || credits(&[(9, "Badis", Booked)]);
    let known = tag(an_actor(), booked()).await;

    let answer = seen(an_actor(), booked(), Some(&known)).await;
    assert_eq!((answer.status.as_u16(), answer.header("ETag"), answer.text()), (304, Some(known.as_str()), ""));

    let answer = seen(an_actor(), credits(&[]), Some(&known)).await;
    assert_eq!(answer.status, 200);
    assert_ne!(answer.header("ETag"), Some(known.as_str()));
}

#[actix_web::test]
async fn a_tag_names_its_version_to_a_change() {
    let known = tag(an_actor().of_version(3), credits(&[])).await;
    let server = with_credits(a_server(), Vec::new()).actors(|actors| {
        actors
            .expect_update()
            .withf(|_, _, seen, _, _| *seen == Precondition::VersionIn(vec![version(3)]))
            .once()
            .return_once(|_, _, _, _, _| Ok(Some(an_actor().build())));
    });
    let call = patch("/api/v1/actors/7").by_a_director().header("If-Match", known).text("{}");
    assert_eq!(server.answer(call).await.status, 200);
}

#[actix_web::test]
async fn the_tag_of_a_movie_names_its_version_to_a_change_and_to_a_deletion() {
    let server = with_cast(a_server(), Vec::new()).movies(|movies| {
        movies.expect_find().once().return_once(|_| Ok(Some(a_movie().of_version(3).build())));
    });
    let known = server.answer(get("/api/v1/movies/2").by_an_assistant()).await.header("ETag").unwrap().to_owned();

    let server = with_cast(a_server(), Vec::new()).movies(|movies| {
        let is_known = |seen: &Precondition| *seen == Precondition::VersionIn(vec![version(3)]);
        movies
            .expect_update()
            .withf(move |_, _, seen, _, _| is_known(seen))
            .once()
            .return_once(|_, _, _, _, _| Ok(Some(a_movie().build())));
        movies
            .expect_delete()
            .withf(move |_, _, seen, _| is_known(seen))
            .once()
            .return_once(|_, _, _, _| Ok(Some(a_movie().deleted().build())));
    });
    let server = server.start().await;
    for call in [patch("/api/v1/movies/2").text("{}"), delete("/api/v1/movies/2")] {
        assert_eq!(server.answer(call.by_a_producer().header("If-Match", &*known)).await.status, 200);
    }
}
