//! What the ports promise, told once and tried on every database.
//!
//! SQLite needs nothing. PostgreSQL is tried on the server that `TEST_DATABASE_URL` names, whose user must be allowed to create
//! databases; each test works in a database of its own.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, and so do its parts")]

mod actors;
mod concurrency;
mod fixture;
mod migrations;
mod movies;
mod postgres_only;
mod samples;
mod trouble;

/// Runs each of these functions as a test of each database, so that both have the same tests.
macro_rules! on_every_database {
    ($($module:ident: $($test:ident)+;)+) => {
        mod sqlite {
            $(mod $module {
                $(#[test] fn $test() { crate::$module::$test(&crate::fixture::sqlite()); })+
            })+
        }
        mod postgres {
            $(mod $module {
                $(#[test] fn $test() { if let Some(fixture) = crate::fixture::postgres() { crate::$module::$test(&fixture); } })+
            })+
        }
    };
}

on_every_database! {
    actors:
        a_page_is_ordered_by_id_and_counts_the_whole_list
        a_page_past_the_end_is_empty_and_still_counts
        a_list_shows_deleted_actors_only_when_asked
        a_found_actor_is_the_one_that_was_added
        an_absent_or_deleted_actor_is_not_found
        a_new_actor_has_version_1_and_the_time_it_was_added
        ids_are_given_in_order_and_never_twice
        many_actors_are_added_at_once_and_counted
        of_many_actors_all_are_added_or_none
        a_change_raises_the_version_and_keeps_the_creation
        a_change_writes_only_what_it_names
        a_change_that_changes_nothing_leaves_the_actor_as_it_is
        a_change_of_an_absent_or_deleted_actor_answers_none
        a_change_of_another_version_is_stale
        an_empty_list_of_versions_allows_nothing
        one_of_several_versions_is_enough
        a_change_that_changes_nothing_still_heeds_the_precondition
        a_deletion_hides_the_actor_one_version_up
        a_second_deletion_answers_none
        a_deletion_of_another_version_is_stale
        a_deletion_of_an_absent_actor_answers_none
        a_restored_actor_is_back_one_version_up
        restoring_a_live_actor_leaves_it_as_it_is
        restoring_an_absent_actor_answers_none
        text_of_any_script_survives
        genders_and_births_survive
        instants_survive_to_the_microsecond
        a_row_that_makes_no_sense_is_a_failure;
    movies:
        a_page_is_ordered_by_id_and_counts_the_whole_list
        a_page_past_the_end_is_empty_and_still_counts
        a_list_shows_deleted_movies_only_when_asked
        a_found_movie_is_the_one_that_was_added
        an_absent_or_deleted_movie_is_not_found
        a_new_movie_has_version_1_and_the_time_it_was_added
        many_movies_are_added_at_once_and_counted
        of_many_movies_all_are_added_or_none
        a_change_raises_the_version_and_keeps_the_creation
        a_change_that_changes_nothing_leaves_the_movie_as_it_is
        a_change_of_an_absent_or_deleted_movie_answers_none
        a_change_of_another_version_is_stale
        a_shoot_is_planned_moved_and_called_off
        a_shoot_that_loses_an_end_is_refused
        a_shoot_that_ends_before_it_starts_is_refused
        a_stale_change_is_stale_even_when_it_is_invalid
        a_deletion_hides_the_movie_one_version_up
        a_second_deletion_answers_none
        a_deletion_of_another_version_is_stale
        a_restored_movie_is_back_one_version_up
        restoring_a_live_movie_leaves_it_as_it_is
        restoring_an_absent_movie_answers_none
        text_of_any_script_survives
        the_first_and_the_last_day_of_release_survive;
    concurrency:
        changes_without_a_precondition_all_succeed
        of_two_changes_of_one_version_one_wins
        no_change_is_lost_when_all_name_the_version_they_saw
        an_actor_is_deleted_once
        movies_change_side_by_side
        readers_see_whole_rows_while_they_are_written;
    migrations:
        tables_are_made_unmade_and_made_again
        two_that_start_at_once_do_not_collide
        a_database_is_ready_when_its_tables_are_made
        the_state_of_a_database_can_be_asked_without_changing_it
        a_failed_migration_leaves_nothing_behind;
    trouble:
        a_call_waits_for_a_connection_only_so_long
        settings_that_can_never_work_are_refused
        as_many_calls_run_at_once_as_there_are_connections;
}
