//! The tables, as both folders of migrations make them.

diesel::table! {
    actors (id) {
        id -> BigInt,
        name -> Text,
        gender -> Text,
        born -> Date,
        born_exact -> Bool,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        deleted_at -> Nullable<Timestamp>,
        name_key -> Text,
    }
}

diesel::table! {
    movies (id) {
        id -> BigInt,
        title -> Text,
        release_date -> Date,
        shoot_start -> Nullable<Date>,
        shoot_end -> Nullable<Date>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        deleted_at -> Nullable<Timestamp>,
        title_key -> Text,
    }
}

diesel::table! {
    // Diesel's own list of the migrations that were applied.
    __diesel_schema_migrations (version) {
        version -> Text,
        run_on -> Timestamp,
    }
}

diesel::table! {
    castings (id) {
        id -> BigInt,
        movie_id -> BigInt,
        actor_id -> BigInt,
        character -> Nullable<Text>,
        character_key -> Nullable<Text>,
        status -> Text,
        reason -> Nullable<Text>,
        billing -> Nullable<BigInt>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    history (id) {
        id -> BigInt,
        at -> Timestamp,
        subject -> Text,
        request_id -> Text,
        action -> Text,
        entity -> Text,
        entity_id -> Nullable<BigInt>,
        actor_id -> Nullable<BigInt>,
        movie_id -> Nullable<BigInt>,
        before -> Text,
        after -> Text,
    }
}

diesel::table! {
    idempotency_keys (key) {
        key -> Text,
        fingerprint -> Text,
        entity -> Text,
        entity_id -> BigInt,
        state -> Text,
        created_at -> Timestamp,
    }
}

diesel::joinable!(castings -> actors (actor_id));
diesel::joinable!(castings -> movies (movie_id));
diesel::allow_tables_to_appear_in_same_query!(actors, castings, movies);
