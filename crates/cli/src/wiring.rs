//! Adapters put behind the ports: what every command that touches the database or the issuer begins with.

use std::{path::Path, sync::Arc};

use ensemble_auth::LocalIssuer;
use ensemble_domain::{ActorService, CastingService, Clock, ErasureService, HistoryService, MovieService};
use ensemble_infra::{Database, MigrateError, Migrator, NotReady, SystemClock};

use crate::{
    failure::Failure,
    settings::{AuthSettings, IssuerSettings, Settings, SettingsError},
};

/// The use-cases over an open database.
pub struct UseCases {
    pub database: Database,
    pub actors: ActorService,
    pub movies: MovieService,
    pub castings: CastingService,
    pub history: HistoryService,
    pub erasures: ErasureService,
    pub clock: Arc<dyn Clock>,
}

/// Opens the database and puts the use-cases over it.
pub fn use_cases(settings: &Settings) -> Result<UseCases, Failure> {
    let database = Database::open(&settings.database).map_err(|error| Failure::because("database.url", &error))?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    Ok(UseCases {
        actors: ActorService::new(database.actors(), Arc::clone(&clock)),
        movies: MovieService::new(database.movies(), database.castings(), Arc::clone(&clock)),
        castings: CastingService::new(database.castings(), Arc::clone(&clock)),
        history: HistoryService::new(database.history()),
        erasures: ErasureService::new(database.erasures(), Arc::clone(&clock)),
        database,
        clock,
    })
}

/// The same for a command that needs the tables as this version has them. It makes no file: a mistyped name would become an empty agency.
pub fn use_cases_with_schema(settings: &Settings) -> Result<UseCases, Failure> {
    let is_absent = |path: &&Path| path.try_exists().is_ok_and(|is_there| !is_there);
    if let Some(path) = settings.database.url.sqlite_path().filter(is_absent) {
        return Err(Failure::Other(format!(
            "the SQLite file {} does not exist; name the right one by database.url, or run `ensemble migrate up` first",
            path.display()
        )));
    }
    let use_cases = use_cases(settings)?;
    match use_cases.database.ready() {
        Ok(()) => Ok(use_cases),
        Err(pending @ NotReady::Pending(_)) => {
            Err(Failure::because("the schema is not up to date, so run `ensemble migrate up` first", &pending))
        }
        Err(unavailable) => Err(Failure::because("the database", &unavailable)),
    }
}

/// What migrates the database of these settings.
pub fn migrator(settings: &Settings) -> Migrator {
    Migrator::new(&settings.database.url)
}

/// Why the schema is not as it should be. Where there is no place for the database, it is the setting that is wrong.
pub fn not_migrated(settings: &Settings, error: &MigrateError) -> Failure {
    match error {
        MigrateError::Place(place) => Failure::because("database.url", place),
        _ => Failure::because(&format!("the schema of {}", settings.database.url), error),
    }
}

/// Opens the development issuer, making its key at first use.
pub fn local_issuer(settings: &AuthSettings) -> Result<LocalIssuer, Failure> {
    match &settings.issuer {
        IssuerSettings::Local { key } => {
            LocalIssuer::open(key).map_err(|error| Failure::because("the key of the development issuer", &error))
        }
        IssuerSettings::Remote { .. } => {
            Err(SettingsError::new("auth.mode must be local: only the development issuer signs tokens here").into())
        }
    }
}
