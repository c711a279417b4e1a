//! A primary is lost and its standby takes over, while clients write.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use ensemble_domain::Role;
use reqwest::{Method, blocking::RequestBuilder};
use serde_json::{Value, json};

use crate::{
    balancer::{Balancer, behind_a_balancer, port_of},
    cluster::Cluster,
    database::Database,
    server::{Raised, Server, answered, eventually, token},
};

/// How soon writes must work once the new primary takes them.
const RESUMPTION: Duration = Duration::from_secs(5);
const CLIENTS: usize = 8;

#[test]
fn a_standby_takes_over_and_nothing_acknowledged_is_lost() {
    let Some(first) = Cluster::create() else { return };
    let second = first.standby();
    let server = Server::start(&either(&first, &second));
    let load = Load::answered_within(Duration::from_secs(3));
    let ask = || server.request_as(Role::CastingDirector, Method::POST, "/actors");
    // There and back again: the old primary returns as a standby, and then takes over in its turn.
    for (primary, standby) in [(&first, &second), (&second, &first)] {
        load.outlives(ask, (primary, standby), || {
            primary.stop();
            eventually("writes are put off", || load.is_put_off().then_some(()));
        });
        primary.rejoin(standby);
    }
}

#[test]
fn two_instances_behind_a_balancer_outlive_a_primary_that_froze() {
    let Some(primary) = Cluster::create() else { return };
    let standby = primary.standby();
    let database = either(&primary, &standby);
    let instances = [0, 0].map(|port| behind_a_balancer(&database, port));
    let Some(balancer) = Balancer::start(instances.each_ref().map(port_of)) else { return };
    balancer.lets_through();
    let token = token(&database, Role::CastingDirector);
    // Whoever asked the frozen primary waits for it for as long as a request may take.
    let load = Load::answered_within(Duration::from_secs(16));
    let ask = || balancer.request(Method::POST, "/actors").bearer_auth(&token);
    load.outlives(ask, (&primary, &standby), || {
        primary.signal("STOP");
        balancer.lets_nothing_through();
        // As when its machine loses its power.
        primary.signal("KILL");
    });
}

#[test]
fn what_no_standby_has_confirmed_is_not_acknowledged() {
    let Some(primary) = Cluster::create() else { return };
    let standby = primary.standby();
    let mut server = Server::with(&primary.database, &[("ENSEMBLE__DATABASE__STATEMENT_TIMEOUT", "1")]);
    commit_on_standby_too(&primary);
    let add = || server.json(Method::POST, "/actors", &actor("Nada Haddad")).0;
    assert_eq!(add(), 201);
    standby.stop();
    assert_eq!(add(), 503);
    standby.start();
    eventually("writes are acknowledged again", || (add() == 201).then_some(()));
    server.signal("TERM");
    assert_eq!(server.ended().code(), Some(0));
}

/// Clients that add actors, each under a name of its own.
struct Load {
    /// How long any answer may take.
    limit: Duration,
    number: AtomicU32,
    acknowledged: Mutex<BTreeSet<String>>,
    /// For each client, how many answers in a row were the same as the last one, and whether that was an acknowledgement.
    lately: [Mutex<(u32, bool)>; CLIENTS],
}

impl Load {
    fn answered_within(limit: Duration) -> Self {
        Self { limit, number: AtomicU32::default(), acknowledged: Mutex::default(), lately: Default::default() }
    }

    /// The primary is lost and its standby promoted while clients ask: they are soon served again, and no acknowledged write is lost.
    fn outlives(
        &self,
        ask: impl Fn() -> RequestBuilder + Sync,
        (primary, standby): (&Cluster, &Cluster),
        lose: impl FnOnce(),
    ) {
        commit_on_standby_too(primary);
        let resumed_after = self.during(ask, || {
            self.goes_on("writes are acknowledged");
            lose();
            standby.promote();
            let promoted = Instant::now();
            self.goes_on("writes are acknowledged again");
            promoted.elapsed()
        });
        println!("writes resumed {resumed_after:?} after the promotion");
        assert!(resumed_after < RESUMPTION, "writes resumed after {resumed_after:?}");
        let (stored, acknowledged) = (standby.column("SELECT name FROM actors"), self.acknowledged.lock().unwrap());
        assert!(acknowledged.is_subset(&stored), "lost: {:?}", acknowledged.difference(&stored));
    }

    /// Runs the clients for as long as `what` takes.
    fn during<T>(&self, ask: impl Fn() -> RequestBuilder + Sync, what: impl FnOnce() -> T) -> T {
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            // Whoever fails below must not keep the clients running.
            let over = Raised(&is_over);
            for lately in &self.lately {
                let (is_over, ask) = (&is_over, &ask);
                scope.spawn(move || {
                    while !is_over.load(Ordering::Relaxed) {
                        let is_acknowledged = self.add(ask());
                        let mut lately = lately.lock().unwrap();
                        let before = if lately.1 == is_acknowledged { lately.0 } else { 0 };
                        *lately = (before + 1, is_acknowledged);
                    }
                });
            }
            let answer = what();
            drop(over);
            answer
        })
    }

    /// Adds one more actor. Whatever happens to the database, the answer is that it is there, or to try again.
    fn add(&self, request: RequestBuilder) -> bool {
        let name = format!("Actor {}", self.number.fetch_add(1, Ordering::Relaxed));
        let began = Instant::now();
        let (status, answer) = answered(request.json(&actor(&name)).send().unwrap());
        assert!(began.elapsed() < self.limit, "{status} after {:?}", began.elapsed());
        match status {
            201 => self.acknowledged.lock().unwrap().insert(name),
            503 => false,
            _ => panic!("{status}: {answer}"),
        }
    }

    fn goes_on(&self, what: &str) {
        for lately in &self.lately {
            *lately.lock().unwrap() = (0, false);
        }
        eventually(what, || self.lately(|(number, acknowledged)| acknowledged && number >= 10).then_some(()));
    }

    fn is_put_off(&self) -> bool {
        self.lately(|(_, acknowledged)| !acknowledged)
    }

    fn lately(&self, is_so: impl Fn((u32, bool)) -> bool) -> bool {
        self.lately.iter().all(|lately| is_so(*lately.lock().unwrap()))
    }
}

/// Both servers, as one address.
fn either(first: &Cluster, second: &Cluster) -> Database {
    let host = |cluster: &Cluster| cluster.url().split(['@', '/']).nth(3).unwrap().to_owned();
    Database::at(format!("postgres://postgres@{},{}/postgres", host(first), host(second)))
}

/// From now on a commit is one only when the standby has it.
fn commit_on_standby_too(primary: &Cluster) {
    primary.run("ALTER SYSTEM SET synchronous_standby_names = '*'");
    primary.run("SELECT pg_reload_conf()");
    eventually("the standby confirms what is committed", || {
        let confirming = primary.column("SELECT application_name FROM pg_stat_replication WHERE sync_state = 'sync'");
        (!confirming.is_empty()).then_some(())
    });
}

fn actor(name: &str) -> Value {
    json!({"name": name, "age": 20, "gender": "female"})
}
