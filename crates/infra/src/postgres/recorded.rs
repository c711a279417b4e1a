//! A change and its entry of the history in one statement, which is one round trip and needs no transaction around it.

use diesel::{
    PgConnection, QueryResult, RunQueryDsl,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{Text, Timestamp},
};

use crate::history::{Entry, IS_TOLD};

/// A statement that writes rows and returns them, with an entry for each of them.
pub struct Recorded<'a, S> {
    pub statement: S,
    pub entry: &'a Entry<'a>,
    /// The columns `entity`, `entity_id`, `actor_id` and `movie_id` of the entry, as expressions over the rows `changed`.
    pub about: &'static str,
    /// What adds the rows to the total of their table: one of the parts below, or nothing.
    pub counted: &'static str,
}

/// The beginning of the part that adds entries: what follows are the values of these columns, the last four as one of those below.
pub const ENTRY: &str = ", recorded AS (INSERT INTO history \
     (at, subject, request_id, action, before, after, entity, entity_id, actor_id, movie_id) SELECT ";
pub const ACTOR: &str = "'actor', changed.id, changed.id, NULL::bigint";
pub const MOVIE: &str = "'movie', changed.id, NULL::bigint, changed.id";
/// Connections of this program add up by themselves: a trigger for every row costs as much as the row. Where the trigger is not told
/// so, such as behind a pooler that loses settings, it does it, and this does not.
macro_rules! counted {
    ($entity:literal, $number:literal) => {
        concat!(
            ", counted AS (UPDATE totals SET live = live + ",
            $number,
            " WHERE entity = '",
            $entity,
            "' AND slot = pg_backend_pid() % 16 AND current_setting('ensemble.counts_itself', true) = 'yes')"
        )
    };
}
pub const ONE_ACTOR: &str = counted!("actors", "1");
pub const ONE_MOVIE: &str = counted!("movies", "1");
pub const ACTORS: &str = counted!("actors", "(SELECT count(*) FROM changed)");

impl<S: QueryFragment<Pg>> QueryFragment<Pg> for Recorded<'_, S> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH changed AS (");
        self.statement.walk_ast(out.reborrow())?;
        out.push_sql(")");
        if IS_TOLD {
            out.push_sql(ENTRY);
            out.push_bind_param::<Timestamp, _>(&self.entry.at)?;
            for text in self.entry.texts() {
                out.push_sql(", ");
                out.push_bind_param::<Text, str>(text)?;
            }
            out.push_sql(", ");
            out.push_sql(self.about);
            out.push_sql(" FROM changed)");
        }
        out.push_sql(self.counted);
        out.push_sql(" SELECT * FROM changed");
        Ok(())
    }
}

impl<S: Query> Query for Recorded<'_, S> {
    type SqlType = S::SqlType;
}

impl<S> QueryId for Recorded<'_, S> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<S> RunQueryDsl<PgConnection> for Recorded<'_, S> {}
