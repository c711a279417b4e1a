//! One answer of the metrics listener, read as Prometheus reads it (text format 0.0.4), and no less strictly.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;

use crate::server::Server;

/// What was scraped.
pub struct Scrape {
    pub text: String,
    /// What is told of each name.
    pub families: BTreeMap<String, Family>,
    /// The value of each series, which is a name with its labels.
    pub samples: BTreeMap<String, String>,
}

/// Metrics of one name.
pub struct Family {
    pub kind: String,
    pub help: String,
}

impl Scrape {
    pub fn of(server: &Server) -> Self {
        let answer = server.metrics(Method::GET, "/metrics").send().unwrap();
        assert_eq!(answer.status(), 200);
        Self::parse(answer.text().unwrap())
    }

    fn parse(text: String) -> Self {
        assert!(text.ends_with('\n'), "the last line has no end");
        let mut scrape = Self { text: String::new(), families: BTreeMap::new(), samples: BTreeMap::new() };
        let (mut help, mut current) = (None, None);
        for line in text.lines().filter(|line| !line.is_empty()) {
            if let Some(told) = line.strip_prefix("# HELP ") {
                help = Some(told.split_once(' ').unwrap_or_else(|| panic!("nothing is told: {line}")));
            } else if let Some(typed) = line.strip_prefix("# TYPE ") {
                let (name, kind) = typed.split_once(' ').unwrap();
                assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
                let (_, help) = help.take().filter(|(of, _)| *of == name).unwrap_or_else(|| panic!("no help: {line}"));
                let family = Family { kind: kind.to_owned(), help: help.to_owned() };
                assert!(scrape.families.insert(name.to_owned(), family).is_none(), "twice: {line}");
                current = Some((name, kind));
            } else {
                let (series, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no value: {line}"));
                assert!(belongs(series, current), "outside of its family: {line}");
                assert!(value.parse::<f64>().is_ok(), "no number: {line}");
                assert!(scrape.samples.insert(series.to_owned(), value.to_owned()).is_none(), "twice: {line}");
            }
        }
        assert!(help.is_none(), "{help:?} is of nothing");
        scrape.text = text;
        scrape
    }

    /// The value of a series.
    pub fn value(&self, series: &str) -> f64 {
        self.written(series).parse().unwrap()
    }

    /// The value of a series of whole numbers.
    pub fn count(&self, series: &str) -> u64 {
        let value = self.written(series);
        value.parse().unwrap_or_else(|_| panic!("{series} is {value}"))
    }

    fn written(&self, series: &str) -> &str {
        self.samples.get(series).unwrap_or_else(|| panic!("no {series} in {}", self.text))
    }

    /// The labels of the counters of that name that have grown, and by how much.
    pub fn grown_since(&self, before: &Self, name: &str) -> Vec<(String, u64)> {
        let of_name = self.samples.keys().filter_map(|series| {
            let labels = series.strip_prefix(name).filter(|labels| labels.is_empty() || labels.starts_with('{'))?;
            let former = if before.samples.contains_key(series) { before.count(series) } else { 0 };
            Some((labels.to_owned(), self.count(series) - former))
        });
        of_name.filter(|(_, grown)| *grown > 0).collect()
    }

    /// The values that a label has among the series of that name.
    pub fn labels(&self, name: &str, label: &str) -> BTreeSet<String> {
        let of_name = self.samples.keys().map(|series| parts(series)).filter(|(of, _)| *of == name);
        of_name.flat_map(|(_, labels)| labels).filter(|(of, _)| of == label).map(|(_, value)| value).collect()
    }

    /// The names of the labels that a family has, but for the bounds of its buckets.
    pub fn label_names(&self, family: &str) -> BTreeSet<String> {
        let of_family = self.samples.keys().map(|series| parts(series)).filter(|(name, _)| {
            *name == family || ["_bucket", "_sum", "_count"].iter().any(|end| name.strip_suffix(end) == Some(family))
        });
        of_family.flat_map(|(_, labels)| labels).map(|(name, _)| name).filter(|name| name != "le").collect()
    }

    /// Names and numbers are as Prometheus asks for them.
    pub fn assert_sound(&self) {
        for (name, Family { kind, help }) in &self.families {
            assert!(help.len() > 10 && help.ends_with('.'), "{name}: {help}");
            assert_eq!(kind == "counter", name.ends_with("_total"), "{name} is a {kind}");
            let ends = ["_total", "_seconds", "_bytes"];
            let has_unit = ends.iter().any(|end| name.ends_with(end));
            assert!(has_unit || kind == "gauge", "{name} has no unit");
        }
        for series in self.samples.keys() {
            assert!((0.0..f64::INFINITY).contains(&self.value(series)), "{series} {}", self.value(series));
        }
        let histograms = self.families.iter().filter(|(_, family)| family.kind == "histogram").map(|(name, _)| name);
        histograms.for_each(|name| self.assert_cumulative(name));
    }

    /// Every bucket holds what the smaller ones hold, and the last one everything.
    fn assert_cumulative(&self, histogram: &str) {
        let buckets = self.text.lines().filter(|line| line.starts_with(&format!("{histogram}_bucket")));
        let mut last: Option<(String, u64)> = None;
        for line in buckets {
            let (series, count) = line.rsplit_once(' ').unwrap();
            let (labels, bound) = series.split_once(r#",le=""#).unwrap();
            let count: u64 = count.parse().unwrap();
            if let Some((_, before)) = last.filter(|(of, _)| of == labels) {
                assert!(count >= before, "{line}");
            }
            last = Some((labels.to_owned(), count));
            if bound == r#"+Inf"}"# {
                let all = labels.replace("_bucket", "_count");
                assert_eq!(self.count(&format!("{all}}}")), count, "{line}");
                last = None;
            }
        }
        assert!(last.is_none(), "the buckets of {last:?} have no end");
    }
}

/// Whether a series is of the family that the last `# TYPE` line began.
fn belongs(series: &str, family: Option<(&str, &str)>) -> bool {
    let (name, labels) = parts(series);
    let bounded = labels.iter().any(|(name, _)| name == "le");
    family.is_some_and(|(family, kind)| match name.strip_prefix(family) {
        Some("") => kind != "histogram" && !bounded,
        Some("_bucket") => kind == "histogram" && bounded,
        Some("_sum" | "_count") => kind == "histogram" && !bounded,
        _ => false,
    })
}

/// The name of a series, and its labels.
fn parts(series: &str) -> (&str, Vec<(String, String)>) {
    let (name, mut rest) = series.split_once('{').unwrap_or((series, "}"));
    assert!(is_name(name), "{series}");
    let mut labels = Vec::new();
    while rest != "}" {
        let (label, value) = rest.split_once("=\"").unwrap_or_else(|| panic!("no label: {series}"));
        assert!(is_name(label) && !label.contains(':'), "{series}");
        // None of ours needs an escape, and none may be there that does not.
        let (value, behind) = value.split_once('"').unwrap_or_else(|| panic!("no end: {series}"));
        assert!(!value.contains('\\') && !value.contains(char::is_control), "{series}");
        labels.push((label.to_owned(), value.to_owned()));
        rest = behind.strip_prefix(',').unwrap_or(behind);
        assert!(!rest.is_empty(), "no end: {series}");
    }
    let names: BTreeSet<_> = labels.iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), labels.len(), "a label twice: {series}");
    (name, labels)
}

fn is_name(text: &str) -> bool {
    let may_begin = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | ':');
    text.starts_with(may_begin) && text.chars().all(|c| may_begin(c) || c.is_ascii_digit())
}
