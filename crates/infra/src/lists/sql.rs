//! The statements of lists.

use ensemble_domain::Position;

use super::{BEYOND_CAP, Key, List, Part, Statement};

impl<C: Copy> List<C> {
    /// A page of everything, and the total that is kept of it.
    pub fn of_all(&self, place: Place<'_>) -> Statement<C> {
        let mut statement = Statement::reusable(self.columns);
        statement.sql("SELECT ").columns().sql(", ");
        self.kept_total(&mut statement);
        statement.sql(" FROM ").sql(self.table).sql(" WHERE deleted_at IS NULL");
        self.begin(&mut statement, place);
        // A limit that is bound would have PostgreSQL plan the statement every time, for fear of many rows. Some rows too many are
        // cheaper than a statement for every limit.
        statement.sql(match place.limit {
            ..=11 => " LIMIT 11",
            12..=21 => " LIMIT 21",
            22..=51 => " LIMIT 51",
            _ => " LIMIT 101",
        });
        Self::pass_over(&mut statement, place.offset);
        statement
    }

    pub fn total_of_all(&self) -> Statement<()> {
        let mut statement = Statement::reusable(());
        statement.sql("SELECT ");
        self.kept_total(&mut statement);
        statement
    }

    fn kept_total<S>(&self, statement: &mut Statement<S>) {
        statement.sql("(SELECT CAST(coalesce(sum(live), 0) AS bigint) FROM totals WHERE entity = '");
        statement.sql(self.table).sql("')");
    }

    /// The rows with these ids.
    pub fn of_ids(&self, ids: &[i64]) -> Statement<C> {
        let mut statement = Statement::reusable(self.columns);
        statement.sql("SELECT ").columns().sql(", CAST(0 AS bigint) FROM ").sql(self.table);
        statement.sql(" WHERE deleted_at IS NULL AND id IN ").part(Part::numbers(ids.iter().copied()));
        self.order(&mut statement);
        statement
    }

    /// A page of what passes the filter, and how much that is, provided that it is not beyond the cap.
    pub fn of_few(&self, place: Place<'_>) -> Statement<C> {
        let mut statement = Statement::once(self.columns);
        statement.sql("WITH few AS MATERIALIZED (SELECT id");
        if let Some(Key { column, .. }) = self.key {
            statement.sql(", ").sql(column);
        }
        statement.sql(" FROM ").sql(self.table);
        self.filter(&mut statement);
        statement.sql(" LIMIT ").number(BEYOND_CAP).sql("), shown AS (SELECT id FROM few WHERE true");
        self.place(&mut statement, place);
        statement.sql(") SELECT ").columns().sql(", (SELECT count(*) FROM few) FROM ").sql(self.table);
        statement.sql(" WHERE id IN (SELECT id FROM shown)");
        self.order(&mut statement);
        statement
    }

    /// How much passes the filter, up to one row beyond the cap.
    pub fn count(&self) -> Statement<()> {
        let mut statement = Statement::once(());
        statement.sql("SELECT count(*) FROM (SELECT 1 FROM ").sql(self.table);
        self.filter(&mut statement);
        statement.sql(" LIMIT ").number(BEYOND_CAP).sql(") AS few");
        statement
    }

    /// A page of what passes the filter, found by walking along the order.
    pub fn walked(&self, place: Place<'_>) -> Statement<C> {
        let mut statement = Statement::once(self.columns);
        statement.sql("SELECT ").columns().sql(", CAST(0 AS bigint) FROM ").sql(self.table);
        match self.key {
            _ if !self.is_led => &mut statement,
            Some(Key { index, .. }) => statement.sql(" INDEXED BY ").sql(index),
            None => statement.sql(" NOT INDEXED"),
        };
        self.filter(&mut statement);
        self.place(&mut statement, place);
        statement
    }

    fn filter<S>(&self, statement: &mut Statement<S>) {
        // Both are true of every row. The one gives PostgreSQL an index to go by, whatever the conditions are; SQLite would begin there
        // and not behind the place.
        statement.sql(if self.is_led { " WHERE true" } else { " WHERE id > 0" }).extend(&self.conditions);
    }

    fn place(&self, statement: &mut Statement<C>, place: Place<'_>) {
        self.begin(statement, place);
        statement.sql(" LIMIT ").number(place.limit);
        Self::pass_over(statement, place.offset);
    }

    fn pass_over(statement: &mut Statement<C>, rows: i64) {
        if rows > 0 {
            statement.sql(" OFFSET ").number(rows);
        }
    }

    /// Behind which place, and in which order.
    fn begin(&self, statement: &mut Statement<C>, place: Place<'_>) {
        if let Some(after) = place.after {
            self.reach(statement, after, place.reach);
        }
        self.order(statement);
    }

    fn order(&self, statement: &mut Statement<C>) {
        let direction = if self.descending { " DESC" } else { "" };
        statement.sql(" ORDER BY ");
        if let Some(Key { column, .. }) = self.key {
            statement.sql(column).sql(direction).sql(", ");
        }
        statement.sql("id").sql(direction);
    }

    fn reach(&self, statement: &mut Statement<C>, after: &Position, reach: Reach) {
        let comparison = if self.descending { " < " } else { " > " };
        let Some((column, value)) = self.key.and_then(|key| Some((key.column, (key.value)(&after.key)?))) else {
            statement.sql(" AND id").sql(comparison).number(after.id);
            return;
        };
        match reach {
            Reach::All => {
                statement.sql(" AND (").sql(column).sql(", id)").sql(comparison).sql("(").part(value);
                statement.sql(", ").number(after.id).sql(")")
            }
            Reach::Level => {
                statement.sql(" AND ").sql(column).sql(" = ").part(value);
                statement.sql(" AND id").sql(comparison).number(after.id)
            }
            Reach::Beyond => statement.sql(" AND ").sql(column).sql(comparison).part(value),
        };
    }
}

/// Where a page begins, and how many rows are asked for.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    pub after: Option<&'a Position>,
    pub reach: Reach,
    pub limit: i64,
    pub offset: i64,
}

/// What is asked for of what comes behind a place.
#[derive(Clone, Copy)]
pub enum Reach {
    All,
    /// What has the same key.
    Level,
    /// What has another key.
    Beyond,
}

impl Place<'_> {
    /// Whether nothing comes before it.
    pub const fn is_beginning(&self) -> bool {
        self.after.is_none() && self.offset == 0
    }
}
