//! Lists: one page of what passes a filter, in an order, and how much passes it.
//!
//! A list of everything takes its total from the table of totals, and its page from the index of its order. Any other first takes what
//! passes the filter, by whichever index suits it, up to one row beyond [`Total::CAP`]; when that is all, it is counted and put into
//! order. When there is more, the total is capped, and the index of the order is walked until the page is full, which is soon, unless
//! all that passes stands together far from where the walk begins.

mod sql;
mod statement;

use diesel::QueryResult;
use ensemble_domain::{Deleted, Filter, Page, PageRequest, Position, Query, SortKey, Total};

use self::sql::{Place, Reach};
pub use self::statement::{Counting, Numbered, Part, Statement};
use crate::{
    connection::{AnyConnection, Dialect},
    error::Trouble,
};

/// One row beyond what is counted.
pub const BEYOND_CAP: i64 = Total::CAP.cast_signed() + 1;

/// What a list shows, as SQL.
pub struct List<C> {
    /// The table, by which its columns are called.
    table: &'static str,
    /// The columns of a row.
    columns: C,
    /// The conditions, each after ` AND `.
    conditions: Vec<Part>,
    /// The ids of all that is shown, ascending, where they are known already and the order is by id.
    ids: Option<Vec<i64>>,
    /// What the order compares before the id; `None` when it compares nothing else.
    key: Option<Key>,
    /// Whether the order is turned round.
    descending: bool,
    /// Whether the database has to be led along the order.
    is_led: bool,
    /// Whether all rows that are not deleted are shown, and no others.
    is_unfiltered: bool,
}

/// What is the same about all lists of one kind.
pub struct Listed<F: Filter, C> {
    pub searched: Searched,
    pub columns: C,
    /// What the filter asks for besides its words, each condition after ` AND `.
    pub conditions: fn(&F) -> Vec<Part>,
    /// What the order by a field compares before the id; `None` when it compares nothing else.
    pub key: fn(F::Field) -> Option<Key>,
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

/// What a search comes to.
#[derive(Default)]
pub struct Matches {
    /// The conditions, each after ` AND `.
    pub conditions: Vec<Part>,
    /// The ids of all rows that are found, ascending, where they are known already.
    pub ids: Option<Vec<i64>>,
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
    /// The list that the query asks for.
    pub fn of<F: Filter>(
        connection: &mut AnyConnection,
        query: &Query<F>,
        Listed { searched, columns, conditions, key }: Listed<F, C>,
    ) -> QueryResult<Self> {
        let dialect = connection.dialect();
        let (mut conditions, key) = (conditions(&query.filter), key(query.sort.by));
        // Nothing but what is searched for decides which rows are shown, and nothing but the id in which order.
        let is_search_by_id = conditions.is_empty() && key.is_none() && query.deleted() == Deleted::No;
        conditions.push(Part::Sql(match query.deleted() {
            Deleted::No => " AND deleted_at IS NULL",
            Deleted::Only => " AND deleted_at IS NOT NULL",
            Deleted::With => "",
        }));
        let matches = match query.filter.search() {
            Some(search) => dialect.search(&searched, search.words(), query.deleted())?,
            None => Matches::default(),
        };
        conditions.extend(matches.conditions);
        Ok(Self {
            table: searched.table,
            columns,
            conditions,
            ids: matches.ids.filter(|_| is_search_by_id),
            key,
            descending: query.sort.descending,
            is_led: dialect.has_to_be_led(),
            is_unfiltered: query.is_unfiltered(),
        })
    }

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
        if let Some(ids) = &self.ids {
            return self.page_of(ids, page, |statement| load(dialect, statement));
        }
        let limit = usize::try_from(page.limit.get()).unwrap_or(usize::MAX);
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
        let more = rows.len() > limit;
        let items = rows.into_iter().take(limit).map(|(row, _)| T::try_from(row)).collect::<Result<_, _>>()?;
        Ok(Page { items, total, more })
    }

    /// Answers one page of the rows with these ids.
    fn page_of<R, T: TryFrom<R>>(
        &self,
        ids: &[i64],
        page: &PageRequest,
        load: impl FnOnce(&Statement<C>) -> QueryResult<Vec<Counted<R>>>,
    ) -> Result<Page<T>, Trouble>
    where
        Trouble: From<T::Error>,
    {
        let limit = usize::try_from(page.limit.get()).unwrap_or(usize::MAX);
        let offset = usize::try_from(page.offset()).unwrap_or(usize::MAX);
        let after = page.after().map(|after| after.id);
        let ordered: Box<dyn Iterator<Item = i64>> =
            if self.descending { Box::new(ids.iter().rev().copied()) } else { Box::new(ids.iter().copied()) };
        let is_behind = |id: &i64| after.is_none_or(|after| if self.descending { *id < after } else { *id > after });
        let mut shown: Vec<_> = ordered.filter(is_behind).skip(offset).take(limit.saturating_add(1)).collect();
        let more = shown.len() > limit;
        shown.truncate(limit);
        let rows = if shown.is_empty() { Vec::new() } else { load(&self.of_ids(&shown))? };
        let items = rows.into_iter().map(|(row, _)| T::try_from(row)).collect::<Result<_, _>>()?;
        Ok(Page { items, total: Total::counted(u64::try_from(ids.len()).unwrap_or(u64::MAX)), more })
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
