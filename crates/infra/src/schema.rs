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
    }
}

diesel::table! {
    // Diesel's own list of the migrations that were applied.
    __diesel_schema_migrations (version) {
        version -> Text,
        run_on -> Timestamp,
    }
}
