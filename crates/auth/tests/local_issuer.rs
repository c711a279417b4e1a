//! The local issuer as a program sees it: a key file, tokens, and the verifier they pass through.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    thread,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use ensemble_auth::{
    Algorithm, Identity, KeySet, KeyStore, LOCAL_AUDIENCE, LOCAL_ISSUER, LocalIssuer, LocalKeyError, MAX_LIFETIME,
    Reason, Refusal, Rules, SigningError, TypRule, Verifier, install_crypto,
};
use ensemble_domain::Role;
use futures_util::FutureExt;
use tempfile::TempDir;

const HOUR: Duration = Duration::from_hours(1);

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_773_478_800, 0).unwrap()
}

/// A folder with a key in it: making one takes a while.
fn a_key() -> &'static Path {
    static FOLDER: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_folder, path) = FOLDER.get_or_init(|| {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("local-key.pem");
        LocalIssuer::open(&path).unwrap();
        (folder, path)
    });
    path
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn names(folder: &Path) -> Vec<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn verify(issuer: &LocalIssuer, audience: &str, token: &str, now: DateTime<Utc>) -> Result<Identity, Refusal> {
    install_crypto().unwrap();
    let store = KeyStore::empty();
    store.replace(KeySet::parse(issuer.key_set(), &[Algorithm::Rs256]).unwrap());
    let rules = Rules::new(LOCAL_ISSUER, audience).unwrap().with_typ(TypRule::AccessToken);
    let verifier = Verifier::new(rules, Arc::new(store));
    verifier.verify([format!("Bearer {token}").as_bytes()], now).now_or_never().unwrap()
}

#[test]
fn a_token_of_each_role_passes_as_any_other_would() {
    let issuer = LocalIssuer::open(a_key()).unwrap();
    for role in Role::ALL {
        let token = issuer.sign(role, LOCAL_AUDIENCE, HOUR, now()).unwrap();
        let identity = verify(&issuer, LOCAL_AUDIENCE, &token, now()).unwrap();
        assert_eq!(identity.subject.as_str(), format!("local|{}", role.key()));
        assert_eq!(identity.permissions, role.permissions());
        assert_eq!(identity.expires_at, now() + TimeDelta::hours(1));
    }
}

#[test]
fn a_token_is_for_its_audience_and_its_time() {
    let issuer = LocalIssuer::open(a_key()).unwrap();
    let token = issuer.sign(Role::CastingDirector, "another", HOUR, now()).unwrap();
    assert!(verify(&issuer, "another", &token, now()).is_ok());
    assert_eq!(verify(&issuer, LOCAL_AUDIENCE, &token, now()), Err(Refusal::InvalidToken(Reason::Audience)));
    assert_eq!(verify(&issuer, "another", &token, now() + TimeDelta::hours(2)), Err(Refusal::Expired));
}

#[test]
fn a_token_lives_a_second_to_30_days() {
    let issuer = LocalIssuer::open(a_key()).unwrap();
    for ttl in [Duration::from_secs(1), MAX_LIFETIME] {
        let token = issuer.sign(Role::CastingAssistant, LOCAL_AUDIENCE, ttl, now()).unwrap();
        assert!(verify(&issuer, LOCAL_AUDIENCE, &token, now()).is_ok(), "{ttl:?}");
    }
    for ttl in [Duration::ZERO, Duration::from_millis(999), MAX_LIFETIME + Duration::from_secs(1), Duration::MAX] {
        let refused = issuer.sign(Role::CastingAssistant, LOCAL_AUDIENCE, ttl, now());
        assert!(matches!(refused, Err(SigningError::Lifetime)), "{ttl:?}");
    }
}

#[test]
fn a_token_of_another_key_is_refused() {
    let folder = TempDir::new().unwrap();
    let other = LocalIssuer::open(&folder.path().join("key.pem")).unwrap();
    let token = other.sign(Role::ExecutiveProducer, LOCAL_AUDIENCE, HOUR, now()).unwrap();
    let issuer = LocalIssuer::open(a_key()).unwrap();
    assert_eq!(verify(&issuer, LOCAL_AUDIENCE, &token, now()), Err(Refusal::InvalidToken(Reason::UnknownKid)));
}

#[test]
fn the_key_is_made_once_and_for_its_owner_only() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("key.pem");
    let first = LocalIssuer::open(&path).unwrap();
    assert_eq!(mode(&path), 0o600);
    assert_eq!(names(folder.path()), ["key.pem"]);
    assert!(fs::read_to_string(&path).unwrap().starts_with("-----BEGIN PRIVATE KEY-----\n"));

    let again = LocalIssuer::open(&path).unwrap();
    assert_eq!(first.key_set(), again.key_set());
}

#[test]
fn whoever_starts_at_the_same_time_gets_the_same_key() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("key.pem");
    let sets: Vec<Vec<u8>> = thread::scope(|scope| {
        let openers: Vec<_> =
            (0..4).map(|_| scope.spawn(|| LocalIssuer::open(&path).unwrap().key_set().to_vec())).collect();
        openers.into_iter().map(|opener| opener.join().unwrap()).collect()
    });
    assert!(sets.iter().all(|set| *set == sets[0]));
    assert_eq!(LocalIssuer::open(&path).unwrap().key_set(), sets[0]);
    assert_eq!(names(folder.path()), ["key.pem"]);
}

#[test]
fn a_key_that_others_may_read_is_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("key.pem");
    fs::copy(a_key(), &path).unwrap();
    for exposed in [0o604, 0o640, 0o644, 0o620, 0o601, 0o666] {
        fs::set_permissions(&path, fs::Permissions::from_mode(exposed)).unwrap();
        let fault = LocalIssuer::open(&path).unwrap_err();
        assert!(matches!(fault, LocalKeyError::Exposed { mode, .. } if mode == exposed), "{fault}");
        assert!(fault.to_string().contains("chmod 600"), "{fault}");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    assert!(LocalIssuer::open(&path).is_ok());
}

#[test]
fn a_file_without_a_key_is_refused_and_left_alone() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("key.pem");
    for content in ["", "secret", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let fault = LocalIssuer::open(&path).unwrap_err();
        assert!(matches!(fault, LocalKeyError::NotAKey { .. }), "{fault}");
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
}

#[test]
fn a_folder_that_is_not_there_is_told_so() {
    let folder = TempDir::new().unwrap();
    let fault = LocalIssuer::open(&folder.path().join("nowhere/key.pem")).unwrap_err();
    assert!(matches!(fault, LocalKeyError::File { .. }), "{fault}");
    assert!(fault.to_string().contains("nowhere/key.pem"), "{fault}");
}

#[test]
fn the_published_key_has_no_secret_in_it() {
    let issuer = LocalIssuer::open(a_key()).unwrap();
    let set: serde_json::Value = serde_json::from_slice(issuer.key_set()).unwrap();
    let members: Vec<&String> = set["keys"][0].as_object().unwrap().keys().collect();
    assert_eq!(members, ["alg", "e", "kid", "kty", "n", "use"]);
    assert_eq!(set["keys"][0]["alg"], Algorithm::Rs256.as_str());
}
