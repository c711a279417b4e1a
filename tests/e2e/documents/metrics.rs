//! The reference of the metrics, and what the guide asks of them.

use std::collections::BTreeSet;

use reqwest::Method;

use super::{code, documents, read, table};
use crate::{
    authentication::{
        issuer::Issuer,
        oidc::{get, server_trusting, until_ready},
    },
    database::Database,
    metrics::{METRICS, Scrape},
};

const REFERENCE: &str = "docs/reference/metrics.md";

/// What is scraped of a server that has been asked for something.
fn scraped() -> Scrape {
    let issuer = Issuer::start(&["first"]);
    let database = Database::sqlite();
    let server = server_trusting(&issuer, &database, &[METRICS]);
    until_ready(&server);
    assert_eq!(get(&server, "/livez", None).status(), 200);
    assert_eq!(server.metrics(Method::GET, "/metrics").send().unwrap().status(), 200);
    Scrape::of(&server)
}

#[test]
fn every_metric_is_told_as_the_program_tells_it() {
    let scrape = scraped();
    let row = |name: &String| {
        let (family, labels) = (&scrape.families[name], scrape.label_names(name));
        let labels: Vec<_> = labels.iter().map(|label| format!("`{label}`")).collect();
        format!("| `{name}` | {} | {} | {} |", family.kind, labels.join(", "), family.help)
    };
    let known: Vec<_> = scrape.families.keys().map(row).collect();
    let told = table(REFERENCE, "| metric | type | labels | what it tells |");
    let told: Vec<_> = told.iter().map(|cells| format!("| {} |", cells.join(" | "))).collect();
    assert!(told == known, "the table should be:\n{}", known.join("\n"));
}

#[test]
fn every_value_of_a_label_that_is_there_from_the_beginning_is_told() {
    let scrape = scraped();
    let rows = table(REFERENCE, "| metric | label | values |");
    let told: BTreeSet<(String, String)> =
        rows.iter().map(|row| (code(&row[0])[0].to_owned(), code(&row[1])[0].to_owned())).collect();
    // The others are told in words: they depend on what is asked, and on the version.
    let in_words = ["route", "method", "status", "version"];
    let labels = |name: &String| {
        let labels = scrape.label_names(name).into_iter().filter(|label| !in_words.contains(&label.as_str()));
        labels.map(|label| (name.clone(), label)).collect::<Vec<_>>()
    };
    assert_eq!(told, scrape.families.keys().flat_map(labels).collect());
    for row in &rows {
        let (metric, label) = (code(&row[0])[0], code(&row[1])[0]);
        let values: BTreeSet<_> = code(&row[2]).into_iter().map(str::to_owned).collect();
        assert_eq!(values, scrape.labels(metric, label), "{metric} {label}");
    }
}

#[test]
fn every_metric_that_a_document_names_exists() {
    let known: BTreeSet<String> = scraped().families.into_keys().collect();
    let begins: BTreeSet<_> = known.iter().map(|name| name.split('_').next().unwrap()).collect();
    let ends = ["_total", "_seconds", "_bytes", "_seconds_bucket", "_seconds_count", "_seconds_sum", "_info"];
    let mut named = 0;
    for (path, document) in documents() {
        for line in &document.code {
            let words = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let metrics = words.filter(|word| {
                let begins = word.split_once('_').is_some_and(|(begin, _)| begins.contains(begin));
                begins && ends.iter().any(|end| word.ends_with(end))
            });
            for name in metrics {
                let family = ["_bucket", "_count", "_sum"].iter().find_map(|end| name.strip_suffix(end));
                assert!(known.contains(family.unwrap_or(name)), "{}: {name}", path.display());
                named += 1;
            }
        }
    }
    assert!(named > 20, "{named}");
    assert!(read("docs/guides/observe.md").contains("http_requests_total"));
}
