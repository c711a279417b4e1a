//! How far long work has come, on a terminal.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::failure::Failure;

const OF_BYTES: &str =
    "{bar:30} {percent:>3} %  {rows} rows  {bytes}/{total_bytes}  {bytes_per_sec}  {eta} left  {msg}";
const OF_UNKNOWN: &str = "{spinner} {rows} rows  {bytes}  {bytes_per_sec}  {msg}";
const OF_A_FILE: &str = "{spinner} {written} written  {elapsed}";
const OF_ROWS: &str = "{bar:30} {percent:>3} %  {human_pos}/{human_len} rows  {per_sec}  {eta} left";

/// How often the bar is drawn while nothing comes.
const TICK: Duration = Duration::from_millis(250);

/// A bar for a source of so many bytes, if that is known, which also shows how many rows were read. It is seen on a terminal only.
pub fn of_bytes(
    total: Option<u64>,
    rows: impl Fn() -> u64 + Clone + Send + Sync + 'static,
) -> Result<ProgressBar, Failure> {
    let style = style(if total.is_some() { OF_BYTES } else { OF_UNKNOWN })?;
    let rows = move |_: &ProgressState, out: &mut dyn std::fmt::Write| {
        // What is shown may be cut off; nothing depends on it.
        let _ = write!(out, "{}", HumanCount(rows()));
    };
    Ok(bar(total, style.with_key("rows", rows)))
}

/// A bar for so many rows.
pub fn of_rows(total: u64) -> Result<ProgressBar, Failure> {
    Ok(bar(Some(total), style(OF_ROWS)?))
}

/// How large a file has become that somebody else writes.
pub fn of_file(path: &Path) -> Result<ProgressBar, Failure> {
    let path = PathBuf::from(path);
    let written = move |_: &ProgressState, out: &mut dyn std::fmt::Write| {
        let bytes = fs::metadata(&path).map_or(0, |file| file.len());
        // As above.
        let _ = write!(out, "{}", HumanBytes(bytes));
    };
    Ok(bar(None, style(OF_A_FILE)?.with_key("written", written)))
}

fn bar(total: Option<u64>, style: ProgressStyle) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr()).with_style(style);
    if !bar.is_hidden() {
        bar.enable_steady_tick(TICK);
    }
    bar
}

fn style(template: &str) -> Result<ProgressStyle, Failure> {
    ProgressStyle::with_template(template).map_err(|error| Failure::because("the progress bar", &error))
}
