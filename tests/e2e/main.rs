//! End to end: the real binary, over real HTTP, on real databases.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, and helpers of tests are part of them"
)]

mod balancer;
mod cluster;
mod database;
mod node;
mod server;
mod tokens;
mod wire;

/// Runs one function as two tests: on SQLite and on PostgreSQL.
macro_rules! on_both_databases {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test] fn $name() { super::$name(&crate::database::Database::sqlite()); })+
        }
        mod postgres {
            $(#[test] fn $name() {
                if let Some(database) = crate::database::Database::postgres() {
                    super::$name(&database);
                }
            })+
        }
    };
}

mod abandoned;
mod authentication;
mod bad_input;
mod casting;
mod client;
mod commands;
mod concurrency;
mod console;
mod crash;
mod delivery;
mod documents;
mod durable;
mod explorer;
mod failover;
mod hosts;
mod instances;
mod limits;
mod lists;
mod main_job;
mod matrix;
mod metrics;
mod openapi;
mod outage;
mod postman;
mod provider;
mod secrets;
mod settings;
mod slow;
mod soak;
mod stopping;
mod tenant;
mod tricks;
mod v1;
