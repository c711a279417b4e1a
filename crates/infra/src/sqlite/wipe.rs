//! Writing a file anew, without what was removed.

use std::{
    thread,
    time::{Duration, Instant},
};

use diesel::{QueryResult, RunQueryDsl, SqliteConnection, connection::SimpleConnection, dsl::sql, sql_types::Integer};
use ensemble_domain::StoreError;

use crate::error::Trouble;

/// How long readers may keep the log from being emptied.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// How long one attempt waits for them, in which nobody can write, and how long the next one leaves writers alone.
const ATTEMPT: Duration = Duration::from_millis(200);
const PAUSE: Duration = Duration::from_millis(400);

/// Writes all pages anew, since they keep the remains of rows that were removed, or were longer once, and empties the log.
pub fn wipe(connection: &mut SqliteConnection, patience: Duration) -> Result<(), Trouble> {
    connection.batch_execute("VACUUM")?;
    // Whoever empties the log keeps others from writing while waiting for those who read from it.
    connection.batch_execute(&format!("PRAGMA busy_timeout = {}", ATTEMPT.as_millis()))?;
    let start = Instant::now();
    while !emptied(connection)? {
        if start.elapsed() >= patience {
            let seconds = patience.as_secs();
            return Err(StoreError::Unavailable(format!("somebody read from the log for {seconds} s").into()).into());
        }
        thread::sleep(PAUSE);
    }
    Ok(())
}

fn emptied(connection: &mut SqliteConnection) -> QueryResult<bool> {
    let held_up: i32 = sql::<Integer>("PRAGMA wal_checkpoint(TRUNCATE)").get_result(connection)?;
    Ok(held_up == 0)
}

#[cfg(test)]
mod tests {
    use diesel::Connection;
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn others_write_while_a_reader_keeps_the_log_from_being_emptied() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("test.db");
        let connect = || SqliteConnection::establish(path.to_str().unwrap()).unwrap();
        let [mut wiper, mut reader, mut writer] = [(); 3].map(|()| connect());
        wiper.batch_execute("PRAGMA journal_mode = WAL; CREATE TABLE things (name TEXT NOT NULL) STRICT").unwrap();
        wiper.batch_execute("PRAGMA busy_timeout = 5000").unwrap();
        writer.batch_execute("PRAGMA busy_timeout = 1250; INSERT INTO things VALUES ('x')").unwrap();
        reader.batch_execute("BEGIN; SELECT * FROM things").unwrap();
        thread::scope(|scope| {
            let wiping = scope.spawn(|| wipe(&mut wiper, PATIENCE));
            for _ in 0..10 {
                thread::sleep(Duration::from_millis(100));
                writer.batch_execute("INSERT INTO things VALUES ('y')").unwrap();
            }
            assert!(!wiping.is_finished(), "the reader is in the way");
            reader.batch_execute("COMMIT").unwrap();
            wiping.join().unwrap().unwrap();
        });
        assert_eq!(path.with_extension("db-wal").metadata().unwrap().len(), 0);
    }

    #[test]
    fn a_reader_who_does_not_end_is_told() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("test.db");
        let [mut wiper, mut reader] = [(); 2].map(|()| SqliteConnection::establish(path.to_str().unwrap()).unwrap());
        wiper.batch_execute("PRAGMA journal_mode = WAL; CREATE TABLE things (name TEXT NOT NULL) STRICT").unwrap();
        reader.batch_execute("BEGIN; SELECT * FROM things").unwrap();
        let refused = wipe(&mut wiper, Duration::ZERO);
        assert!(matches!(refused, Err(Trouble::Answer(StoreError::Unavailable(_)))), "{refused:?}");
    }
}
