//! Lists: one page of what passes a filter, in an order, and how much passes it.
//!
//! A list of everything takes its total from the table of totals, and its page from the index of its order. Any other first takes what
//! passes the filter, by whichever index suits it, up to one row beyond [`Total::CAP`]; when that is all, it is counted and put into
//! order. When there is more, the total is capped, and the index of the order is walked until the page is full, which is soon, unless
//! all that passes stands together far from where the walk begins.

mod sql;
mod statement;

use diesel::QueryResult;
use ensemble_domain::{Page, PageRequest, Position, SortKey, Total};

use self::sql::{Place, Reach};
pub use self::statement::{Counting, Part, Statement};
use crate::{
    connection::{AnyConnection, Dialect},
    error::Trouble,
};

/// One row beyond what is counted.
pub const BEYOND_CAP: i64 = 10_001;

/// What a list shows, as SQL.
pub struct List<C> {
    /// The table, by which its columns are called.
    pub table: &'static str,
    /// The columns of a row.
    pub columns: C,
    /// The conditions, each after ` AND `; without them, everything that is not deleted is shown.
    pub conditions: Vec<Part>,
    /// What the order compares before the id; `None` when it compares nothing else.
    pub key: Option<Key>,
    /// Whether the order is turned round.
    pub descending: bool,
    /// Whether the database has to be led along the order.
    pub is_led: bool,
    /// Whether all rows that are not deleted are shown, and no others.
    pub is_unfiltered: bool,
}

/// What an order compares.
#[derive(Clone, Copy)]
pub struct Key {
    pub column: &'static str,
    /// The index of the order.
    pub index: &'static str,
    /// What stands in the column of an item at that place.
    pub value: fn(&SortKey) -> Option<Part>,
}

impl Key {
    /// A column that holds what the order compares as it is.
    pub const fn of(column: &'static str, index: &'static str) -> Self {
        Self { column, index, value: Part::of }
    }
}

/// What a search looks through.
pub struct Searched {
    pub table: &'static str,
    /// The column of folded texts.
    pub key: &'static str,
    /// The index of what stands in a row in them.
    pub index: &'static str,
}

/// A row, and how many rows the whole list has.
pub type Counted<R> = (R, i64);

impl<C: Copy> List<C> {
    /// Answers one page. `load` runs a statement that selects [`Counted`] rows.
    pub fn page<R, T: TryFrom<R>>(
        &self,
        connection: &mut AnyConnection,
        page: &PageRequest,
        load: impl Fn(&mut dyn Dialect, &Statement<C>) -> QueryResult<Vec<Counted<R>>>,
    ) -> Result<Page<T>, Trouble>
    where
        Trouble: From<T::Error>,
    {
        let dialect = connection.dialect();
        // One more than is shown tells whether others follow.
        let asked = i64::from(page.limit.get()) + 1;
        let place = Place { after: page.after(), reach: Reach::All, limit: asked, offset: page.offset() };
        let mut rows = if self.is_unfiltered {
            self.walk(dialect, place, Self::of_all, &load)?
        } else {
            load(dialect, &self.of_few(place))?
        };
        let counted = match rows.first() {
            Some((_, counted)) => *counted,
            None if self.is_unfiltered => dialect.count(&self.total_of_all())?,
            None if place.is_beginning() => 0,
            None => dialect.count(&self.count())?,
        };
        let total = if self.is_unfiltered {
            Total::Exact(counted.unsigned_abs())
        } else {
            Total::counted(counted.unsigned_abs())
        };
        if total == Total::Capped {
            rows = self.walk(dialect, place, Self::walked, &load)?;
        }
        let more = rows.len() > usize::try_from(page.limit.get()).unwrap_or(usize::MAX);
        let shown = rows.into_iter().take(usize::try_from(page.limit.get()).unwrap_or(usize::MAX));
        let items = shown.map(|(row, _)| T::try_from(row)).collect::<Result<_, _>>()?;
        Ok(Page { items, total, more })
    }

    /// Answers up to `size` items behind that place, without counting any.
    pub fn batch<R, T: TryFrom<R>>(
        &self,
        connection: &mut AnyConnection,
        after: Option<&Position>,
        size: u32,
        load: impl Fn(&mut dyn Dialect, &Statement<C>) -> QueryResult<Vec<Counted<R>>>,
    ) -> Result<Vec<T>, Trouble>
    where
        Trouble: From<T::Error>,
    {
        let place = Place { after, reach: Reach::All, limit: size.into(), offset: 0 };
        let rows = self.walk(connection.dialect(), place, Self::walked, &load)?;
        Ok(rows.into_iter().map(|(row, _)| T::try_from(row)).collect::<Result<_, _>>()?)
    }

    /// Walks the index of the order from that place on; where the database has to be led, through those that are level with the place
    /// first.
    fn walk<R>(
        &self,
        dialect: &mut dyn Dialect,
        place: Place<'_>,
        statement: impl Fn(&Self, Place<'_>) -> Statement<C>,
        load: impl Fn(&mut dyn Dialect, &Statement<C>) -> QueryResult<Vec<Counted<R>>>,
    ) -> QueryResult<Vec<Counted<R>>> {
        if place.after.is_none() || self.key.is_none() || !self.is_led {
            return load(dialect, &statement(self, place));
        }
        let mut rows = load(dialect, &statement(self, Place { reach: Reach::Level, ..place }))?;
        let limit = place.limit - i64::try_from(rows.len()).unwrap_or(i64::MAX);
        if limit > 0 {
            rows.extend(load(dialect, &statement(self, Place { reach: Reach::Beyond, limit, ..place }))?);
        }
        Ok(rows)
    }
}
