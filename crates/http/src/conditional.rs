//! Conditional requests (RFC 9110, section 13): entity tags, If-Match and If-None-Match.

use std::{
    fmt,
    future::{Ready, ready},
};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{self, HeaderName},
};
use ensemble_domain::{Precondition, Version};
use serde_json::json;

use crate::{
    input::Input,
    openapi::{OperationObject, scalar},
    problem::{Kind, Problem},
};

/// The validator of a representation: the version of what it shows, that of the actor it shows beside, an age, where it shows one,
/// since an age changes without a write, and a digest, where it shows more that changes without that version.
#[derive(Clone, Copy, Debug)]
pub struct EntityTag {
    pub version: Version,
    pub actor: Option<Version>,
    pub age: Option<u32>,
    pub digest: Option<u64>,
}

impl EntityTag {
    /// The tag of what shows nothing that changes without it.
    pub const fn of(version: Version) -> Self {
        Self { version, actor: None, age: None, digest: None }
    }

    /// The tag as a header has it, quoted.
    pub fn header(self) -> String {
        format!("\"{self}\"")
    }
}

/// The tag's opaque part: numbers with hyphens between them, the version first.
impl fmt::Display for EntityTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version, actor, age, digest } = self;
        write!(f, "{version}")?;
        actor.map_or(Ok(()), |version| write!(f, "-{version}"))?;
        age.map_or(Ok(()), |years| write!(f, "-{years}"))?;
        digest.map_or(Ok(()), |digest| write!(f, "-{digest}"))
    }
}

/// `If-Match`, as what must be true of the stored version. The tags of what is written have as many numbers more than the version, and
/// whoever knows the version alone may send that.
pub struct IfMatch<const MORE: usize = 0>(pub Precondition);

impl<const MORE: usize> Input for IfMatch<MORE> {
    async fn take(request: &HttpRequest, _: &mut Payload) -> Result<Self, Problem> {
        let precondition = match field(request, &header::IF_MATCH)? {
            None | Some(Condition::Any) => Precondition::None,
            // Strong comparison: a weak tag never matches (RFC 9110, section 8.8.3.2).
            Some(Condition::Tags(tags)) => Precondition::VersionIn(
                tags.iter().filter(|tag| !tag.weak).filter_map(|tag| version(&tag.opaque, MORE)).collect(),
            ),
        };
        Ok(Self(precondition))
    }

    fn describe(operation: &mut OperationObject<'_>) {
        let text = "Do it only if the stored version is one of these, by their entity tags; `*` is any";
        operation.header("If-Match", text, &scalar::entity_tags());
        operation.refuses(&[Kind::InvalidRequest, Kind::StaleVersion]);
    }
}

/// The version of a tag. What else is in it is not compared: it tells of what moves by itself, as an age does, or of what has a
/// version of its own, as a booking has.
fn version(opaque: &str, more: usize) -> Option<Version> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut numbers = opaque.split('-');
    let version = numbers.next().filter(|version| digits(version) && !version.starts_with('0'))?;
    let others = numbers.clone().count();
    let is_ours = (others == 0 || others == more) && numbers.all(digits);
    if is_ours { version.parse().ok().and_then(Version::new) } else { None }
}

/// `If-None-Match`: the representations that the client has.
pub struct IfNoneMatch(Option<Condition>);

impl Input for IfNoneMatch {
    async fn take(request: &HttpRequest, _: &mut Payload) -> Result<Self, Problem> {
        Ok(Self::of(request))
    }

    fn describe(operation: &mut OperationObject<'_>) {
        let text = "Answer 304 if what is there has one of these entity tags; `*` is any, and what is no list of tags is passed over";
        operation.header("If-None-Match", text, &json!({"type": "string", "examples": ["\"3\""]}));
        operation.not_modified();
    }
}

impl FromRequest for IfNoneMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

impl IfNoneMatch {
    /// What is no list of tags names nothing that the client has: it is answered in full.
    fn of(request: &HttpRequest) -> Self {
        Self(field(request, &header::IF_NONE_MATCH).unwrap_or_default())
    }

    /// Tells whether the client has the representation with this tag, or this opaque part of one. Weak comparison, as for every GET.
    pub fn has(&self, tag: impl fmt::Display) -> bool {
        match &self.0 {
            None => false,
            Some(Condition::Any) => true,
            Some(Condition::Tags(tags)) => {
                let opaque = tag.to_string();
                tags.iter().any(|known| known.opaque == opaque)
            }
        }
    }
}

/// What the header lists.
pub enum Condition {
    /// Whatever is there.
    Any,
    /// These tags.
    Tags(Vec<Tag>),
}

/// One entity tag of a client's.
pub struct Tag {
    pub weak: bool,
    pub opaque: String,
}

fn field(request: &HttpRequest, name: &HeaderName) -> Result<Option<Condition>, Problem> {
    let lines: Vec<_> = request.headers().get_all(name).map(|value| value.to_str().ok()).collect();
    if lines.is_empty() {
        return Ok(None);
    }
    let text = lines.into_iter().collect::<Option<Vec<_>>>().map(|lines| lines.join(","));
    text.as_deref().and_then(parse).map(Some).ok_or_else(|| {
        let detail = format!("the header {name} must be * or a list of entity tags in quotes, such as \"3\"");
        Problem::new(Kind::InvalidRequest, detail)
    })
}

/// Reads a list of entity tags (RFC 9110, section 8.8.3).
pub fn parse(text: &str) -> Option<Condition> {
    if text.trim() == "*" {
        return Some(Condition::Any);
    }
    let mut tags = Vec::new();
    let mut rest = text.trim_start_matches([' ', '\t', ',']);
    while !rest.is_empty() {
        let (weak, quoted) = rest.strip_prefix("W/").map_or((false, rest), |quoted| (true, quoted));
        let (opaque, after) = quoted.strip_prefix('"')?.split_once('"')?;
        if !opaque.bytes().all(|byte| byte == 0x21 || (0x23..=0x7e).contains(&byte)) {
            return None;
        }
        tags.push(Tag { weak, opaque: opaque.to_owned() });
        let after = after.trim_start_matches([' ', '\t']);
        rest = after.trim_start_matches([' ', '\t', ',']);
        if !rest.is_empty() && !after.starts_with(',') {
            return None;
        }
    }
    (!tags.is_empty()).then_some(Condition::Tags(tags))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use futures_util::FutureExt;
    use proptest::prelude::*;

    use super::*;

    fn if_match(lines: &[&str]) -> Result<Precondition, Kind> {
        if_match_of::<0>(lines)
    }

    fn if_match_of<const MORE: usize>(lines: &[&str]) -> Result<Precondition, Kind> {
        let mut request = TestRequest::default();
        for line in lines {
            request = request.append_header((header::IF_MATCH, *line));
        }
        let taken = IfMatch::<MORE>::take(&request.to_http_request(), &mut Payload::None).now_or_never().unwrap();
        taken.map(|IfMatch(precondition)| precondition).map_err(|problem| problem.kind())
    }

    fn versions(numbers: &[i64]) -> Precondition {
        Precondition::VersionIn(numbers.iter().filter_map(|number| Version::new(*number)).collect())
    }

    #[test]
    fn a_list_of_tags_is_a_list_of_versions() {
        assert_eq!(if_match(&[]), Ok(Precondition::None));
        assert_eq!(if_match(&["*"]), Ok(Precondition::None));
        assert_eq!(if_match(&["\"3\""]), Ok(versions(&[3])));
        assert_eq!(if_match(&["\"3\" , \"4\",, \"5\""]), Ok(versions(&[3, 4, 5])));
        assert_eq!(if_match(&["\"3\"", "\"4\""]), Ok(versions(&[3, 4])));
    }

    #[test]
    fn a_tag_has_the_numbers_of_what_is_written_or_the_version_alone() {
        assert_eq!(if_match_of::<1>(&["\"3-20\", \"4\", \"5-1-20\""]), Ok(versions(&[3, 4])));
        assert_eq!(if_match_of::<1>(&["\"3-18446744073709551615\""]), Ok(versions(&[3])));
        assert_eq!(if_match_of::<2>(&["\"3-20\", \"4\", \"5-1-20\", \"6-1-20-1\""]), Ok(versions(&[4, 5])));
        assert_eq!(if_match_of::<0>(&["\"3-20\", \"4\", \"5-1-20\""]), Ok(versions(&[4])));
    }

    #[test]
    fn a_tag_that_is_weak_or_not_ours_matches_nothing() {
        for line in [
            "W/\"3\"",
            "\"3-1-\"",
            "\"abc\"",
            "\"\"",
            "\"0\"",
            "\"03\"",
            "\"3-\"",
            "\"3-x\"",
            "\"-3\"",
            "\"99999999999999999999\"",
        ] {
            assert_eq!(if_match_of::<1>(&[line]), Ok(versions(&[])), "{line}");
        }
    }

    #[test]
    fn what_is_no_list_of_tags_is_refused() {
        for line in ["3", "\"3", "3\"", "\"3\" \"4\"", "w/\"3\"", "*, \"3\"", "", ",", "\"a b\"", "\"3\"x"] {
            assert_eq!(if_match(&[line]), Err(Kind::InvalidRequest), "{line:?}");
        }
    }

    #[test]
    fn a_representation_is_known_by_its_whole_tag() {
        let tag = EntityTag { age: Some(20), ..EntityTag::of(Version::new(3).unwrap()) };
        let has = |line: &str| IfNoneMatch(parse(line)).has(tag);
        assert!(has("\"3-20\"") && has("W/\"3-20\"") && has("*") && has("\"1\", \"3-20\""));
        assert!(!has("\"3\"") && !has("\"3-21\"") && !has("\"4-20\""));
        assert!(!IfNoneMatch(None).has(tag));
        assert_eq!(tag.header(), "\"3-20\"");
        assert_eq!(EntityTag { actor: Version::new(5), ..tag }.header(), "\"3-5-20\"");
        assert_eq!(EntityTag { digest: Some(u64::MAX), ..tag }.header(), "\"3-20-18446744073709551615\"");
        assert_eq!(EntityTag::of(tag.version).header(), "\"3\"");
    }

    fn any_tag() -> impl Strategy<Value = EntityTag> {
        let version = || (1..=i64::MAX).prop_filter_map("a version", Version::new);
        let parts =
            (version(), prop::option::of(version()), prop::option::of(any::<u32>()), prop::option::of(any::<u64>()));
        parts.prop_map(|(version, actor, age, digest)| EntityTag { version, actor, age, digest })
    }

    /// Two tags with the same parts.
    fn two_of_a_kind() -> impl Strategy<Value = (EntityTag, EntityTag)> {
        (any_tag(), any_tag()).prop_map(|(tag, other)| {
            let other = EntityTag {
                actor: tag.actor.map(|own| other.actor.unwrap_or(own)),
                age: tag.age.map(|own| other.age.unwrap_or(own)),
                digest: tag.digest.map(|own| other.digest.unwrap_or(own)),
                ..other
            };
            (tag, other)
        })
    }

    proptest! {
        #[test]
        fn a_tag_that_is_sent_back_is_known_again((tag, other) in two_of_a_kind()) {
            let header = tag.header();
            let read = match header.matches('-').count() {
                0 => if_match_of::<0>,
                1 => if_match_of::<1>,
                2 => if_match_of::<2>,
                _ => if_match_of::<3>,
            };
            prop_assert_eq!(read(&[&header]), Ok(versions(&[tag.version.get()])));
            prop_assert!(IfNoneMatch(parse(&header)).has(tag));
            prop_assert_eq!(IfNoneMatch(parse(&header)).has(other), header == other.header());
            let both = format!("{}, W/{header}", other.header());
            prop_assert_eq!(read(&[&both]), Ok(versions(&[other.version.get()])));
            prop_assert!(IfNoneMatch(parse(&both)).has(tag));
        }
    }
}
