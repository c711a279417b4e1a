//! What the ports promise, told once and tried on every database.
//!
//! SQLite needs nothing. PostgreSQL is tried on the server that `TEST_DATABASE_URL` names, whose user must be allowed to create
//! databases; each test works in a database of its own.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, and so do its parts"
)]

mod actors;
mod billing;
mod bookings;
mod castings;
mod concurrency;
mod erasure;
mod fixture;
mod history;
mod idempotency;
mod import;
mod lists;
mod migrations;
mod model;
mod moves;
mod movies;
mod postgres_only;
mod samples;
mod several;
mod trouble;
mod untold;
mod warnings;

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
    several:
        each_is_added_in_order_with_an_entry_of_its_own
        one_that_is_added_with_others_is_like_one_added_alone
        a_repeatable_addition_is_left_out
        each_is_changed_with_an_entry_of_its_own
        whatever_cannot_be_changed_as_wished_is_left_out
        what_the_database_refuses_happens_to_none_of_them
        groups_that_want_the_same_actors_change_each_once
        a_row_that_makes_no_sense_is_nobody_elses_trouble;
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
    castings:
        a_movie_with_a_casting
        a_cast_is_ordered_by_billing_with_those_without_one_last
        a_cast_shows_its_own_movie_only
        the_cast_of_an_absent_or_deleted_movie_is_none
        a_filmography_is_ordered_by_release_with_the_latest_first
        the_filmography_of_an_absent_or_deleted_actor_is_none
        castings_hide_with_their_movie
        castings_come_back_with_their_movie_as_they_were
        a_deleted_actor_stays_in_the_cast
        a_casting_is_found_in_its_own_movie_only
        a_new_casting_has_version_1_and_the_time_it_was_added
        every_status_can_be_a_first_one
        nobody_is_cast_in_an_absent_movie
        an_absent_or_deleted_actor_is_not_cast
        nobody_is_cast_twice_for_one_part
        a_part_without_a_name_counts_as_one
        parts_are_shared_and_actors_have_several
        a_closed_casting_leaves_its_part_free
        a_place_in_the_credits_is_given_once_in_a_movie
        ids_are_given_in_order_and_never_twice
        text_of_any_script_survives
        a_row_that_makes_no_sense_is_a_failure;
    moves:
        a_change_raises_the_version_and_keeps_the_creation
        a_change_takes_away_what_it_clears
        a_change_that_changes_nothing_leaves_the_casting_as_it_is
        a_change_of_an_absent_casting_or_in_another_movie_answers_none
        a_change_of_another_version_is_stale
        a_stale_change_is_stale_even_when_it_is_refused
        a_move_that_is_not_in_the_table_is_refused
        a_booking_that_ends_without_a_reason_is_refused
        a_change_to_a_part_that_the_actor_has_is_refused
        a_casting_that_is_opened_again_meets_the_open_one
        a_change_to_a_place_that_is_taken_is_refused
        an_actor_who_was_deleted_is_not_booked
        a_casting_is_taken_off_and_answered_as_it_was
        a_casting_is_taken_off_its_own_movie_only
        a_booking_has_to_end_before_it_is_taken_off
        to_take_off_another_version_is_stale
        the_last_place_in_the_credits_survives;
    billing:
        an_order_gives_places_from_1_and_takes_the_others
        places_are_swapped
        an_order_that_stands_changes_nothing
        an_empty_order_takes_every_place
        an_order_with_gaps_is_closed
        a_long_cast_is_put_in_order_at_once
        an_order_of_one_movie_leaves_the_others
        an_order_that_names_a_stranger_is_refused
        the_order_of_an_absent_or_deleted_movie_answers_none;
    warnings:
        a_casting_that_meets_nobody_warns_of_nothing
        bookings_whose_shoots_share_a_day_collide
        a_movie_that_is_not_shot_collides_with_none
        only_bookings_are_collided_with
        only_bookings_of_the_same_actor_collide
        a_closed_casting_warns_of_nothing
        a_deleted_movie_is_not_collided_with
        a_part_that_somebody_else_is_booked_for_is_shared
        a_part_without_a_name_is_not_shared
        double_bookings_come_first_each_kind_by_ascending_id
        the_double_bookings_of_a_movie_are_those_of_everybody_booked_for_it;
    bookings:
        a_new_movie_books_its_actors
        a_new_movie_with_actors_who_are_not_there_is_not_added
        naming_the_actors_of_a_movie_books_moves_and_releases
        naming_the_same_actors_again_changes_nothing
        naming_nobody_releases_everybody
        a_change_that_names_no_actors_leaves_the_cast
        a_change_names_actors_and_facts_at_once
        a_change_that_names_actors_who_are_not_there_changes_nothing
        who_is_booked_may_be_named_again_though_deleted_since
        a_change_that_is_stale_or_invalid_books_nobody
        an_actor_who_is_booked_on_movies_to_come_is_not_deleted
        a_movie_is_to_come_until_the_day_after_its_release
        a_deleted_movie_keeps_nobody
        only_a_booking_keeps_an_actor
        a_stale_deletion_is_stale_even_when_the_actor_is_booked;
    history:
        an_entry_tells_who_did_what_when_and_under_which_request
        every_change_of_an_actor_is_told_once
        every_change_of_a_movie_is_told_once
        every_change_of_a_casting_is_told_once
        an_order_of_the_credits_tells_of_those_whose_place_changes
        naming_actors_tells_of_each_casting
        an_import_is_told_once_and_of_nobody_in_particular
        a_history_shows_its_own_entries_and_those_of_its_castings
        pages_show_each_entry_once
        a_page_that_was_begun_is_not_shifted_by_what_happens_since
        there_is_nothing_before_the_first_entry
        what_is_deleted_keeps_its_history
        what_never_was_has_no_history
        an_entry_that_makes_no_sense_is_a_failure;
    erasure:
        a_dossier_tells_what_there_is
        whoever_is_erased_is_nowhere
        what_is_about_others_stays
        who_is_deleted_or_booked_is_erased_as_well
        an_erasure_is_told_without_whom_it_was
        nobody_who_is_not_there_is_erased
        the_ids_of_what_was_erased_are_not_given_again
        the_ids_of_what_was_erased_outlast_a_migration_that_is_undone
        requests_about_whoever_is_erased_are_forgotten
        names_are_taken_out_of_the_reasons_of_others
        nothing_is_left_of_an_actor_who_is_cast_while_erased;
    untold:
        a_call_that_changes_nothing_is_not_told
        a_call_that_is_refused_or_finds_nothing_is_not_told
        what_cannot_be_told_does_not_happen
        what_can_be_told_only_in_part_does_not_happen_at_all;
    idempotency:
        the_same_request_again_answers_what_came_of_it_then
        another_request_under_the_same_key_is_refused
        the_same_request_under_another_key_is_done_again
        a_request_is_forgotten_after_a_day
        a_new_movie_is_not_added_and_cast_twice
        a_casting_is_not_added_twice
        nothing_is_restored_twice
        a_request_that_is_refused_is_not_remembered
        a_request_that_finds_nothing_is_not_remembered
        what_cannot_be_remembered_does_not_happen
        only_forgotten_keys_are_purged
        of_one_request_sent_many_times_at_once_one_is_done
        of_one_casting_sent_many_times_at_once_one_is_added;
    concurrency:
        changes_without_a_precondition_all_succeed
        of_two_changes_of_one_version_one_wins
        no_change_is_lost_when_all_name_the_version_they_saw
        an_actor_is_deleted_once
        movies_change_side_by_side
        readers_see_whole_rows_while_they_are_written
        a_cast_stays_in_order_while_many_change_it
        castings_come_and_go_side_by_side
        an_actor_is_either_booked_or_deleted
        nobody_is_cast_once_the_movie_is_deleted;
    import:
        imported_rows_are_stored_like_single_ones
        imported_rows_are_found_and_counted
        rows_that_are_withdrawn_leave_nothing
        a_row_that_the_store_refuses_leaves_nothing
        the_totals_are_right_when_many_import_and_add
        an_import_of_nothing_leaves_no_trace
        an_import_that_is_sent_again_is_made_once;
    lists:
        any_list_of_actors_shows_what_a_plain_filter_shows
        any_list_of_movies_shows_what_a_plain_filter_shows
        a_walk_meets_everybody_once_while_others_come_and_go
        the_total_of_everything_stays_true_while_many_write
        the_total_follows_rows_that_are_written_by_hand
        a_filtered_list_is_counted_up_to_ten_thousand
        a_list_beyond_the_cap_is_in_order_from_any_place
        any_number_of_actors_can_be_left_out
        a_changed_name_is_found_by_its_new_words_only
        rows_that_are_older_than_the_keys_get_them;
    model:
        any_calls_do_what_they_do_in_the_simplest_agency;
    migrations:
        tables_are_made_unmade_and_made_again
        two_that_start_at_once_do_not_collide
        a_database_is_ready_when_its_tables_are_made
        the_state_of_a_database_can_be_asked_without_changing_it
        migrations_that_cannot_be_read_are_not_taken_for_pending
        a_failed_migration_leaves_nothing_behind;
    trouble:
        a_call_waits_for_a_connection_only_so_long
        connections_and_those_who_wait_for_one_are_told
        settings_that_can_never_work_are_refused
        as_many_calls_run_at_once_as_there_are_connections;
}
